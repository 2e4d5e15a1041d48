"""Makes the HTML of listings (code and its output) lighter."""

from __future__ import annotations

import re
from collections.abc import Iterator

from evidence.pages.blocks import EXPECTED_OUTPUT

LINE = re.compile(r'<span id="__span-[\d-]+">( *)')  # of code, by pymdownx.highlight
PRINTS = re.compile(
    rf'{re.escape(EXPECTED_OUTPUT)}\s*<div class="language-text highlight"><pre>(?:<span></span>)?<code>(.*?)</code>',
    re.DOTALL,
)
NEWLINE = "\n"
LINE_OF_CODE = re.compile(r'(<span(?: class="in(\d+)")?>)((?!</span>)[^\n]*)(\n</span>)')  # once LINE has been replaced
TAG_OR_CHARACTER = re.compile(r"<[^>]*>|&[\w#]+;|.", re.DOTALL)
ON_A_PHONE = 34  # characters that fit on any phone's line
LISTING = re.compile(r'(<div class="language-\w+ highlight"[^>]*)>(.*?)(?=</div>)', re.DOTALL)


def lighten(html: str) -> str:
    """Drop what adds weight but no meaning from a page's listings, and outputs from the search index.

    Most parts of code, such as names, operators and spaces, have no colour and lose their markup. A line keeps its
    indentation instead of its number, because a phone breaks long lines and indents the rest further. Whatever is
    longer than a line may break between names. A listing keeps its number of lines, so that the style sheet can delay
    its layout until it is near. An output isn't marked as `code`: Material would measure it twice and give it a copy
    button.
    """
    html = re.sub(r'<span class="[nopw]">([^<]*)</span>', r"\1", html)
    html = LINE.sub(lambda line: f'<span class="in{len(line[1])}">{line[1]}' if line[1] else "<span>", html)
    html = PRINTS.sub(r'<div class="language-text highlight" data-search-exclude><pre><samp>\1</samp>', html)
    html = LINE_OF_CODE.sub(lambda line: line[1] + breakable(line[3], int(line[2] or 0)) + line[4], html)
    return LISTING.sub(lambda listing: f'{listing[1]} style="--lines:{listing[2].count(NEWLINE)}">{listing[2]}', html)


def breakable(line: str, indent: int) -> str:
    """Let a line of code break between names where it has no space for more characters than fit on a phone.

    Otherwise a phone would break it within a name, and start with an empty line.
    """
    if len(line) <= ON_A_PHONE - indent:
        return line
    parts: list[str] = []
    word: list[str] = []  # since the last space
    for part in [*TAG_OR_CHARACTER.findall(line), " "]:
        word.append(part)
        if part == " ":
            characters = [one for one in word if not one.startswith("<")]
            parts += with_breaks(word) if len(characters) > ON_A_PHONE - indent else word
            word = []
    return "".join(parts[:-1])


def with_breaks(word: list[str]) -> Iterator[str]:
    """Yield the characters and tags of code, with a place to break before each dot in a name and after a bracket."""
    before = ""
    for part in word:
        after_opening = before in {"(", "[", "{", ",", "="} and part not in {")", "]", "}"}
        if after_opening or (part == "." and before.isidentifier()):
            yield "<wbr>"
        yield part
        before = part
