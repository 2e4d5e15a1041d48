"""Answers a question that a block asks of every release: what the block prints is the answer."""

from __future__ import annotations

from evidence.findings.idioms import missing_idiom
from evidence.findings.measurements import Measurements
from evidence.pages.blocks import Block
from evidence.running.environments import Environment
from evidence.running.records import RecordedOutcome


def answers(measurements: Measurements, block: Block) -> dict[str, list[Environment]]:
    """Return the environments by their answers, that of the newest first."""
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
