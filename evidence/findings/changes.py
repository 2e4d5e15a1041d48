"""Compares each release with the one before it in its line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from itertools import pairwise

from evidence.findings.behaviours import behaviour_key
from evidence.findings.idioms import missing_idiom
from evidence.findings.known_errors import without_names
from evidence.findings.measurements import Measurements
from evidence.pages.blocks import Block
from evidence.running.environments import Environment
from evidence.running.records import RecordedOutcome


@dataclass(frozen=True)
class Difference:
    """A block that behaves differently from the release before."""

    block: Block
    before: RecordedOutcome
    after: RecordedOutcome

    @property
    def missing_idiom(self) -> str | None:
        """The idiom of the block that one of the two releases lacks, in Markdown; `None` if both can run the block."""
        return missing_idiom(self.block, self.before) or missing_idiom(self.block, self.after)


@dataclass(frozen=True)
class Change:
    """A release, the one before it in its line, and the blocks that behave differently, in the order of the pages."""

    older: Environment
    newer: Environment
    differences: list[Difference]
    new_warnings: Mapping[str, Sequence[Block]] = field(default_factory=dict)  # from blocks that otherwise behave alike
    gone_warnings: Mapping[str, Sequence[Block]] = field(default_factory=dict)

    @property
    def of_behaviour(self) -> list[Difference]:
        return [difference for difference in self.differences if not difference.missing_idiom]

    @property
    def of_idiom(self) -> list[tuple[str, Difference]]:
        """The blocks that only one of the two releases can run, with what the other lacks; sorted by that."""
        lacking = [(difference.missing_idiom, difference) for difference in self.differences]
        return sorted(
            [(idiom, difference) for idiom, difference in lacking if idiom],
            key=lambda pair: (pair[0], pair[1].block.page, pair[1].block.line),
        )


def changes(measurements: Measurements, environments: Sequence[Environment]) -> Iterator[Change]:
    """Yield what each of these environments changed, newest first. The oldest of a line has no predecessor."""
    for newer, older in pairwise(environments):
        if newer.line == older.line:
            yield Change(
                older,
                newer,
                list(differences(measurements, older, newer)),
                warnings_only_in(measurements, newer, older),
                warnings_only_in(measurements, older, newer),
            )


def differences(measurements: Measurements, older: Environment, newer: Environment) -> Iterator[Difference]:
    """Yield the blocks that behave differently in two environments, if they were recorded in both."""
    for block in measurements.blocks:
        before, after = measurements.outcome(block, older), measurements.outcome(block, newer)
        if before and after and before != after and behaviour_key(block, before) != behaviour_key(block, after):
            yield Difference(block, before, after)


def warnings_only_in(measurements: Measurements, one: Environment, other: Environment) -> dict[str, list[Block]]:
    """Return the warnings that blocks print in one environment and not in the other, each with its blocks.

    Compares only blocks that otherwise behave alike. If wordings differ only in names, numbers and shapes, it keeps
    the first.
    """
    wordings: dict[str, str] = {}
    blocks_by_wording: dict[str, dict[Block, None]] = {}
    for block in measurements.blocks:
        here, there = measurements.outcome(block, one), measurements.outcome(block, other)
        if here and there and behaviour_key(block, here) == behaviour_key(block, there):
            known = set(map(without_names, measurements.warnings(block, other)))
            for warning in measurements.warnings(block, one):
                if (key := without_names(warning)) not in known:
                    blocks_by_wording.setdefault(wordings.setdefault(key, warning), {})[block] = None
    return {wording: list(blocks) for wording, blocks in blocks_by_wording.items()}


def lines_only_in(outcome: RecordedOutcome, other: RecordedOutcome) -> list[str]:
    """Return the lines of one outcome that another lacks: from its output, then its error, if it raised one."""
    lines = new_lines(other.output, outcome.output)
    if outcome.error:
        lines.append(f"{outcome.error}: {next(iter((outcome.message or '').splitlines()), '')}")
    return lines


def new_lines(old: str, new: str) -> list[str]:
    """Return the lines of an output that the older one lacks in that place."""
    old_lines, lines = old.splitlines(), new.splitlines()
    opcodes = SequenceMatcher(None, old_lines, lines, autojunk=False).get_opcodes()
    return [line for tag, _, _, start, end in opcodes if tag != "equal" for line in lines[start:end]]
