"""Finds the blocks on a page, as pytest-codeblocks extracts them."""

from __future__ import annotations

import ast
import contextlib
import functools
import hashlib
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest_codeblocks

from evidence.files import DOCS, ROOT
from evidence.pages.fences import FENCE, end_of_fence

EXPECTED_OUTPUT = "<!--pytest-codeblocks:expected-output-->"
WATCHED = "# Watch it below, line by line."  # the first line of a block whose models are shown after each statement


@dataclass(frozen=True)
class Block:
    """One fence of Python on a page. It's complete: it runs as it is."""

    page: str  # path below the project's folder, with forward slashes
    line: int  # of the opening fence, from 1; the code begins on the next line
    code: str
    expected_output: str | None

    @functools.cached_property
    def digest(self) -> str:
        """Identifies the code, in 16 hexadecimal digits: editing a block changes it, moving the block does not.

        It covers what the block imports from the guide.
        """
        code = self.code + "".join(read_text(path) for path in modules_imported(self.code))
        return hashlib.sha256(code.encode()).hexdigest()[:16]

    @property
    def watched(self) -> bool:
        """Whether its models are recorded after each of its statements."""
        return self.code.startswith(WATCHED + "\n")


def modules_imported(code: str) -> list[Path]:
    """Return the files of the guide's modules that a block imports, such as `docs/explain.py`."""
    names = re.findall(r"^\s*(?:from|import) (\w+)", code, re.MULTILINE)
    return [path for path in (DOCS / f"{name}.py" for name in sorted(set(names))) if path.exists()]


def page_paths() -> list[Path]:
    """Return the paths of all pages: the site's first, then those at the root of the repository."""
    return [*sorted((ROOT / "docs").rglob("*.md")), *sorted(ROOT.glob("*.md"))]


def page_name(path: Path) -> str:
    """Return a page's path as messages and records show it: below the project's folder, with forward slashes.

    A page outside that folder keeps its whole path.
    """
    path = path.resolve()
    return path.relative_to(ROOT).as_posix() if path.is_relative_to(ROOT) else path.as_posix()


def all_blocks() -> list[Block]:
    """Return the blocks of all pages. A page that can't be read has none: its own test fails, and says why."""
    blocks: list[Block] = []
    for path in page_paths():
        with contextlib.suppress(UnicodeDecodeError):
            blocks += readable_blocks(page_name(path), read_text(path))
    return blocks


@functools.cache  # A build of the site reads each page several times.
def blocks_in(page: str, text: str) -> Sequence[Block]:
    """Return the blocks in a page's text, as `read_text` returns it.

    Raises `RuntimeError` if pytest-codeblocks cannot read the page.
    """
    fences = pytest_codeblocks.extract_from_buffer(io.StringIO(indent_blank_lines(text)), max_num_lines=10**6)
    return tuple(
        Block(page, fence.lineno, fence.code, fence.expected_output) for fence in fences if fence.syntax == "python"
    )


def readable_blocks(page: str, text: str) -> Sequence[Block]:
    """Return the blocks in a page's text; none if it can't be read, which the page's check reports."""
    try:
        return blocks_in(page, text)
    except RuntimeError:
        return ()


def indent_blank_lines(text: str) -> str:
    """Indent the blank lines of indented fences, which pytest-codeblocks would drop."""
    indent, ticks, lines = "", "", []
    for line in io.StringIO(text):  # not splitlines(), which also splits at \f and U+2028
        fence = FENCE.match(line)
        if fence and not ticks:
            indent, ticks = fence["indent"], fence["ticks"]
        elif fence and fence["ticks"].startswith(ticks):
            ticks = ""
        lines.append(indent + line if ticks and line == "\n" else line)
    return "".join(lines)


def read_text(path: Path) -> str:
    """Return a page's text with line ends `\\n` and without a byte order mark; `UnicodeDecodeError` if not UTF-8."""
    return path.read_text(encoding="utf-8-sig")


@functools.lru_cache(maxsize=64)  # More than any page has: several rules look at each of its blocks.
def syntax_nodes(code: str) -> Sequence[ast.AST]:
    """Return all nodes of a block's syntax tree; `SyntaxError` if the code is not Python."""
    return tuple(ast.walk(ast.parse(code)))


def block_extent(lines: Sequence[str], block: Block) -> tuple[int, int]:
    """Return the indexes, in its page's lines, of the line after a block's fence and the line after its output.

    Without an expected output, both are the same.
    """
    end = end_of_fence(lines, block.line - 1)
    if block.expected_output is None:
        return end, end
    marker = next(index for index in range(end, len(lines)) if lines[index].strip() == EXPECTED_OUTPUT)
    opening = next(index for index in range(marker + 1, len(lines)) if lines[index].strip())
    return end, end_of_fence(lines, opening)
