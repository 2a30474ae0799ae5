#!/usr/bin/env python3
"""The relative links of Markdown files that lead nowhere: to no file, or to no heading of one.

usage: links.py FOLDER      prints them, and ends with status 1 if there are any
"""

import pathlib
import re
import sys

LINK = re.compile(r"\[[^\]\n]*\]\(([^)\s]+)\)")
CODE = re.compile(r"^```.*?^```$|`[^`\n]+`", re.MULTILINE | re.DOTALL)


def anchors(text):
    """The names that Git hosts give a file's headings."""
    prose = re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)
    headings = re.findall(r"^#+ +(.+?) *$", prose, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def leads_somewhere(document, link):
    path, _, anchor = link.partition("#")
    file = document.parent / path if path else document
    return file.exists() and (not anchor or anchor in anchors(file.read_text()))


def broken(documents):
    """Pairs of a document and a link in it."""
    return [(document, link) for document in documents for link in LINK.findall(CODE.sub("", document.read_text()))
            if not re.match(r"[a-z]+:", link) and not leads_somewhere(document, link)]


if __name__ == "__main__":
    found = broken(sorted(pathlib.Path(sys.argv[1]).rglob("*.md")))
    for document, link in found:
        print(f"{document}: {link}")
    sys.exit(1 if found else 0)
