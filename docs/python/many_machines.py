"""A list that is too long for one machine: a scraper on many of them, with Dask.

    python many_machines.py target/release/scraper_smol urls.txt results
    python many_machines.py --scheduler tcp://HOST:8786 scraper_smol urls.txt results -- --select h1

The list is divided into parts, and no host is in two of them, so that the scraper's --per-host holds.
FOLDER, which all machines see, gets a result for each part: JSON Lines, whole or not at all. A part
whose worker is lost is tried again. A run that is started again does what is missing.
"""

import argparse
import contextlib
import hashlib
import json
import logging
import os
import platform
import shutil
import subprocess
import sys
import zlib
from pathlib import Path
from urllib.parse import urlsplit

from dask.distributed import Client, KilledWorker, LocalCluster, as_completed


# ANCHOR: divide
def divide(urls, folder, count):
    """Writes each part's URLs to a file, and before each URL its place in the list."""
    lines = (line.strip() for line in urls.open(errors="surrogateescape", encoding="utf-8"))
    with contextlib.ExitStack() as files:
        names = [folder / f"{part:05}.urls" for part in range(count)]
        parts = [files.enter_context(name.open("wb")) for name in names]
        for place, url in enumerate(line for line in lines if line and line[0] != "#"):
            host = host_of(url).encode(errors="surrogateescape")
            part = parts[zlib.crc32(host) % count]  # hash() is another one in each process
            part.write(f"#{place}\n{url}\n".encode(errors="surrogateescape"))


def host_of(url):
    try:
        url = urlsplit(url)
        return f"{url.hostname}:{url.port or {'https': 443}.get(url.scheme, 80)}"
    except ValueError:
        return ""  # it is no URL, and the scraper will say so


# ANCHOR_END: divide
# ANCHOR: scrape_part
def scrape_part(command, urls):
    """Runs the scraper on one part, on whichever machine this is."""
    places = [int(line[1:]) for line in urls.open("rb") if line.startswith(b"#")]
    unfinished = urls.with_suffix(f".{platform.node()}-{os.getpid()}.part")
    seen, failed = set(), 0
    with (
        unfinished.open("w") as result,
        # If this worker is killed, the pipe breaks, and the scraper ends with its next page.
        subprocess.Popen([*command, "--input", urls], stdout=subprocess.PIPE) as scraper,
    ):
        for line in scraper.stdout:
            page = json.loads(line)
            page["index"] = places[page["index"]]
            seen.add(page["index"])
            failed += "error" in page
            print(json.dumps(page), file=result)
    if scraper.returncode not in (0, 1) or len(seen) < len(places):
        unfinished.unlink()
        raise RuntimeError(f"the scraper's exit code is {scraper.returncode}")
    unfinished.replace(urls.with_suffix(".jsonl"))  # a second result takes its place
    return f"{len(seen)} pages ({failed} failed)"


# ANCHOR_END: scrape_part
# ANCHOR: run
def run(command, parts, cluster):
    """Has the workers run the scraper on each part, and returns how many are done."""
    done = 0
    with Client(cluster) as client:
        # A part may lose three workers; after a fourth, Dask holds it for what kills them.
        futures = client.map(scrape_part, [command] * len(parts), parts, retries=1)
        names = dict(zip(futures, (urls.stem for urls in parts)))
        for future in as_completed(futures):
            try:
                print(f"part {names[future]}: {future.result()}", flush=True)
                done += 1
            except (KilledWorker, OSError, RuntimeError, ValueError) as error:
                print(f"error: part {names[future]} is not done: {error}", file=sys.stderr)
    return done


# ANCHOR_END: run
def main():
    parser = argparse.ArgumentParser(description="Run a scraper on many machines, with Dask.")
    parser.add_argument("scraper", metavar="SCRAPER", type=Path)
    parser.add_argument("urls", metavar="URLS", type=Path, help="a list, as the scraper's --input")
    parser.add_argument("folder", metavar="FOLDER", type=Path, help="one that all machines see")
    parser.add_argument("options", metavar="OPTION", nargs="*", help="the scraper's, after --")
    parser.add_argument("--parts", metavar="N", type=int, default=64)
    parser.add_argument("--scheduler", metavar="ADDRESS", help="Dask's; else this machine alone")
    parser.add_argument("--workers", metavar="N", type=int, default=2, help="without --scheduler")
    args = parser.parse_args()
    scraper, folder = shutil.which(args.scraper), args.folder.resolve()
    if scraper is None:
        parser.error(f"there is no program {args.scraper}")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with args.urls.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        mark, marked = f"{digest} {args.parts} {args.options}\n", folder / "divided.txt"
        if not marked.exists():
            divide(args.urls, folder, args.parts)
            marked.write_text(mark)
        elif marked.read_text() != mark:
            parser.error(f"{folder} holds the results of another list, or of other options")
    except OSError as error:
        parser.error(str(error))
    parts = [urls for urls in folder.glob("*.urls") if urls.stat().st_size > 0]
    todo = [urls for urls in parts if not urls.with_suffix(".jsonl").exists()]
    todo.sort(key=lambda urls: -urls.stat().st_size)  # the long ones first: nobody waits for them
    done = len(parts) - len(todo)
    if todo:
        local = {"n_workers": args.workers, "threads_per_worker": 1, "dashboard_address": None}
        cluster = args.scheduler or LocalCluster(**local, silence_logs=logging.CRITICAL)
        command = [os.path.abspath(scraper), "--format", "json", *args.options]
        try:
            done += run(command, todo, cluster)
        except OSError as error:  # there is no scheduler
            parser.error(str(error))
        for unfinished in folder.glob("*.part"):  # of workers that were killed
            unfinished.unlink(missing_ok=True)
    print(f"{done} of {len(parts)} parts are done; the results are in {folder}")
    return 0 if done == len(parts) else 1


if __name__ == "__main__":
    sys.exit(main())
