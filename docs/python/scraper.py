"""A concurrent web scraper on asyncio and aiohttp: the twin of scraper_tokio/src/main.rs.

    python scraper.py http://example.com http://example.org http://example.net
    python scraper.py --input urls.txt --concurrency 100

Prints JSON Lines: one object for each page, as soon as the page is done.
"""

# ANCHOR: imports
import argparse
import asyncio
import html
import itertools
import json
import re
import sys
from dataclasses import dataclass, field

import aiohttp

# ANCHOR_END: imports

# A regular expression costs less than a parser, and is right for a page's title only.
TITLE = re.compile(r"<title[^>]*>(.*?)</title", re.IGNORECASE | re.DOTALL)

# What an exception means: the first that fits.
KINDS = [
    (TimeoutError, "timeout"),
    (aiohttp.InvalidURL, "invalid_url"),
    (aiohttp.ClientConnectorDNSError, "dns"),
    (aiohttp.ClientSSLError, "tls"),
    (aiohttp.ClientConnectorError, "connect"),
    (aiohttp.TooManyRedirects, "redirect"),
    (aiohttp.ClientResponseError, "status"),
    (aiohttp.ClientError, "protocol"),
]


@dataclass
class Page:
    """What became of one URL."""

    index: int
    url: str
    status: int | None = None
    bytes: int = 0
    matches: list[str] = field(default_factory=list)
    error: dict | None = None


# ANCHOR: scrape
async def scrape(urls, concurrency, timeout, report):
    """Keeps pages in flight, `concurrency` at most, and reports each as soon as it is done."""
    connector = aiohttp.TCPConnector(limit=concurrency)
    no_limit = aiohttp.ClientTimeout()  # fetch_page has its own
    async with (
        aiohttp.ClientSession(connector=connector, timeout=no_limit) as session,
        asyncio.TaskGroup() as tasks,
    ):
        room = asyncio.Semaphore(concurrency)

        async def fetch_and_report(index, url):
            try:
                report(await fetch_page(session, timeout, index, url))
            finally:
                room.release()

        # A URL is read, and its task created, when there is room for it. Reading blocks the event
        # loop: no harm when it is a file.
        for index, url in enumerate(urls):
            await room.acquire()
            tasks.create_task(fetch_and_report(index, url))


# ANCHOR_END: scrape
# ANCHOR: fetch_page
async def fetch_page(session, timeout, index, url):
    """One page, from its request to its outcome. Whatever goes wrong stays here."""
    page = Page(index, url)
    try:
        async with asyncio.timeout(timeout):
            await read_page(session, page)
    except (aiohttp.ClientError, TimeoutError) as error:
        kind = next(kind for exception, kind in KINDS if isinstance(error, exception))
        page.error = {"kind": kind, "message": str(error)}
    return page


async def read_page(session, page):
    """Requests the page and reads it, whole."""
    async with session.get(page.url) as response:
        page.status = response.status
        response.raise_for_status()
        page.bytes = len(await response.read())
        if response.content_type == "text/html":
            text = await response.text(errors="replace")  # decodes what has been read
            page.matches = [" ".join(html.unescape(title).split()) for title in TITLE.findall(text)]


# ANCHOR_END: fetch_page
def read_urls(args):
    """The URLs of the command line, then those of --input: one per line, "#" begins a comment."""
    lines = (line.strip() for line in args.input or ())
    return itertools.chain(args.urls, (line for line in lines if line and line[0] != "#"))


def parse_arguments():
    parser = argparse.ArgumentParser(description="Fetch web pages concurrently.")
    parser.add_argument("urls", metavar="URL", nargs="*")
    parser.add_argument("-i", "--input", metavar="FILE", type=argparse.FileType())
    parser.add_argument("-c", "--concurrency", metavar="N", type=int, default=100)
    parser.add_argument("-t", "--timeout", metavar="SECONDS", type=float, default=30)
    parser.add_argument("-f", "--format", choices=["json"], default="json")
    parser.add_argument("--loop", choices=["asyncio", "uvloop"], default="asyncio")
    return parser.parse_args()


# ANCHOR: main
def main():
    args = parse_arguments()
    failed = False

    def report(page):
        nonlocal failed
        failed = failed or page.error is not None
        print(json.dumps({k: v for k, v in vars(page).items() if v is not None}), flush=True)

    run = asyncio.run
    if args.loop == "uvloop":
        import uvloop

        run = uvloop.run
    run(scrape(read_urls(args), args.concurrency, args.timeout, report))
    return 1 if failed else 0


# ANCHOR_END: main
if __name__ == "__main__":
    sys.exit(main())
