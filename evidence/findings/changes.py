"""Says what a release changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from difflib import SequenceMatcher
from itertools import pairwise

from evidence.findings.behaviours import behaviour_key
from evidence.pages.blocks import Block
from evidence.running.environments import Environment
from evidence.running.records import Record, RecordedOutcome


def new_lines(old: str, new: str) -> list[str]:
    """Return the lines of an output that differ from another's."""
    old_lines, lines = old.splitlines(), new.splitlines()
    blocks = SequenceMatcher(None, old_lines, lines, autojunk=False).get_opcodes()
    return [line for tag, _, _, start, end in blocks if tag != "equal" for line in lines[start:end]]


def changes(
    blocks: Iterable[Block], environments: Iterable[Environment], records: Mapping[str, Record]
) -> Iterator[tuple[Environment, Environment, list[tuple[Block, RecordedOutcome, RecordedOutcome]]]]:
    """Yield each release, the one before it in its line, and the blocks that behave differently: before and after."""
    blocks = list(blocks)
    for newer, older in pairwise(environments):
        if newer.line != older.line:
            continue
        pairs = [
            (block, *(records[each.key].outcomes.get(block.digest) for each in (older, newer))) for block in blocks
        ]
        yield (
            newer,
            older,
            [
                (block, before, after)
                for block, before, after in pairs
                if before and after and behaviour_key(block, before) != behaviour_key(block, after)
            ],
        )
