"""Makes the HTML of listings, which are code and its output, lighter."""

from __future__ import annotations

import re

from evidence.pages.blocks import EXPECTED_OUTPUT

LINE = re.compile(r'<span id="__span-[\d-]+">( *)')  # of code, by pymdownx.highlight
PRINTS = re.compile(
    rf'{re.escape(EXPECTED_OUTPUT)}\s*<div class="language-text highlight"><pre>(?:<span></span>)?<code>(.*?)</code>',
    re.DOTALL,
)
NEWLINE = "\n"
LISTING = re.compile(r'(<div class="language-\w+ highlight"[^>]*)>(.*?)(?=</div>)', re.DOTALL)


def lighten(html: str) -> str:
    """Drop what adds weight but no meaning from a page's listings, and outputs from the search index.

    Most parts of code, such as names, operators and spaces, have no colour and lose their markup. A line keeps its
    indentation in place of its number, because a phone breaks long lines and indents the rest further. A listing
    keeps its number of lines, so that the style sheet can delay its layout until it is near. An output is not marked as
    `code`: Material would measure it twice and give it a copy button.
    """
    html = re.sub(r'<span class="[nopw]">([^<]*)</span>', r"\1", html)
    html = LINE.sub(lambda line: f'<span class="in{len(line[1])}">{line[1]}' if line[1] else "<span>", html)
    html = PRINTS.sub(r'<div class="language-text highlight" data-search-exclude><pre><samp>\1</samp>', html)
    return LISTING.sub(lambda listing: f'{listing[1]} style="--lines:{listing[2].count(NEWLINE)}">{listing[2]}', html)
