"""Keeps what all pages and records say while the site is built.

Each page asks for it, and for each of its blocks. To look each time whether a page or a record has changed would take
longer than all else where there are many pages: the time would grow with their square.
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
    """Have a function called once in a build, however often it is asked."""

    @functools.wraps(function)
    def ask() -> Result:
        if (answers := kept) is None:  # Another thread may begin or end a build meanwhile.
            return function()
        if function not in answers:
            answers[function] = function()
        result: Result = answers[function]
        return result

    return ask
