"""Blocks that break a rule for a reason, which exemptions.toml lists."""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from evidence.pages.blocks import Block, page_name
from evidence.pages.source import Heading, Source

FILE = Path(__file__).with_name("exemptions.toml")
RULES = "length", "badge"
KEYS = {"rule", "page", "heading", "reason"}


@dataclass(frozen=True)
class Exemption:
    """A rule that the blocks under one heading may break, and why."""

    rule: str
    page: str
    heading: str  # its id
    reason: str


@dataclass
class Exemptions:
    """The exemptions of one page."""

    listed: Collection[Exemption]
    headings: Iterable[Heading]
    used: set[Exemption] = field(default_factory=set)

    def exempt(self, rule: str, block: Block) -> bool:
        """Return whether a block may break a rule."""
        above = [heading.id for heading in self.headings if heading.line < block.line]
        found = {each for each in self.listed if each.rule == rule and above and each.heading == above[-1]}
        self.used |= found
        return bool(found)

    def unused(self) -> Iterator[tuple[int, str]]:
        """Yield the line and message for each exemption that turned out unnecessary, once all rules have run."""
        for each in self.listed:
            if each not in self.used:
                line = next((heading.line for heading in self.headings if heading.id == each.heading), 1)
                yield (
                    line,
                    (
                        f"no block under #{each.heading} needs its exemption from the rule `{each.rule}`. "
                        f"Delete it from {page_name(FILE)}."
                    ),
                )

    @staticmethod
    def how_to_list(rule: str) -> str:
        return f'list its heading with a reason and `rule = "{rule}"` in {page_name(FILE)}.'


def exemptions_of(source: Source) -> Exemptions:
    return Exemptions([each for each in read_exemptions() if each.page == source.page], source.headings)


@functools.cache
def read_exemptions(path: Path = FILE) -> Sequence[Exemption]:
    """Read the list of exemptions; `ValueError` if one lacks a key, has another, or names an unknown rule."""
    entries = tomllib.loads(path.read_text(encoding="utf-8")).get("exempt", [])
    for number, entry in enumerate(entries, 1):
        if set(entry) != KEYS or not all(entry.values()) or entry["rule"] not in RULES:
            raise ValueError(
                f"{page_name(path)}: entry {number} of `exempt` needs rule (one of {', '.join(RULES)}), page, heading "
                "and reason, and nothing else."
            )
    return tuple(Exemption(**entry) for entry in entries)
