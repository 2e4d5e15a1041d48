"""Finds the blocks of a page, as pytest-codeblocks extracts them."""

from __future__ import annotations

import ast
import contextlib
import functools
import hashlib
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest_codeblocks

from evidence.files import ROOT
from evidence.pages.fences import FENCE, end_of_fence

EXPECTED_OUTPUT = "<!--pytest-codeblocks:expected-output-->"


@dataclass(frozen=True)
class Block:
    """One fence of Python on a page: complete, and run as it stands."""

    page: str  # path below the project's folder, with forward slashes
    line: int  # of the opening fence; the code's first line is the one after
    code: str
    expected_output: str | None

    @functools.cached_property
    def digest(self) -> str:
        """Identify the code, wherever it stands: editing a block changes it, moving it does not."""
        return hashlib.sha256(self.code.encode()).hexdigest()[:16]


def page_paths() -> list[Path]:
    """Return all pages that hold blocks: those of the site, then those of the repository."""
    return [*sorted((ROOT / "docs").rglob("*.md")), *sorted(ROOT.glob("*.md"))]


def page_name(path: Path) -> str:
    """Return a page's path below the project's folder, as messages and records name it."""
    path = path.resolve()
    return path.relative_to(ROOT).as_posix() if path.is_relative_to(ROOT) else path.as_posix()


def all_blocks() -> list[Block]:
    """Return the blocks of all pages that can be read."""
    found = []
    for path in page_paths():
        with contextlib.suppress(RuntimeError, UnicodeDecodeError):
            found += blocks_in(page_name(path), read_text(path))
    return found


@functools.cache  # A build of the site reads each page several times.
def blocks_in(name: str, text: str) -> Sequence[Block]:
    found = extract(text)
    return tuple(
        Block(name, block.lineno, block.code, block.expected_output) for block in found if block.syntax == "python"
    )


def extract(text: str) -> list[pytest_codeblocks.CodeBlock]:
    """Return all fences that pytest-codeblocks finds; `RuntimeError` where it gives up.

    It drops the blank lines of an indented fence, so these are indented first.
    """
    indent, ticks, lines = "", "", []
    for line in io.StringIO(text):  # not splitlines(): that also splits at \f and U+2028
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


def syntax_nodes(code: str) -> Sequence[ast.AST]:
    """Return all nodes of a block's syntax; `SyntaxError` if it is no Python."""
    return tuple(ast.walk(ast.parse(code)))


def block_extent(lines: Sequence[str], block: Block) -> tuple[int, int]:
    """Return the indexes of the lines after a block's code and after its expected output, in its page's lines."""
    end = end_of_fence(lines, block.line - 1)
    if block.expected_output is None:
        return end, end
    marker = next(i for i in range(end, len(lines)) if lines[i].strip() == EXPECTED_OUTPUT)
    opening = next(i for i in range(marker + 1, len(lines)) if lines[i].strip())
    return end, end_of_fence(lines, opening)
