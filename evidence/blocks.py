"""Finds the blocks of a page, and what on it pytest-codeblocks would pass over in silence.

pytest-codeblocks extracts the blocks. It drops or runs some things without a word (a fence called `py`, a
misspelt marker, an `sh` fence) and gives up on a whole test run over others (an unclosed fence). `read_page`
turns each of these into a `Problem` that names the page and the line.
"""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest_codeblocks

ROOT = Path(__file__).resolve().parent.parent

EXPECTED_OUTPUT = "<!--pytest-codeblocks:expected-output-->"
FENCE = re.compile(r"^(?P<indent>\s*)(?P<ticks>`{3,}|~{3,})(?P<info>[^`]*)$")
MARKER = re.compile(r"^\s*<!--[-\s]*(?P<text>(pytest|codeblock).*?)-*(-->|$)")


@dataclass(frozen=True)
class Block:
    """One fence of Python on a page: complete, and run as it stands."""

    page: str  # path below the project's folder, with forward slashes
    line: int  # of the opening fence; the code's first line is the one after
    code: str
    expected_output: str | None

    @property
    def digest(self) -> str:
        """Identify the code, wherever it stands: editing a block changes it, moving it does not."""
        return hashlib.sha256(self.code.encode()).hexdigest()[:16]


@dataclass(frozen=True)
class Problem:
    """Something on a page that must be mended by hand."""

    page: str
    line: int
    text: str

    def __str__(self) -> str:
        return f"{self.page}:{self.line}: {self.text}"


def pages(root: Path = ROOT) -> list[Path]:
    """Return all pages that hold blocks: those of the site, then those of the repository."""
    return [*sorted((root / "docs").rglob("*.md")), *sorted(root.glob("*.md"))]


def page_name(path: Path, root: Path = ROOT) -> str:
    """Return a page's path below `root`, as messages and records name it."""
    path = path.resolve()
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else path.as_posix()


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
        found = extract(text)
    except RuntimeError as error:
        # `scan` names each cause that is known; whatever else stops the extraction must not pass.
        return [], problems or [Problem(name, 1, f"pytest-codeblocks cannot read it: {error}")]
    blocks = [
        Block(name, block.lineno, block.code, block.expected_output) for block in found if block.syntax == "python"
    ]
    problems += [
        Problem(
            name,
            block.line,
            "the block shows nothing: it has neither an expected output nor an `assert`. "
            f"Print what it shows, then: python -m evidence record {name}",
        )
        for block in blocks
        if is_silent(block)
    ]
    return blocks, sorted(problems, key=lambda problem: problem.line)


def extract(text: str) -> list[pytest_codeblocks.CodeBlock]:
    """Return all fences that pytest-codeblocks finds; `RuntimeError` where it gives up.

    It drops the blank lines of an indented fence, so these are indented first.
    """
    indent, ticks, lines = "", "", []
    for line in text.splitlines(keepends=True):
        fence = FENCE.match(line)
        if fence and not ticks:
            indent, ticks = fence["indent"], fence["ticks"]
        elif fence and fence["ticks"].startswith(ticks):
            ticks = ""
        lines.append(indent + line if ticks and line == "\n" else line)
    return pytest_codeblocks.extract_from_buffer(io.StringIO("".join(lines)), max_num_lines=10**6)


def read_text(path: Path) -> str:
    """Return a page's text with line ends `\\n` and without a byte order mark."""
    return path.read_text(encoding="utf-8-sig")


def is_silent(block: Block) -> bool:
    return not block.expected_output and not re.search(r"^\s*assert\b", block.code, re.MULTILINE)


def scan(text: str) -> Iterator[tuple[int, str]]:
    """Yield line and text of each thing that pytest-codeblocks would drop, run unasked, or stop at."""
    opened = None  # line, ticks and indent of the fence that is open
    marker = None  # line of an expected-output marker that waits for its fence
    block = None  # whether the fence before was a block that can have an output
    for number, line in enumerate(text.splitlines(), 1):
        fence = FENCE.match(line)
        if opened:
            start, ticks = opened
            if fence and fence["ticks"].startswith(ticks) and not fence["info"].strip():
                opened = None
            elif line.lstrip().startswith(ticks):
                yield (
                    number,
                    (
                        f"a fence opens inside the one of line {start}. "
                        f"Close that one, or give it more than {len(ticks)} ticks."
                    ),
                )
                opened = None
            continue
        if fence:
            info = fence["info"].rstrip()
            opened = number, fence["ticks"]
            if marker:
                if info.strip() != "text":
                    yield (
                        number,
                        f"the expected output of line {marker} is fenced `text`, not `{info}`.",
                    )
                marker = None
                block = None
            else:
                yield from misread(number, fence["ticks"], info)
                block = "fresh" if info == "python" else None
            continue
        comment = MARKER.match(line)
        if comment:
            if line.strip() != EXPECTED_OUTPUT:
                yield (
                    number,
                    (f"unknown or unused marker `{comment['text'].strip()}`; the only one here is {EXPECTED_OUTPUT}"),
                )
            elif block is None:
                yield number, "an expected output without a block before it."
            elif marker:
                yield (
                    number,
                    f"a second marker; the one of line {marker} still waits for its output.",
                )
            else:
                marker = number
        elif line.strip() and marker:
            yield number, f"text stands between the marker of line {marker} and its output."
            marker = None
        elif line.strip():
            block = None
    if opened:
        yield opened[0], "the fence is never closed."
    if marker:
        yield marker, "the expected output is missing: its fence must follow."


def misread(number: int, ticks: str, info: str) -> Iterator[tuple[int, str]]:
    """Yield what is wrong with an opening fence whose blocks would not be run as meant."""
    language = re.split(r"[\s{},.]+", info.strip().lstrip("{. "), maxsplit=1)[0].lower()
    if language in {"sh", "bash", "shell"}:
        yield (
            number,
            f"a `{info.strip()}` fence would be executed as a command. Fence it `console`.",
        )
    elif language in {"py", "python", "python3", "py3"} and (info != "python" or ticks[0] != "`"):
        yield number, f"`{ticks}{info}` is not executed. Open the block with exactly ```python"
