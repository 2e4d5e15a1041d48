"""A Python-Markdown extension for a word on a line of a block.

Under a block, and under what it prints, stands `<!-- notes -->` and a numbered list. Each item begins with code that
stands on one line of the block; that line gets the item's number. The block itself stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from evidence.pages.blocks import Block, block_extent, page_name, read_text
from evidence.pages.lint import Problem

MARKER = re.compile(r"\s*<!-- notes(?: on lines [\d ]*)? -->$")  # with the lines, in the order of the notes, once found
ITEM = re.compile(r"\s*\d+\. (?:`(?P<code>[^`]+)`)?")


def notes_marker(lines: Sequence[str], block: Block) -> int | None:
    """Return the index of the line which says that notes on a block follow, if there are any."""
    _, end = block_extent(lines, block)
    following = next((index for index in range(end, len(lines)) if lines[index].strip()), None)
    return following if following is not None and MARKER.match(lines[following]) else None


def notes_after(lines: Sequence[str], marker: int) -> Iterator[tuple[int, str]]:
    """Yield the index of each note's first line, and the code that it begins with, "" without any."""
    for index in range(marker + 1, end_of_notes(lines, marker)):
        if item := ITEM.match(lines[index]):
            yield index, item["code"] or ""


def end_of_notes(lines: Sequence[str], marker: int) -> int:
    """Return the index of the line after the list of notes."""
    first = next((index for index in range(marker + 1, len(lines)) if lines[index].strip()), len(lines))
    return next((index for index in range(first, len(lines)) if not lines[index].strip()), len(lines))


def lines_containing(text: str, block: Block) -> list[int]:
    """Return the numbers of a block's lines that hold a text, from 1."""
    return [number for number, line in enumerate(block.code.split("\n"), 1) if text and text in line]


def check_notes(path: Path, blocks: Sequence[Block]) -> Iterator[Problem]:
    """Yield what is wrong with a page's notes."""
    lines = read_text(path).split("\n")
    markers = {notes_marker(lines, block): block for block in blocks}
    for index, line in enumerate(lines):
        if not MARKER.match(line):
            continue
        if not (block := markers.get(index)):
            yield Problem(page_name(path), index + 1, "these notes stand under no block. Put them under its output.")
            continue
        found = list(notes_after(lines, index))
        if not found:
            yield Problem(page_name(path), index + 1, "a numbered list of notes must follow.")
        after = next((each for each in lines[end_of_notes(lines, index) :] if each.strip()), "")
        if ITEM.match(after):
            yield Problem(page_name(path), index + 1, "a blank line parts these notes. Take it out.")
        for number, text in found:
            if len(places := lines_containing(text, block)) != 1:
                what = f"stands on {len(places)} lines of the block" if text else "is missing"
                told = f"the code that a note begins with {what}. Begin it with `code` of just one line."
                yield Problem(page_name(path), number + 1, told)
