"""Reads every block and what it did in every environment, and rereads them only when a page or a record changes."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from evidence.files import modification_times
from evidence.findings.once_a_build import once_a_build
from evidence.pages.blocks import Block, all_blocks, page_paths
from evidence.running import records
from evidence.running.environments import Environment, read_environments
from evidence.running.records import Record, RecordedOutcome


@dataclass(eq=False)  # Compared by identity, so that it can be a cache key.
class Measurements:
    """The blocks, the environments, and what each block did in each environment."""

    records: Mapping[str, Record]  # by the environment's key
    environments: Sequence[Environment] = field(default_factory=lambda: list(read_environments().values()))
    blocks: Sequence[Block] = field(default_factory=all_blocks)

    def record(self, environment: Environment) -> Record:
        return self.records[environment.key]

    def outcome(self, block: Block, environment: Environment) -> RecordedOutcome | None:
        """Return what a block did in an environment, without its steps and warnings; `None` if it was not recorded."""
        outcome = self.record(environment).outcomes.get(block.digest)
        more = outcome and (outcome.steps or outcome.warnings)
        return replace(outcome, steps=None, warnings=None) if outcome and more else outcome

    def steps(self, block: Block, environment: Environment) -> str | None:
        """Return the digest of a block's steps in an environment; `None` if it was not watched there."""
        outcome = self.record(environment).outcomes.get(block.digest)
        return outcome.steps if outcome else None

    def warnings(self, block: Block, environment: Environment) -> list[str]:
        """Return the first line of each warning that a block printed in an environment."""
        outcome = self.record(environment).outcomes.get(block.digest)
        return (outcome.warnings or "").splitlines() if outcome else []

    def by_warning(self, block: Block) -> dict[str, list[Environment]]:
        """Return a block's warnings, each with the environments that print it."""
        environments: dict[str, list[Environment]] = {}
        for environment in self.environments:
            for warning in self.warnings(block, environment):
                environments.setdefault(warning, []).append(environment)
        return environments

    def by_outcome(self, block: Block) -> dict[RecordedOutcome | None, list[Environment]]:
        """Group the environments, in order, by what a block did there; `None` if it was not recorded."""
        groups: dict[RecordedOutcome | None, list[Environment]] = {}
        for environment in self.environments:
            groups.setdefault(self.outcome(block, environment), []).append(environment)
        return groups


@once_a_build
def current_measurements() -> Measurements:
    """Return all blocks and records; reread them only if a page or a record has changed.

    A record counts as empty if its Python or packages are not the ones that environments.toml lists.
    """
    written = modification_times(records.files())
    return read_measurements(written, modification_times(page_paths()))


# MkDocs makes a new renderer for each page; under `mkdocs serve`, pages and records change.
@functools.lru_cache(maxsize=1)
def read_measurements(records_written: tuple[int, ...], pages_written: tuple[int, ...]) -> Measurements:
    return Measurements(read_records(records_written))


@functools.lru_cache(maxsize=1)
def read_records(written: tuple[int, ...]) -> dict[str, Record]:
    found = records.load_all()
    return {
        key: record if (record := found.get(key)) and not records.is_stale(record, environment) else Record(key)
        for key, environment in read_environments().items()
    }
