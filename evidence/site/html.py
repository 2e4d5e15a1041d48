"""Small pieces of HTML."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import escape

from evidence.running.environments import Environment, read_environments
from evidence.running.packages import canonical


def data_on(chosen: Iterable[Environment]) -> str:
    """Return the attribute that names environments to the script: their places as ranges."""
    keys = {each.key for each in chosen}
    ranges: list[list[int]] = []
    for number, key in enumerate(read_environments()):
        if key in keys and ranges and number == ranges[-1][1] + 1:
            ranges[-1][1] = number
        elif key in keys:
            ranges.append([number, number])
    return ' data-on="{}"'.format(" ".join(f"{a}-{b}" if a != b else f"{a}" for a, b in ranges))


def code_spans(text: str) -> str:
    """Return a line of Markdown as HTML, its code marked."""
    return re.sub(r"`+ ?(.*?) ?`+", r"<code>\1</code>", escape(text, quote=False))


def counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'s' if number != 1 else ''}"


def slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", canonical(text)).strip("-")


def code(text: str) -> str:
    return f"<code>{escape(text, quote=False)}</code>"
