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
import random
import re
import sys
import weakref
from collections import Counter
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime

import aiohttp
from selectolax.lexbor import LexborHTMLParser

# ANCHOR_END: imports

# Without --select. A regular expression costs less than a parser, and is right for a page's title only.
TITLE = re.compile(r"<title[^>]*>(.*?)</title", re.IGNORECASE | re.DOTALL)

# Statuses that may be gone a moment later.
PASSING = {408, 425, 429, 500, 502, 503, 504}

# How far the list is read ahead of the pages in flight.
AHEAD = 4096

# What an exception means: the first that fits.
KINDS = [
    (TimeoutError, "timeout"),
    (aiohttp.RedirectClientError, "redirect"),
    (aiohttp.NonHttpUrlClientError, "invalid_url"),
    (aiohttp.InvalidURL, "invalid_url"),
    (aiohttp.ClientConnectorDNSError, "dns"),
    (aiohttp.ClientSSLError, "tls"),
    (aiohttp.ClientConnectorError, "connect"),
    (aiohttp.TooManyRedirects, "redirect"),
    (aiohttp.ClientResponseError, "status"),
    (aiohttp.ClientError, "protocol"),
    (Exception, "internal"),
]


@dataclass
class Page:
    """What became of one URL."""

    index: int
    url: str
    status: int | None = None
    bytes: int = 0
    matches: list[str] = field(default_factory=list)
    tries: int = 0
    error: dict | None = None


# ANCHOR: scrape
async def scrape(urls, args, report):
    """Keeps pages in flight, and reports each as soon as it is done."""
    connector = aiohttp.TCPConnector(limit=args.concurrency)
    no_limit = aiohttp.ClientTimeout()  # fetch_page has its own
    async with (
        aiohttp.ClientSession(connector=connector, timeout=no_limit) as session,
        asyncio.TaskGroup() as tasks,
    ):
        limiter = Limiter(args.concurrency, args.per_host, args.delay)
        room = asyncio.Semaphore(args.concurrency + AHEAD)

        async def fetch_and_report(index, url):
            try:
                report(await fetch_page(session, args, limiter, index, url))
            finally:
                room.release()

        # A URL is read, and its task created, when there is room for it. Reading blocks the event
        # loop: no harm when it is a file.
        fetched = read_fetched(args.resume or ())
        for index, url in enumerate(urls):
            if fetched[url] > 0:
                fetched[url] -= 1
                continue
            await room.acquire()
            tasks.create_task(fetch_and_report(index, url))


# ANCHOR_END: scrape
# ANCHOR: limiter
class Host(asyncio.Semaphore):
    next_start = 0


class Limiter:
    """At most so many pages in flight, so many of them to one host, and a delay between two there.

    aiohttp has such limits, too (`limit_per_host`), but a page that waits for them is late already.
    """

    def __init__(self, concurrency, per_host, delay):
        self.all = asyncio.Semaphore(concurrency)
        self.per_host = per_host
        self.delay = delay
        self.hosts = weakref.WeakValueDictionary()  # those that a page waits for, or is in flight to

    @asynccontextmanager
    async def at(self, url):
        origin = "/".join(url.split("/", 3)[:3])
        host = self.hosts.setdefault(origin, Host(self.per_host))
        loop = asyncio.get_running_loop()
        async with host:
            while True:
                await asyncio.sleep(host.next_start - loop.time())
                await self.all.acquire()
                if loop.time() >= host.next_start:
                    break
                self.all.release()  # another page has started there meanwhile
            host.next_start = loop.time() + self.delay
            try:
                yield
            finally:
                self.all.release()


# ANCHOR_END: limiter
# ANCHOR: fetch_page
async def fetch_page(session, args, limiter, index, url):
    """One page, from its first permit to its outcome. Whatever goes wrong stays here."""
    page = Page(index, url)
    async with AsyncExitStack() as permit:
        await permit.enter_async_context(limiter.at(url))
        try:
            async with asyncio.timeout(args.timeout) as limit:
                await keep_trying(session, args, limiter, permit, page, limit)
        except Exception as error:  # CancelledError is none
            kind = next(kind for exception, kind in KINDS if isinstance(error, exception))
            page.error = {"kind": kind, "message": str(error)}
    return page


# ANCHOR_END: fetch_page
# ANCHOR: keep_trying
async def keep_trying(session, args, limiter, permit, page, limit):
    """Tries until the page is there, or until it is no use. The limit is for all tries together."""
    while True:
        page.tries += 1
        try:
            return await read_page(session, args, page)
        except aiohttp.ClientError as error:
            if page.tries > args.retries or not may_pass(page, error):
                raise
            backoff = random.uniform(0, args.retry_delay * 2 ** (page.tries - 1))
            wait = max(backoff, asked_for(error))
            if asyncio.get_running_loop().time() + wait >= limit.when():
                raise
        page.status = None
        await permit.aclose()  # without a permit, which others take
        await asyncio.sleep(wait)
        await permit.enter_async_context(limiter.at(page.url))


# ANCHOR_END: keep_trying
def may_pass(page, error):
    if isinstance(error, aiohttp.ClientResponseError):
        return error.status in PASSING
    may_not = (
        aiohttp.InvalidURL,
        aiohttp.NonHttpUrlClientError,
        aiohttp.ClientSSLError,
        aiohttp.TooManyRedirects,
        aiohttp.RedirectClientError,
    )
    return page.status is None and not isinstance(error, may_not)


def asked_for(error):
    """The seconds of a Retry-After, which are a number or a date."""
    value = (getattr(error, "headers", None) or {}).get("Retry-After", "")
    if value.isdecimal():
        return int(value)
    try:
        return (parsedate_to_datetime(value) - datetime.now(timezone.utc)).total_seconds()
    except (TypeError, ValueError):
        return 0


# ANCHOR: read_page
async def read_page(session, args, page):
    """Requests the page and reads it, whole. Redirects are aiohttp's, and count for the first host."""
    async with session.get(page.url) as response:
        page.status = response.status
        response.raise_for_status()
        page.bytes = len(await response.read())
        if response.content_type != "text/html":
            return
        text = await response.text(errors="replace")  # decodes what has been read
    if args.select is None:
        page.matches = [fold(html.unescape(title)) for title in TITLE.findall(text)[:1]]
    else:
        page.matches = await asyncio.to_thread(search, text, args.select)


def search(text, selector):
    """Work for the processor, which the event loop must not wait for."""
    return [fold(node.text()) for node in LexborHTMLParser(text).css(selector)]


# ANCHOR_END: read_page
def fold(text):
    return " ".join(text.split())


def read_urls(args):
    """The URLs of the command line, then those of --input: one per line, "#" begins a comment."""
    lines = (line.strip() for line in args.input or ())
    return itertools.chain(args.urls, (line for line in lines if line and line[0] != "#"))


def read_fetched(lines):
    """How often each URL was fetched, by the lines of an earlier run, of which the last may be half one."""
    fetched = Counter()
    for line in lines:
        try:
            page = json.loads(line)
            fetched[page["url"]] += "error" not in page
        except (ValueError, TypeError, KeyError):
            pass
    return fetched


def parse_arguments():
    parser = argparse.ArgumentParser(description="Fetch web pages concurrently.")
    parser.add_argument("urls", metavar="URL", nargs="*")
    parser.add_argument("-i", "--input", metavar="FILE", type=argparse.FileType())
    parser.add_argument("--resume", metavar="FILE", type=argparse.FileType())
    parser.add_argument("-c", "--concurrency", metavar="N", type=int, default=100)
    parser.add_argument("--per-host", metavar="N", type=int, default=6)
    parser.add_argument("--delay", metavar="SECONDS", type=float, default=0)
    parser.add_argument("-t", "--timeout", metavar="SECONDS", type=float, default=30)
    parser.add_argument("--retries", metavar="N", type=int, default=2)
    parser.add_argument("--retry-delay", metavar="SECONDS", type=float, default=0.5)
    parser.add_argument("-s", "--select", metavar="CSS")
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
    run(scrape(read_urls(args), args, report))
    return 1 if failed else 0


# ANCHOR_END: main
if __name__ == "__main__":
    sys.exit(main())
