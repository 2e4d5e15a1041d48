"""Small pieces of HTML."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Sequence
from html import escape

from evidence.running.environments import Environment


def data_on(chosen: Iterable[Environment], environments: Sequence[Environment]) -> str:
    """Return the attribute that tells the script which environments, as ranges of their numbers: "0-15 22"."""
    keys = {environment.key for environment in chosen}
    ranges: list[list[int]] = []
    for place, environment in enumerate(environments):
        if environment.key not in keys:
            continue
        if ranges and place == ranges[-1][1] + 1:
            ranges[-1][1] = place
        else:
            ranges.append([place, place])
    return ' data-on="{}"'.format(" ".join(f"{a}-{b}" if a != b else f"{a}" for a, b in ranges))


def code_spans(text: str) -> str:
    """Return a line of Markdown as HTML, with its code spans marked."""
    return re.sub(r"`+ ?(.*?) ?`+", r"<code>\1</code>", escape(text, quote=False))


def date_in_words(date: datetime.date) -> str:
    """Return a date as pages write it: "2 April 2025"."""
    return f"{date.day} {date:%B %Y}"


def counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'s' if number != 1 else ''}"


def slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


def code(text: str) -> str:
    return f"<code>{escape(text, quote=False)}</code>"


def shortened(text: str, length: int) -> str:
    """Return a text cut to `length` characters, with an ellipsis if anything was cut."""
    return text if len(text) <= length else text[:length] + "…"
