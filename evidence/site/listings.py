"""Makes listings lighter."""

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
    """Take away what weighs much and says nothing, in a page's listings and in the search's index.

    Most of code, names, operators, punctuation and spaces, is not coloured and loses its marks. A line keeps, instead
    of its number, how far it is indented: a phone breaks it, and indents what follows by more. A listing tells how
    many lines it has, so that the style sheet can leave it until it is near. What a block prints is not in the index,
    and is no `code`: Material would measure it twice and give it a button.
    """
    html = re.sub(r'<span class="[nopw]">([^<]*)</span>', r"\1", html)
    html = LINE.sub(lambda line: f'<span class="in{len(line[1])}">{line[1]}' if line[1] else "<span>", html)
    html = PRINTS.sub(r'<div class="language-text highlight" data-search-exclude><pre><samp>\1</samp>', html)
    return LISTING.sub(lambda found: f'{found[1]} style="--lines:{found[2].count(NEWLINE)}">{found[2]}', html)
