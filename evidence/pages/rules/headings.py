"""Headings: one title, and an id for each, so that links to them survive rewording."""

from __future__ import annotations

import re
from collections.abc import Iterator

from evidence.pages.source import Source

ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
LIKE_A_HEADING = re.compile(r"#{1,6}[^#\s!]")


def heading_problems(source: Source) -> Iterator[tuple[int, str]]:
    """Yield the line and message of each problem with the headings of a page of the site."""
    titles = [heading for heading in source.headings if heading.level == 1]
    if not titles:
        yield (
            1,
            "the page has no title. Write it as its first line after the front matter: # What it does {#what-it-does}",
        )
    for heading in titles[1:]:
        yield heading.line, f"line {titles[0].line} is the page's title already. Begin this heading with ##."
    if titles and source.headings[0] is not titles[0]:
        yield source.headings[0].line, "this heading comes before the page's title. Move it below."
    lines: dict[str, int] = {}
    level = 1
    for heading in source.headings:
        if heading.id is None:
            yield (
                heading.line,
                f"this heading has no id. Add one of your choice: {heading.text} {{#{slug(heading.text)}}}",
            )
        elif not ID.fullmatch(heading.id):
            proper = slug(heading.id)
            yield heading.line, f"an id has small letters, digits and single hyphens. Write {{#{proper}}}"
        elif heading.id in lines:
            yield (
                heading.line,
                f"line {lines[heading.id]} has the id {heading.id} already. Choose another for the newer heading.",
            )
        lines.setdefault(heading.id or "", heading.line)
        if heading.level > level + 1:
            yield (
                heading.line,
                f"a heading of level {heading.level} under one of {level}. Begin it with {'#' * (level + 1)}.",
            )
        level = heading.level
    for number, line in enumerate(source.prose, 1):
        if LIKE_A_HEADING.match(line):
            yield number, "this line begins like a heading, but has no space after #. Put one there."


def slug(text: str) -> str:
    """Return an id for a heading: a few of its words."""
    words = re.findall(r"[a-z0-9]+", text.lower())
    return "-".join(words[:4]) or "an-id"
