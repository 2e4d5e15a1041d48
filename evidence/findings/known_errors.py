"""Collects the error messages of all blocks: what raised or printed them, and where."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass

from evidence.findings.families import newest_family
from evidence.findings.idioms import missing_idiom
from evidence.findings.measurements import Measurements
from evidence.findings.messages import error_messages
from evidence.pages.blocks import Block
from evidence.running.environments import Environment


@dataclass(frozen=True)
class KnownError:
    """An error message, and the blocks that raised it, or caught and printed it."""

    type: str
    message: str
    blocks: Sequence[Block]  # those that got to what they show come first
    environments: frozenset[Environment]
    missing_idiom: str | None  # Markdown: what the releases lack, if no block got to what it shows

    @property
    def family(self) -> str:
        """The newest family of Keras that it occurs in."""
        return newest_family(self.environments)


@functools.lru_cache(maxsize=1)  # Each page of the index draws on all of them.
def known_errors(measurements: Measurements) -> Sequence[KnownError]:
    """Return every error message of the records, sorted by type, then by text, in both regardless of case."""
    occurrences: dict[tuple[str, str], dict[Block, list[Environment]]] = {}
    for block in measurements.blocks:
        for outcome, environments in measurements.by_outcome(block).items():
            for error in error_messages(block, outcome) if outcome else ():
                occurrences.setdefault(error, {}).setdefault(block, []).extend(environments)
    errors = [known_error(measurements, *error, blocks) for error, blocks in occurrences.items()]
    return tuple(sorted(errors, key=lambda error: (error.type.lower(), error.message.lower())))


def known_error(
    measurements: Measurements, error_type: str, message: str, blocks: dict[Block, list[Environment]]
) -> KnownError:
    idioms = {
        block: missing_idiom(block, measurements.outcome(block, environments[0]))
        for block, environments in blocks.items()
    }
    ordered = sorted(blocks, key=lambda block: idioms[block] is not None)
    everywhere = frozenset(environment for environments in blocks.values() for environment in environments)
    return KnownError(error_type, message, ordered, everywhere, idioms[ordered[0]])
