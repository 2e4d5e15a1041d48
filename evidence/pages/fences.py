"""Knows a fence of Markdown: where it opens and ends, and how many ticks it needs."""

from __future__ import annotations

import re
from collections.abc import Sequence

FENCE = re.compile(r"^(?P<indent>\s*)(?P<ticks>`{3,}|~{3,})(?P<info>[^`]*)$")


def end_of_fence(lines: Sequence[str], opening: int) -> int:
    """Return the index of the line after the fence that opens at the index `opening`."""
    ticks = re.match(r"\s*(`+)", lines[opening])[1]
    return next(i + 1 for i in range(opening + 1, len(lines)) if lines[i].lstrip().startswith(ticks))


def fence_for(text: str) -> str:
    """Return as many ticks as a fence around a text needs."""
    return "`" * max(3, 1 + max((len(run) for run in re.findall("`+", text)), default=0))
