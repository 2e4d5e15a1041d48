"""Folds the sections of a long page: it begins with its answer, and then lists what else it answers.

Each section is a `<details>` whose heading is its summary. The first one is open if it holds a program to step through:
that's what its page is for. A link to the heading opens a section (through Material), as do the browser's search in the
page and printing. The folding comes after the site's search has read the page: otherwise it would take a section's text
for its parent's.
"""

from __future__ import annotations

import re

from bs4 import BeautifulSoup

HEADING = re.compile(r"<h2\b[^>]*>.*?</h2>", re.DOTALL)
AT_HEADINGS = re.compile(r"(?=<h2\b)")
PERMALINK = re.compile(r"<a\b[^>]*headerlink.*?</a>", re.DOTALL)
LINK = re.compile(r"<a\b[^>]*\bhref=[^>]*>(.*?)</a>", re.DOTALL)  # not a target, which stays in its heading
TABLE = re.compile(r'<div class="evidence-table">\s*<h2')
BLOCK = 'class="language-python'
PROGRAM = 'class="stepper"'
LONG = 5  # blocks on a page that is not folded
FEW = 3  # sections, which need no folding


def fold(html: str) -> str:
    """Return a page's content with its sections folded, if it is long."""
    if TABLE.search(html):
        soup = BeautifulSoup(html, "html.parser")
        for table in soup.select(".evidence-table:has(> h2)"):
            sections = BeautifulSoup(fold_sections(table.decode_contents()), "html.parser")
            table.clear()
            table.append(sections)
        return str(soup)
    return fold_sections(html, BLOCK) if html.count(BLOCK) > LONG else html


def fold_sections(html: str, with_: str = "") -> str:
    """Return HTML with its sections folded, each from a second-level heading up to the next.

    Sections without the text `with_` are short, and stay as they are.
    """
    before, *sections = AT_HEADINGS.split(html)
    if len(sections) < FEW:
        return html
    return before + "".join(
        folded(section, is_open=section is sections[0] and PROGRAM in section) if with_ in section else section
        for section in sections
    )


def folded(section: str, *, is_open: bool = False) -> str:
    """Return a section with its heading as the summary. Links come after it: a summary can't hold other controls."""
    heading = HEADING.match(section)
    assert heading  # A section begins with its heading.
    permalink = PERMALINK.search(heading[0])
    title = PERMALINK.sub("", heading[0])
    linked = "".join(f"<p>See {link[0]}.</p>" for link in LINK.finditer(title))
    words = LINK.sub(r"\1", title)
    links = (permalink[0] if permalink else "") + linked
    rest = links + section[heading.end() :]
    return f'<details class="section"{" open" if is_open else ""}><summary>{words}</summary>{rest}</details>'
