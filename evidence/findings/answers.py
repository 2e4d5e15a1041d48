"""Answers a question that a block asks of every release: what the block prints is the answer."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from evidence.findings.idioms import missing_idiom
from evidence.findings.measurements import Measurements
from evidence.pages.blocks import Block
from evidence.running.environments import Environment
from evidence.running.records import RecordedOutcome


def answers(
    measurements: Measurements, block: Block, line: Sequence[Environment]
) -> list[tuple[str, list[Environment]]]:
    """Return the answers of a line of Keras, newest first, each with the neighbouring releases that give it."""
    by_answer = groupby(line, key=lambda environment: answer(block, measurements.outcome(block, environment)))
    return [(text, list(environments)) for text, environments in by_answer]


def answer(block: Block, outcome: RecordedOutcome | None) -> str:
    if outcome is None:
        return "not measured"
    if missing_idiom(block, outcome):
        return "not applicable"
    return outcome.error or outcome.output.strip()
