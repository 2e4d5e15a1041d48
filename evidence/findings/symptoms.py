"""Reads from what a block prints whether a symptom occurs: `columns: 3, should be 6`.

The block computes both: what it gets, and what it gets once the fault is fixed. If they differ, the symptom occurs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from evidence.findings.idioms import missing_idiom
from evidence.findings.measurements import Measurements
from evidence.pages.blocks import Block
from evidence.running.environments import Environment

LINE = re.compile(r"^(?P<what>[^:\n]+): (?P<got>.+), should be (?P<wanted>.+)$", re.MULTILINE)
TRAINING = "TensorFlow", "JAX", "PyTorch"  # the backends that can train


class Reading(NamedTuple):
    """What a block got in an environment, and what it should have got."""

    got: str
    wanted: str

    @property
    def right(self) -> bool:
        return self.got == self.wanted


def readings(output: str) -> dict[str, Reading]:
    """Return the readings in an output, by what was read: {"columns": Reading("3", "6")}."""
    return {match["what"]: Reading(match["got"], match["wanted"]) for match in LINE.finditer(output)}


def reading_there(measurements: Measurements, block: Block, what: str, environment: Environment) -> Reading | str:
    """Return one of a block's readings in an environment, or a phrase that says why there is none."""
    outcome = measurements.outcome(block, environment)
    if outcome is None:
        return "not measured"
    if missing_idiom(block, outcome):
        return "not applicable"
    return readings(outcome.output).get(what) or f"raises {outcome.error}"


def symptoms(measurements: Measurements, page: str) -> Iterator[tuple[Block, str]]:
    """Yield the symptoms on a page in order: the block that shows it, and what that block reads."""
    for block in measurements.blocks:
        if block.page == page:
            yield from ((block, what) for what in readings(block.expected_output or ""))


def newest_by_backend(measurements: Measurements) -> Mapping[str, Environment]:
    """Return the newest Keras on each backend that can train."""
    newest: dict[str, Environment] = {}
    for environment in measurements.environments:  # by line, newest first
        if environment.backend_name in TRAINING:
            newest.setdefault(environment.backend_name, environment)
    return newest
