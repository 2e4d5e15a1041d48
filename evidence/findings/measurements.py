"""Holds all blocks and what they did everywhere; read again only when a page or a record has changed."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from evidence.files import modification_times
from evidence.findings.behaviours import missing_idiom
from evidence.findings.messages import errors
from evidence.pages.blocks import Block, all_blocks, page_paths
from evidence.running import records
from evidence.running.environments import Environment, read_environments
from evidence.running.records import Record, RecordedOutcome


@dataclass(eq=False)  # each is its own key of a cache
class Measurements:
    """What there is to show: the blocks, where they stand, and what they did."""

    records: Mapping[str, Record]
    environments: list[Environment] = field(default_factory=lambda: list(read_environments().values()))
    blocks: list[Block] = field(default_factory=all_blocks)

    def outcome(self, block: Block, environment: Environment) -> RecordedOutcome | None:
        return self.records[environment.key].outcomes.get(block.digest)

    @functools.cached_property
    def messages(self) -> dict[tuple[str, str], dict[Block, list[Environment]]]:
        """By type and message of an error, the blocks that raised or printed it, and where.

        Blocks that came to their point come first.
        """
        found: dict[tuple[str, str], dict[Block, list[Environment]]] = {}
        for block in self.blocks:
            for environment in self.environments:
                outcome = self.outcome(block, environment)
                for error in errors(block, outcome) if outcome else ():
                    found.setdefault(error, {}).setdefault(block, []).append(environment)
        return {
            error: dict(sorted(those.items(), key=lambda each: idiom_missing_in(self, *each) is not None))
            for error, those in found.items()
        }


def idiom_missing_in(table: Measurements, block: Block, environments: Sequence[Environment]) -> str | None:
    return missing_idiom(block, table.outcome(block, environments[0]))


def all_records() -> dict[str, Record]:
    """Return the records of all environments by key; an empty one for a record of other packages than are listed."""
    return read_records(records_modified())


def records_modified() -> tuple[int, ...]:
    return modification_times(sorted(records.FOLDER.glob("*.json")))


def measurements() -> Measurements:
    """Return all blocks and records, read again only if a page or a record has changed."""
    return read_measurements(records_modified(), modification_times(page_paths()))


@functools.lru_cache(maxsize=1)
def read_measurements(of_records: tuple[int, ...], of_pages: tuple[int, ...]) -> Measurements:
    return Measurements(read_records(of_records))


# MkDocs makes a new renderer for each page; `mkdocs serve` sees new records all the same.
@functools.lru_cache(maxsize=1)
def read_records(written: tuple[int, ...]) -> dict[str, Record]:
    found = {key: records.load(key) for key in read_environments()}
    return {
        key: Record(key) if records.is_stale(record, read_environments()[key].pins) else record
        for key, record in found.items()
    }
