"""A Python-Markdown extension for a word on a line of a block.

Under a block, and under what it prints, stands `<!-- notes -->` and a numbered list. Each item begins with code that
stands on one line of the block; that line gets the item's number. The block itself stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import markdown
from markdown.postprocessors import Postprocessor
from markdown.preprocessors import Preprocessor

from evidence.blocks import Block, Problem, extract, page_name, read_text
from evidence.outputs import extent

MARKER = re.compile(r"\s*<!-- notes(?: on lines [\d ]*)? -->$")  # with the lines, in the order of the notes, once found
NUMBERED = re.compile(r"<!-- notes on lines (?P<lines>[\d ]*) -->\s*<ol>")
ITEM = re.compile(r"\s*\d+\. (?:`(?P<code>[^`]+)`)?")
BLOCK = '<div class="language-python highlight">'
LINE_END = re.compile(r"\n</span>(?=<span id=|</code>)")  # of the lines that pymdownx.highlight marks


class Notes(markdown.Extension):
    def extendMarkdown(self, md):  # noqa: N802 (Python-Markdown's name)
        md.preprocessors.register(FindLines(md), "notes", 28)  # before evidence.markdown (27) finds the blocks
        md.postprocessors.register(NumberLines(), "notes", 25)  # before it takes the marks of lines away (20)


class FindLines(Preprocessor):
    def run(self, lines: list[str]) -> list[str]:
        try:
            found = extract("\n".join(lines))
        except RuntimeError:
            return lines  # The page's tests say what is wrong with it.
        for code in found:
            block = Block("", code.lineno, code.code, code.expected_output)
            if code.syntax == "python" and (marker := marker_under(lines, block)) is not None:
                numbers = [line for _, text in items(lines, marker) for line in lines_with(text, block)]
                lines[marker] = lines[marker].replace("notes", f"notes on lines {' '.join(map(str, numbers))}")
        return lines


class NumberLines(Postprocessor):
    def run(self, text: str) -> str:
        while marker := NUMBERED.search(text):
            start = text.rindex(BLOCK, 0, marker.start())
            code, between = text[start : marker.start()].split("</code>", 1)
            code += "</code>"
            for note, line in enumerate(marker["lines"].split(), 1):
                begins = re.search(rf'<span id="__span-\d+-{line}">', code).end()
                end = LINE_END.search(code, begins).start()
                # The style sheet shows the number: what is in the page's text would be copied with the code.
                code = f'{code[:end]}<span class="note" data-note="{note}"></span>{code[end:]}'
            text = f'{text[:start]}{code}{between}<ol class="notes">{text[marker.end() :]}'
        return text


def marker_under(lines: Sequence[str], block: Block) -> int | None:
    """Return the index of the line which says that notes on a block follow, if there are any."""
    _, end = extent(lines, block)
    following = next((index for index in range(end, len(lines)) if lines[index].strip()), None)
    return following if following is not None and MARKER.match(lines[following]) else None


def items(lines: Sequence[str], marker: int) -> Iterator[tuple[int, str]]:
    """Yield the index of each note's first line, and the code that it begins with, "" without any."""
    for index in range(marker + 1, end_of_list(lines, marker)):
        if item := ITEM.match(lines[index]):
            yield index, item["code"] or ""


def end_of_list(lines: Sequence[str], marker: int) -> int:
    """Return the index of the line after the list of notes."""
    first = next((index for index in range(marker + 1, len(lines)) if lines[index].strip()), len(lines))
    return next((index for index in range(first, len(lines)) if not lines[index].strip()), len(lines))


def lines_with(text: str, block: Block) -> list[int]:
    """Return the numbers of a block's lines that hold a text, from 1."""
    return [number for number, line in enumerate(block.code.split("\n"), 1) if text and text in line]


def check(path: Path, blocks: Sequence[Block]) -> Iterator[Problem]:
    """Yield what is wrong with a page's notes."""
    lines = read_text(path).split("\n")
    markers = {marker_under(lines, block): block for block in blocks}
    for index, line in enumerate(lines):
        if not MARKER.match(line):
            continue
        if not (block := markers.get(index)):
            yield Problem(page_name(path), index + 1, "these notes stand under no block. Put them under its output.")
            continue
        found = list(items(lines, index))
        if not found:
            yield Problem(page_name(path), index + 1, "a numbered list of notes must follow.")
        after = next((each for each in lines[end_of_list(lines, index) :] if each.strip()), "")
        if ITEM.match(after):
            yield Problem(page_name(path), index + 1, "a blank line parts these notes. Take it out.")
        for number, text in found:
            if len(places := lines_with(text, block)) != 1:
                what = f"stands on {len(places)} lines of the block" if text else "is missing"
                told = f"the code that a note begins with {what}. Begin it with `code` of just one line."
                yield Problem(page_name(path), number + 1, told)


def makeExtension(**options):  # noqa: N802 (Python-Markdown's name)
    return Notes(**options)
