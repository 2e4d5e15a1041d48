"""A page as its rules see it: its text, its blocks and its prose."""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from dataclasses import dataclass

from evidence.pages.blocks import Block
from evidence.pages.fences import FENCE

FRONT_MATTER = re.compile(r"---\n(?P<yaml>.*?)(?P<end>^---[ \t]*$)", re.DOTALL | re.MULTILINE)
HEADING = re.compile(r"(?P<marks>#{1,6}) +(?P<text>.*?)(?P<id> *\{ ?#(?P<name>[^{}\s]*) ?\})?$")
CODE_SPAN = re.compile(r"(?<!`)(?P<ticks>`+)(?!`)(?:(?!\n\n).)+?(?<!`)(?P=ticks)(?!`)", re.DOTALL)


@dataclass(frozen=True)
class Heading:
    """A heading on a page, as written."""

    line: int  # from 1
    level: int
    text: str
    id: str | None  # as written after `#`; `None` without one


@dataclass(frozen=True)
class Source:
    """A page whose fences are in order."""

    page: str  # its name, see `page_name`
    text: str
    blocks: Sequence[Block]

    @property
    def on_site(self) -> bool:
        """Whether it is a page of the site, not one of the repository's own, such as README.md."""
        return self.page.startswith("docs/")

    @functools.cached_property
    def lines(self) -> Sequence[str]:
        return self.text.split("\n")

    @functools.cached_property
    def prose(self) -> Sequence[str]:
        """The lines, with those of the front matter and of fences emptied."""
        matter = FRONT_MATTER.match(self.text)
        skipped = matter[0].count("\n") + 1 if matter else 0
        lines, ticks = [""] * skipped, ""
        for line in self.lines[skipped:]:
            fence = FENCE.match(line)
            lines.append("" if ticks or fence else line)
            if fence and not ticks:
                ticks = fence["ticks"]
            elif fence and fence["ticks"] == ticks and not fence["info"].strip():
                ticks = ""
        return lines

    @functools.cached_property
    def words(self) -> Sequence[str]:
        """The lines of the prose, with spaces in place of what is in backticks."""
        text = CODE_SPAN.sub(lambda span: re.sub(r"[^\n]", " ", span[0]), "\n".join(self.prose))
        return text.split("\n")

    @functools.cached_property
    def headings(self) -> Sequence[Heading]:
        found = ((number, HEADING.match(line)) for number, line in enumerate(self.prose, 1))
        return [Heading(number, len(match["marks"]), match["text"], match["name"]) for number, match in found if match]
