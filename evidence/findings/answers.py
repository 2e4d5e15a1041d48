"""Answers a question that a block asks of every release: what the block prints is the answer."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

from evidence.findings.idioms import missing_idiom
from evidence.findings.measurements import Measurements
from evidence.pages.blocks import Block
from evidence.running.environments import Environment
from evidence.running.records import RecordedOutcome


def answers(measurements: Measurements, block: Block) -> dict[str, list[Environment]]:
    """Return the environments by their answers, the newest one's answer first."""
    by_answer: dict[str, list[Environment]] = {}
    for environment in measurements.environments:
        by_answer.setdefault(answer(block, measurements.outcome(block, environment)), []).append(environment)
    return by_answer


def answer(block: Block, outcome: RecordedOutcome | None) -> str:
    if outcome is None:
        return "not measured"
    if missing_idiom(block, outcome):
        return "not applicable"
    return outcome.error or outcome.output.strip()


@dataclass(frozen=True)
class Era:
    """Neighbours in a line of Keras that give the same answer, oldest first."""

    answer: str
    environments: tuple[Environment, ...]


def eras(measurements: Measurements, block: Block) -> dict[str, list[Era]]:
    """Return how the answers changed within each line of Keras, the oldest era first; the oldest line first."""
    by_line: dict[str, list[Era]] = {}
    for line, members in groupby(reversed(measurements.environments), key=lambda environment: environment.line):
        for said, era in groupby(members, key=lambda other: answer(block, measurements.outcome(block, other))):
            by_line.setdefault(line, []).append(Era(said, tuple(era)))
    return by_line
