"""Groups the environments that behave alike on a block."""

from __future__ import annotations

import ast
import functools
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from evidence.findings.messages import without_messages
from evidence.pages.blocks import Block, syntax_nodes
from evidence.running.environments import Environment
from evidence.running.records import Record, RecordedOutcome

# The words that surgery is done with: a block that raises above the first of them never came to the point.
SURGERY = {"pop", "layers", "_layers", "get_layer", "clone_model", "inputs", "outputs", "input", "output", "trainable"}
# What an old release says where it lacks the idiom of a block, not the behaviour that the block is about.
IDIOMS = {
    r"module '[\w.]*keras(?P<module>[\w.]*)' has no attribute '(?P<name>\w+)'": "needs `keras{module}.{name}`",
    r"No module named '(?P<name>keras[\w.]*)'": "needs `{name}`",
    r"cannot import name '(?P<name>\w+)'": "needs `{name}`",
    r"unexpected keyword argument '(?P<name>call_function|clone_function)'": "needs `clone_model({name}=...)`",
    r"must be an instance of class Layer\. (Found|Received): .*Tensor\(": "needs `keras.Input` in a Sequential",
    r"(`fit` is not supported with|fit not implemented for)": "needs a backend that trains",
}


@dataclass(frozen=True)
class Behaviour:
    """What a block does in some environments, where outputs are the same, or the same line raises the same type."""

    outcome: RecordedOutcome | None  # in the first of them; None where it was not measured
    missing_idiom: (
        str | None
    )  # what they lack of the block's idiom: then the behaviour says nothing of the block's point
    wordings: tuple[tuple[RecordedOutcome, tuple[Environment, ...]], ...]

    @property
    def environments(self) -> tuple[Environment, ...]:
        return tuple(each for _, environments in self.wordings for each in environments)


def behaviours(block: Block, environments: Iterable[Environment], records: Mapping[str, Record]) -> list[Behaviour]:
    """Group environments by what the block does there.

    First those that do what the page shows, then others, then those that lack the idiom, then the unknown; within
    that, in the order of the environments.
    """
    alike: dict[object, dict[RecordedOutcome | None, list[Environment]]] = {}
    for environment in environments:
        outcome = records[environment.key].outcomes.get(block.digest)
        alike.setdefault(behaviour_key(block, outcome), {}).setdefault(outcome, []).append(environment)
    found = [
        Behaviour(
            next(iter(wordings)),
            missing_idiom(block, next(iter(wordings))),
            tuple((outcome, tuple(those)) for outcome, those in wordings.items()),
        )
        for wordings in alike.values()
    ]
    shown = RecordedOutcome(block.expected_output or "")
    return sorted(
        found,
        key=lambda each: (
            each.outcome is None,
            each.missing_idiom is not None,
            behaviour_key(block, each.outcome) != behaviour_key(block, shown),
        ),
    )


@functools.cache  # What a block did is compared again and again, and never changes.
def behaviour_key(block: Block, outcome: RecordedOutcome | None) -> object:
    """Return what two outcomes have in common if, and only if, they behave alike."""
    if outcome is None:
        return None
    if lacking := missing_idiom(block, outcome):
        return "needs", lacking
    if outcome.error:
        return "raises", outcome.error, outcome.line
    return "prints", without_messages(block.code, outcome.output)


@functools.cache
def missing_idiom(block: Block, outcome: RecordedOutcome | None) -> str | None:
    """Say what a release lacks of the idiom that a block is written in; `None` if the block came to its point."""
    if outcome is None or outcome.error is None:
        return None
    for pattern, words in IDIOMS.items():
        if found := re.search(pattern, outcome.message):
            return words.format(**found.groupdict())
    if outcome.line and outcome.line < surgery_line(block.code):
        return f"line {outcome.line}, before the surgery, raises `{outcome.error}`"
    return None


@functools.cache
def surgery_line(code: str) -> int:
    """Return the line on which a block's surgery begins, from 1; 0 if it does none that is known."""
    try:
        found = syntax_nodes(code)
    except SyntaxError:
        return 0
    attributes = [node for node in found if isinstance(node, ast.Attribute) and node.attr in SURGERY]
    lines = [node.lineno for node in attributes if ast.unparse(node) != "keras.layers"]
    return min(lines, default=0)
