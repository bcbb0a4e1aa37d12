"""scraper.py with httpx instead of aiohttp, and no more than it takes to be measured beside it.

    python scraper_httpx.py --input urls.txt --concurrency 100

No limit for each host, and no second try.
"""

import asyncio
import html
import json

import httpx
from scraper import TITLE, Page, parse_arguments, read_urls


async def scrape(urls, args):
    limits = httpx.Limits(
        max_connections=args.concurrency, max_keepalive_connections=args.concurrency
    )
    # What scraper.py does not do, either: the environment's proxies, and httpx's own time limits.
    async with (
        httpx.AsyncClient(limits=limits, timeout=None, trust_env=False) as client,
        asyncio.TaskGroup() as tasks,
    ):
        turns = asyncio.Semaphore(args.concurrency)

        async def fetch_and_report(index, url):
            try:
                page = await fetch_page(client, args, index, url)
            finally:
                turns.release()
            print(json.dumps({k: v for k, v in vars(page).items() if v is not None}), flush=True)

        for index, url in enumerate(urls):
            await turns.acquire()
            tasks.create_task(fetch_and_report(index, url))


async def fetch_page(client, args, index, url):
    page = Page(index, url, tries=1)
    try:
        async with asyncio.timeout(args.timeout):
            response = await client.get(url)
        page.status = response.status_code
        response.raise_for_status()
        page.bytes = len(response.content)
        if response.headers.get("Content-Type", "").startswith("text/html"):
            titles = TITLE.findall(response.text)
            page.matches = [" ".join(html.unescape(title).split()) for title in titles]
    except (httpx.HTTPError, TimeoutError) as error:
        page.error = {"kind": type(error).__name__, "message": str(error)}
    return page


if __name__ == "__main__":
    arguments = parse_arguments()
    asyncio.run(scrape(read_urls(arguments), arguments))
