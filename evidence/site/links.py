"""Links to pages, and to the sections that blocks are in, from the pages of docs/reference/."""

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
MANY = 4  # how many links to show before the rest are folded or counted


@dataclass(frozen=True)
class Heading:
    """A heading on a page."""

    page: str
    text: str  # Markdown
    id: str

    @property
    def html(self) -> str:
        return code_spans(self.text)


def heading_of(block: Block) -> Heading:
    """Return the nearest heading above a block; without one, the page's path and no id."""
    return heading_above(block, (ROOT / block.page).stat().st_mtime_ns)


@functools.cache
def heading_above(block: Block, written: int) -> Heading:
    """Return the nearest heading above a block on its page, as of the time `written`."""
    lines = read_text(ROOT / block.page).split("\n")[: block.line]
    for line in reversed(lines):
        if match := HEADING.match(line):
            return Heading(block.page, match["text"], match["id"])
    return Heading(block.page, block.page, "")


def title(page: str) -> str:
    """Return a page's title, as Markdown."""
    heading = HEADING.search(read_text(ROOT / page))
    return heading["text"] if heading else page  # The page's check reports a title without an id.


def page_link(page: str) -> str:
    """Return a link to a page, with its title."""
    return f'<a href="{posixpath.relpath(page, REFERENCE)}">{code_spans(title(page))}</a>'


def section_link(block: Block) -> str:
    """Return a link to a block's section; only the file's name if the file isn't a page of the site."""
    if not block.page.startswith("docs/"):
        return f"<code>{escape(block.page)}</code>"
    heading = heading_of(block)
    return f'<a href="{posixpath.relpath(block.page, REFERENCE)}#{heading.id}">{heading.html}</a>'


def section_links(blocks: Iterable[Block]) -> str:
    """Return links to the first of the sections with these blocks, and how many more there are."""
    links = list(dict.fromkeys(section_link(block) for block in blocks))
    rest = len(links) - MANY
    return ", ".join(links[:MANY]) + (f" and {rest} more" if rest > 0 else "")
