"""Caches what all pages and records say while the site is built.

Each page asks for it, once for each of its blocks. Checking every time whether a page or a record has changed would
take longer than everything else on a large site: the time would grow with the square of the number of pages.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, TypeVar

Result = TypeVar("Result")
kept: dict[Callable[[], Any], Any] | None = None  # by the function that made it; `None` while nothing is built


def begin_build() -> None:
    global kept
    kept = {}


def end_build() -> None:
    global kept
    kept = None


def once_a_build(function: Callable[[], Result]) -> Callable[[], Result]:
    """Call the function only once per build, however often its result is needed."""

    @functools.wraps(function)
    def ask() -> Result:
        if (answers := kept) is None:  # Another thread may begin or end a build in the meantime.
            return function()
        if function not in answers:
            answers[function] = function()
        result: Result = answers[function]
        return result

    return ask
