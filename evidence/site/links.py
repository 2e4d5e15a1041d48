"""Links to pages and to the sections that blocks are in."""

from __future__ import annotations

import functools
import posixpath
import re
from collections.abc import Iterable
from dataclasses import dataclass
from html import escape

from evidence.files import ROOT
from evidence.pages.blocks import Block, read_text
from evidence.site.html import code_spans

REFERENCE = "docs/reference"
HEADING = re.compile(r"^(#+) (?P<text>.*?) *\{ ?#(?P<id>[\w-]+) ?\}$", re.MULTILINE)
MANY = 4  # links that are named before the others are folded, or counted


@dataclass(frozen=True)
class Heading:
    """Where a block stands."""

    page: str
    text: str  # Markdown
    id: str

    @property
    def html(self) -> str:
        return code_spans(self.text)


def heading_of(block: Block) -> Heading:
    """Return the nearest heading above a block."""
    return heading_in((ROOT / block.page).stat().st_mtime_ns, block)


@functools.cache
def heading_in(written: int, block: Block) -> Heading:
    """Return the nearest heading above a block of a page as it was written at a time."""
    lines = read_text(ROOT / block.page).split("\n")[: block.line]
    for line in reversed(lines):
        if found := HEADING.match(line):
            return Heading(block.page, found["text"], found["id"])
    return Heading(block.page, block.page, "")


def page_link(page: str) -> str:
    """Return a link to a page, with its title."""
    title = next(HEADING.finditer(read_text(ROOT / page)))["text"]
    return f'<a href="{posixpath.relpath(page, REFERENCE)}">{code_spans(title)}</a>'


def section_link(block: Block) -> str:
    """Return a link to the section that a block stands in; its page alone where that is not of the site."""
    heading = heading_of(block)
    if not block.page.startswith("docs/"):
        return f"<code>{escape(block.page)}</code>"
    return f'<a href="{posixpath.relpath(block.page, REFERENCE)}#{heading.id}">{heading.html}</a>'


def section_links(blocks: Iterable[Block]) -> str:
    """Return links to the sections that blocks stand in; of many only the first."""
    found = list(dict.fromkeys(section_link(block) for block in blocks))
    rest = len(found) - MANY
    return ", ".join(found[:MANY]) + (f" and {rest} more" if rest > 0 else "")
