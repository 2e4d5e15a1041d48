"""Notes on the lines of a block.

They are a numbered list after the line `<!-- notes -->`, which follows the block's output. Each begins with code from
exactly one line of the block; the page shows the note's number on that line (`evidence.site.numbered_notes`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from evidence.pages.blocks import Block, block_extent, page_name, read_text
from evidence.pages.lint import Problem

# `evidence.site.numbered_notes` adds the notes' line numbers to the marker, and others look for it after that.
MARKER = re.compile(r"\s*<!-- notes(?: on lines [\d ]*)? -->$")
NOTE = re.compile(r"\s*\d+\. (?:`(?P<code>[^`]+)`)?")


def notes_marker(lines: Sequence[str], block: Block) -> int | None:
    """Return the index, in its page's lines, of the line that marks the notes on a block; `None` without notes."""
    _, end = block_extent(lines, block)
    next_line = next((index for index in range(end, len(lines)) if lines[index].strip()), None)
    return next_line if next_line is not None and MARKER.match(lines[next_line]) else None


def notes_after(lines: Sequence[str], marker: int) -> Iterator[tuple[int, str]]:
    """Yield the index of the first line of each note after a marker, and the code the note begins with, or ""."""
    for index in range(marker + 1, end_of_notes(lines, marker)):
        if note := NOTE.match(lines[index]):
            yield index, note["code"] or ""


def end_of_notes(lines: Sequence[str], marker: int) -> int:
    """Return the index of the line after the list of notes that follows a marker."""
    first = next((index for index in range(marker + 1, len(lines)) if lines[index].strip()), len(lines))
    return next((index for index in range(first, len(lines)) if not lines[index].strip()), len(lines))


def lines_containing(code: str, block: Block) -> list[int]:
    """Return which lines of a block contain a piece of code, from 1; none for the piece ""."""
    return [number for number, line in enumerate(block.code.split("\n"), 1) if code and code in line]


def check_notes(path: Path, blocks: Sequence[Block]) -> Iterator[Problem]:
    """Yield what is wrong with the notes on a page. The page must be readable, and `blocks` all its blocks."""
    page, lines = page_name(path), read_text(path).split("\n")
    blocks_by_marker = {notes_marker(lines, block): block for block in blocks}
    for marker, line in enumerate(lines):
        if not MARKER.match(line):
            continue
        if marker not in blocks_by_marker:
            yield Problem(page, marker + 1, "these notes do not follow a block. Put them right after a block's output.")
            continue
        notes = list(notes_after(lines, marker))
        if not notes:
            yield Problem(page, marker + 1, "no notes follow. Write them as a numbered list under this line.")
        end = end_of_notes(lines, marker)
        if NOTE.match(next((line for line in lines[end:] if line.strip()), "")):
            yield Problem(page, end + 1, "this blank line cuts the list of notes in two. Delete it.")
        for index, code in notes:
            count = len(lines_containing(code, blocks_by_marker[marker]))
            if count != 1:
                fault = f"`{code}` is on {count} lines of the block" if code else "this note does not begin with code"
                yield Problem(page, index + 1, f"{fault}. Begin the note with `code` from exactly one line.")
