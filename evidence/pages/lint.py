"""Reads a page: its blocks, and whatever hides where they begin.

pytest-codeblocks silently skips or executes some fences (`py`, `sh`) and ignores a misspelt marker. Others, such as an
unclosed fence, make it abort the whole test run. `read_page` turns each of these into a `Problem` with page and line.
`evidence.pages.check` finds everything else that may be wrong with a page.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from evidence.pages.blocks import Block, blocks_in, page_name, read_text
from evidence.pages.rules.fences import fence_problems


@dataclass(frozen=True)
class Problem:
    """Something on a page that its author has to fix."""

    page: str
    line: int  # from 1
    text: str

    def __str__(self) -> str:
        return f"{self.page}:{self.line}: {self.text}"

    def as_annotation(self) -> str:
        """Return the workflow command that makes GitHub show it at the page's line."""
        text = self.text.replace("%", "%25").replace("\n", "%0A")
        return f"::error file={self.page},line={self.line}::{text}"


def read_page(path: Path) -> tuple[list[Block], list[Problem]]:
    """Return a page's blocks, and the problems that hide a block, in the order of their lines.

    If a problem hides where blocks begin, there are no blocks. Windows line ends and a byte order mark make no
    difference. Raises `OSError` if the file can't be read.
    """
    page = page_name(path)
    try:
        text = read_text(path)
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        return [], [Problem(page, line, f"the page is not UTF-8 ({error.reason}). Save it as UTF-8.")]
    problems = [Problem(page, line, text) for line, text in fence_problems(text)]
    try:
        return [*blocks_in(page, text)], problems
    except RuntimeError as error:
        # `fence_problems` knows the causes; should pytest-codeblocks find another, the page must not pass.
        return [], problems or [Problem(page, 1, f"pytest-codeblocks cannot read the page: {error}")]
