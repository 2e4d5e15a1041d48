"""Finds the blocks of a page, and what on it pytest-codeblocks would pass over in silence.

pytest-codeblocks extracts the blocks. It drops or runs some things without a word (a fence called `py`, a
misspelt marker, an `sh` fence) and gives up on a whole test run over others (an unclosed fence). `read_page`
turns each of these into a `Problem` that names the page and the line.
"""

from __future__ import annotations

import ast
import codeop
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from evidence.pages.blocks import EXPECTED_OUTPUT, Block, blocks_in, page_name, read_text, syntax_nodes
from evidence.pages.fences import FENCE

MARKER = re.compile(r"(?<!`)<!--[-\s]*(?P<text>(pytest|codeblock).*?)-*(-->|$)")


@dataclass(frozen=True)
class Problem:
    """Something on a page that must be mended by hand."""

    page: str
    line: int
    text: str

    def __str__(self) -> str:
        return f"{self.page}:{self.line}: {self.text}"


def read_page(path: Path) -> tuple[list[Block], list[Problem]]:
    """Return a page's blocks and problems; with a problem that hides where blocks begin, no blocks.

    Windows line ends and a byte order mark change nothing.
    """
    name = page_name(path)
    try:
        text = read_text(path)
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        return [], [Problem(name, line, f"is not UTF-8 ({error.reason}). Save the page as UTF-8.")]
    problems = [Problem(name, line, text) for line, text in scan(text)]
    try:
        blocks = blocks_in(name, text)
    except RuntimeError as error:
        # `scan` names each cause that is known; whatever else stops the extraction must not pass.
        return [], problems or [Problem(name, 1, f"pytest-codeblocks cannot read it: {error}")]
    problems += [Problem(name, block.line, fault) for block in blocks for fault in faults(block)]
    return [*blocks], sorted(problems, key=lambda problem: problem.line)


def faults(block: Block) -> Iterator[str]:
    """Yield what is wrong with a block's own text."""
    if not block.expected_output and not asserts(block.code):
        yield (
            "the block shows nothing: it has neither an expected output nor an `assert`. "
            f"Print what it shows, then: python -m evidence record {block.page}"
        )
    if "\t" in block.code:
        yield "the block holds a tab, which a page shows as spaces. Indent with spaces."
    if line := line_refused_by_a_prompt(block.code):
        yield (
            f"pasted at Python's prompt the block fails at line {block.line + line}: what is indented ends with "
            "a blank line there, and only there. Put one after it, or take out the one within."
        )


def asserts(code: str) -> bool:
    """Say whether a block asserts something; a block that is not Python is left to its run to tell."""
    try:
        return any(isinstance(node, ast.Assert) for node in syntax_nodes(code))
    except SyntaxError:
        return "assert" in code


def line_refused_by_a_prompt(code: str) -> int | None:
    """Return the first line of a block that the prompt of Python 3.11 or 3.12 refuses when the block is pasted.

    `None` for a block that goes through, and for one that is no Python anywhere.
    """
    try:
        ast.parse(code)
    except SyntaxError:
        return None
    command, statement = codeop.CommandCompiler(), []
    for number, line in enumerate([*code.rstrip("\n").split("\n"), "", ""], 1):
        statement.append(line)
        try:
            if command("\n".join(statement), symbol="single"):
                statement = []
        except SyntaxError:
            return number
    return None


def scan(text: str) -> Iterator[tuple[int, str]]:
    """Yield line and text of each thing that pytest-codeblocks would drop, run unasked, or stop at."""
    opened = None  # line and ticks of the fence that is open
    marker = None  # line of an expected-output marker that waits for its fence
    after_block = False  # whether an expected output may follow
    for number, line in enumerate(text.split("\n"), 1):
        fence = FENCE.match(line)
        comment = MARKER.search(line)
        if opened:
            start, ticks = opened
            if fence and fence["ticks"] == ticks and not fence["info"].strip():
                opened = None
            elif line.lstrip().startswith(ticks):
                yield number, unclear_end(start, ticks)
                opened = None
        elif fence:
            opened = number, fence["ticks"]
            if marker and fence["info"].strip() != "text":
                yield number, f"the output of line {marker} is fenced `text`, not `{fence['info']}`."
            elif not marker:
                yield from misread(number, fence["ticks"], fence["info"].rstrip())
            after_block = not marker and fence["info"].rstrip() == "python"
            marker = None
        elif line.lstrip().startswith("```"):
            yield number, "pytest-codeblocks takes this line for the beginning of a fence."
        elif comment and line.strip() != EXPECTED_OUTPUT:
            yield number, f"unknown marker `{comment['text'].strip()}`; here it is {EXPECTED_OUTPUT} or none."
        elif comment and not after_block:
            yield number, "an expected output without a block right before it."
        elif comment and marker:
            yield number, f"a second marker; the one of line {marker} still waits for its output."
        elif comment:
            marker = number
        elif line.strip() and marker:
            yield number, f"text stands between the marker of line {marker} and its output."
            marker = None
        elif line.strip():
            after_block = False
    if opened:
        yield opened[0], "the fence is never closed."
    if marker:
        yield marker, "the expected output is missing: its fence must follow."


def unclear_end(start: int, ticks: str) -> str:
    return (
        f"this line ends the fence of line {start} for pytest-codeblocks, not for the reader. "
        f"Close that fence with {ticks} alone on a line; if it shows fences, give it more ticks."
    )


def misread(number: int, ticks: str, info: str) -> Iterator[tuple[int, str]]:
    """Yield what is wrong with an opening fence whose blocks would not be run as meant."""
    language = re.split(r"[\s{},.]+", info.strip().lstrip("{. "), maxsplit=1)[0].lower()
    if language in {"sh", "bash", "shell"}:
        yield number, f"`{info.strip()}`: pytest-codeblocks executes `sh` and `bash`. Fence commands `console`."
    elif language.startswith("py") and (info != "python" or ticks[0] != "`"):
        yield number, f"`{ticks}{info}` is not executed. Open the block with exactly ```python"
