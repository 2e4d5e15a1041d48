"""Finds what is wrong with a page and its blocks, and what pytest-codeblocks would not report.

pytest-codeblocks silently skips or executes some fences (`py`, `sh`) and ignores a misspelt marker. On others, as an
unclosed fence, it aborts the whole test run. `read_page` turns each of these into a `Problem` with page and line.
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
    """Something on a page that its author has to correct."""

    page: str
    line: int  # from 1
    text: str

    def __str__(self) -> str:
        return f"{self.page}:{self.line}: {self.text}"


def read_page(path: Path) -> tuple[list[Block], list[Problem]]:
    """Return a page's blocks and its problems, in the order of their lines.

    If a problem hides where blocks begin, there are no blocks. A problem of a block has the line of the block.
    Windows line ends and a byte order mark make no difference. Raises `OSError` if the file cannot be read.
    """
    page = page_name(path)
    try:
        text = read_text(path)
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        return [], [Problem(page, line, f"the page is not UTF-8 ({error.reason}). Save it as UTF-8.")]
    problems = [Problem(page, line, text) for line, text in fence_problems(text)]
    try:
        blocks = blocks_in(page, text)
    except RuntimeError as error:
        # `fence_problems` knows the causes; should pytest-codeblocks find another, the page must not pass.
        return [], problems or [Problem(page, 1, f"pytest-codeblocks cannot read the page: {error}")]
    problems += [Problem(page, block.line, text) for block in blocks for text in block_problems(block)]
    return [*blocks], sorted(problems, key=lambda problem: problem.line)


def block_problems(block: Block) -> Iterator[str]:
    """Yield what is wrong with a block's own text."""
    if not block.expected_output and not has_assertion(block.code):
        yield (
            "the block shows nothing: it has neither an expected output nor an `assert`. "
            f"Print the result, then: python -m evidence record {block.page}"
        )
    if "\t" in block.code:
        yield "the block contains a tab, which the page shows as spaces. Indent with spaces."
    if line := line_refused_by_a_prompt(block.code):
        yield (
            f"pasted into Python's prompt, the block fails at line {block.line + line}: there a blank line, and only "
            "that, ends an indented part. Put one after the indented part and none inside."
        )


def has_assertion(code: str) -> bool:
    """Return whether code asserts something. Its run will show what is wrong with code that is not Python."""
    try:
        return any(isinstance(node, ast.Assert) for node in syntax_nodes(code))
    except SyntaxError:
        return "assert" in code


def line_refused_by_a_prompt(code: str) -> int | None:
    """Return the first line, from 1, that the prompt of Python 3.11 or 3.12 refuses if the code is pasted into it.

    `None` if it takes all of it, and for code that is not Python.
    """
    try:
        ast.parse(code)
    except SyntaxError:
        return None
    compile_command = codeop.CommandCompiler()
    statement: list[str] = []
    for number, line in enumerate(code.split("\n"), 1):
        statement.append(line)
        try:
            if compile_command("\n".join(statement)):
                statement = []
        except SyntaxError:
            return number
    return None


def fence_problems(text: str) -> Iterator[tuple[int, str]]:
    """Yield line and text of whatever pytest-codeblocks would silently skip or execute, or abort on."""
    open_fence: tuple[int, str] | None = None  # its line and its ticks
    marker: int | None = None  # line of an expected output's marker whose fence has yet to come
    output_may_follow = False
    for number, line in enumerate(text.split("\n"), 1):
        fence = FENCE.match(line)
        comment = MARKER.search(line)
        if open_fence:
            start, ticks = open_fence
            if fence and fence["ticks"] == ticks and not fence["info"].strip():
                open_fence = None
            elif line.lstrip().startswith(ticks):
                yield number, unclear_end(start, ticks)
                open_fence = None
        elif fence:
            open_fence = number, fence["ticks"]
            if marker and fence["info"].strip() != "text":
                yield number, f"this is the expected output that line {marker} marks. Open its fence with ```text."
            elif not marker:
                yield from opening_problems(number, fence["ticks"], fence["info"].rstrip())
            output_may_follow = not marker and fence["info"].rstrip() == "python"
            marker = None
        elif line.lstrip().startswith("```"):
            yield number, "pytest-codeblocks takes this line for the start of a fence. Begin it with something else."
        elif comment and line.strip() != EXPECTED_OUTPUT:
            yield number, f"unknown marker `{comment['text'].strip()}`. The only marker is {EXPECTED_OUTPUT}"
        elif comment and not output_may_follow:
            yield number, "this marker does not follow a block. Only blank lines may separate it from the block."
        elif comment and marker:
            yield number, f"this marker repeats that of line {marker}. Delete one."
        elif comment:
            marker = number
        elif line.strip() and marker:
            yield number, f"this text separates the marker of line {marker} from its output. Move it."
            marker = None
        elif line.strip():
            output_may_follow = False
    if open_fence:
        yield open_fence[0], f"this fence is never closed. Close it with {open_fence[1]} alone on a line."
    if marker:
        yield marker, "no expected output follows this marker. Delete it: `python -m evidence record` writes both."


def unclear_end(start: int, ticks: str) -> str:
    """Return the text of the problem that only pytest-codeblocks takes a line for the end of a fence."""
    return (
        f"this line ends the fence of line {start} for pytest-codeblocks, but not on the page. Close that fence with "
        f"{ticks} alone on a line. If it shows a fence, open and close it with more backticks than that one has."
    )


def opening_problems(number: int, ticks: str, info: str) -> Iterator[tuple[int, str]]:
    """Yield line and text of the problem that pytest-codeblocks would execute a fence unasked, or silently skip it."""
    language = next(iter(re.findall(r"[^\s{},.]+", info)), "").lower()
    if language in {"sh", "bash", "shell"}:
        yield (
            number,
            f"pytest-codeblocks executes `sh` and `bash`. Fence commands with ```console, not `{info.strip()}`.",
        )
    elif language.startswith("py") and (info != "python" or "~" in ticks):
        yield number, f"a fence opened with {ticks}{info} is not executed. Open the block with exactly ```python"
