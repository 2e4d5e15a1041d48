"""The badge `Does not work`: two lines right above a block, so that nobody copies code that doesn't work."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from evidence.pages.blocks import Block, syntax_nodes
from evidence.pages.rules.exemptions import Exemptions
from evidence.pages.source import Source

WORDS, ATTRIBUTE = "Does not work", "{ .does-not-work }"
WELL_FORMED = re.compile(r'\{ \.does-not-work(?: data-right="[^"{}]+")? \}')
LIKE_ATTRIBUTE = re.compile(r"\{[ :]*\.?does[-_ ]?not[-_ ]?work\b.*\}?", re.IGNORECASE)
LIKE_WORDS = re.compile(r"(does not|doesn.?t|do not|don.?t) works?[.:!]?", re.IGNORECASE)
FORM = f"Put the line `{WORDS}` above the block, and `{ATTRIBUTE}` right below that line."
ERROR = re.compile(r"\b\w*(Error|Exception)\b")
QUESTIONS = "docs/reference/behaviour/"  # Its blocks ask what a release does; nobody copies them to use.


def badge_problems(source: Source) -> Iterator[tuple[int, str]]:
    """Yield the line and message of each badge on a page that isn't written as one."""
    openings = {block.line for block in source.blocks}
    for number, line in enumerate(source.prose, 1):
        above = source.prose[number - 2].strip() if number > 1 else ""
        below = source.prose[number].strip() if number < len(source.prose) else ""
        text = line.strip()
        if LIKE_ATTRIBUTE.fullmatch(text):
            if not WELL_FORMED.fullmatch(text):
                yield number, f"the badge is misspelt. {FORM}"
            elif above != WORDS:
                yield number, f"this line does not follow the line `{WORDS}`, so the page shows it as text. {FORM}"
            elif block_below(source, number) not in openings:
                yield number, "no block follows this badge. Put it right above the block that does not work."
        elif LIKE_WORDS.fullmatch(text) and not LIKE_ATTRIBUTE.fullmatch(below):
            yield number, f"this is half a badge: the line `{ATTRIBUTE}` has to follow at once. {FORM}"


def block_below(source: Source, line: int) -> int | None:
    """Return the first line below another, from 1, that is neither blank nor a comment."""
    lines = enumerate(source.lines[line:], line + 1)
    return next((number for number, text in lines if text.strip() and not text.lstrip().startswith("<!--")), None)


def forgotten_badges(source: Source, exemptions: Exemptions) -> Iterator[tuple[int, str]]:
    """Yield the line and message for each block that ends in an error without a badge above it.

    No rule can tell a wrong result without an error from a right one.
    """
    if source.page.startswith(QUESTIONS):
        return
    for block in source.blocks:
        if ends_in_error(block) and not has_badge(source, block) and not exemptions.exempt("badge", block):
            text = (
                "the last thing that this block shows is an error, and nothing warns those who copy it. "
                f"{FORM} If that's what readers want, {exemptions.how_to_list('badge')}"
            )
            yield block.line, text


def ends_in_error(block: Block) -> bool:
    """Return whether a block catches an error, and the last line that it prints names one."""
    last_line = (block.expected_output or "").rstrip().rpartition("\n")[2]
    if not ERROR.search(last_line):
        return False
    try:
        return any(isinstance(node, ast.Try) for node in syntax_nodes(block.code))
    except SyntaxError:
        return False


def has_badge(source: Source, block: Block) -> bool:
    above = (line.strip() for line in reversed(source.lines[: block.line - 1]))
    nearest = next((line for line in above if line and not line.startswith("<!--")), "")
    return bool(WELL_FORMED.fullmatch(nearest))
