"""The scraper as an article on asyncio has it: all pages at once, and all of them or none.

    python article.py http://example.com http://example.org http://example.net
"""

# ANCHOR: article
import asyncio
import sys

import aiohttp


async def fetch_page(session, url):
    async with session.get(url) as response:
        return await response.text()


async def main():
    urls = sys.argv[1:]
    async with aiohttp.ClientSession() as session:
        tasks = [fetch_page(session, url) for url in urls]
        pages = await asyncio.gather(*tasks)
    for page in pages:
        print(len(page))


asyncio.run(main())
# ANCHOR_END: article
