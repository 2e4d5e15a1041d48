"""Markdown fences: where one ends, how far it is indented, how many backticks it needs."""

from __future__ import annotations

import re
from collections.abc import Sequence

FENCE = re.compile(r"^(?P<indent>\s*)(?P<ticks>`{3,}|~{3,})(?P<info>[^`]*)$")  # ticks: backticks or tildes


def end_of_fence(lines: Sequence[str], opening: int) -> int:
    """Return the index of the line after a fence of backticks, as pytest-codeblocks ends it.

    `opening` is the index of the line that opens the fence. Raises `StopIteration` if the fence is never closed.
    """
    opening_line = lines[opening].lstrip()
    ticks = opening_line[: len(opening_line) - len(opening_line.lstrip("`"))]
    return next(index + 1 for index in range(opening + 1, len(lines)) if lines[index].lstrip().startswith(ticks))


def indent_of(line: str) -> str:
    """Return the white space at the start of a line that isn't blank."""
    return line[: len(line) - len(line.lstrip())]


def fence_for(text: str) -> str:
    """Return enough backticks to fence a text that may itself contain backticks."""
    return "`" * max(3, 1 + max((len(run) for run in re.findall("`+", text)), default=0))
