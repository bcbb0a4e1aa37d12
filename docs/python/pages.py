"""The scrapers' JSON Lines as a table of pandas: scraper --format json | python docs/python/pages.py"""

import sys

import pandas

pages = pandas.read_json(sys.stdin, lines=True)
print(pages[["status", "bytes", "matches"]].sort_values("bytes"))
