"""Groups the environments in which a block behaves alike."""

from __future__ import annotations

import functools
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple, get_args

from evidence.findings.idioms import missing_idiom
from evidence.findings.measurements import Measurements
from evidence.findings.messages import without_messages
from evidence.pages.blocks import Block
from evidence.running.environments import Environment
from evidence.running.records import RecordedOutcome

# As the page shows; different; not applicable, because the release lacks the block's idiom; not measured.
State = Literal["shown", "other", "lacking", "unknown"]
STATES = get_args(State)  # in the order in which behaviours are listed


class Wording(NamedTuple):
    """One of several outcomes that behave alike but differ in their messages."""

    outcome: RecordedOutcome
    environments: tuple[Environment, ...]


@dataclass(frozen=True)
class Behaviour:
    """What a block does in some environments: they print the same, or the same line raises the same type of error."""

    state: State
    environments: tuple[Environment, ...]
    wordings: tuple[Wording, ...]  # none if the block was not measured there
    missing_idiom: str | None = None  # Markdown: what these environments lack


def behaviours(block: Block, measurements: Measurements) -> list[Behaviour]:
    """Group the environments by what a block does there.

    Sorted by state. Within a state, and within a behaviour, the environments keep their order.
    """
    alike: dict[Hashable, list[Wording]] = {}
    unmeasured: list[Behaviour] = []
    for outcome, environments in measurements.by_outcome(block).items():
        if outcome is None:
            unmeasured.append(Behaviour("unknown", tuple(environments), ()))
        else:
            alike.setdefault(behaviour_key(block, outcome), []).append(Wording(outcome, tuple(environments)))
    measured = [common_behaviour(block, wordings) for wordings in alike.values()]
    return sorted(measured + unmeasured, key=lambda behaviour: STATES.index(behaviour.state))


def common_behaviour(block: Block, wordings: Sequence[Wording]) -> Behaviour:
    """Return the behaviour that these wordings have in common."""
    outcome = wordings[0].outcome
    environments = tuple(environment for wording in wordings for environment in wording.environments)
    if idiom := missing_idiom(block, outcome):
        return Behaviour("lacking", environments, tuple(wordings), idiom)
    as_shown = behaviour_key(block, outcome) == behaviour_key(block, shown(block))
    return Behaviour("shown" if as_shown else "other", environments, tuple(wordings))


def shown(block: Block) -> RecordedOutcome:
    """Return the outcome that the page shows."""
    return RecordedOutcome(block.expected_output or "")


@functools.cache
def behaviour_key(block: Block, outcome: RecordedOutcome) -> Hashable:
    """Return a key that two outcomes of a block share if, and only if, they behave alike."""
    if idiom := missing_idiom(block, outcome):
        return "lacks", idiom
    if outcome.error:
        return "raises", outcome.error, outcome.line
    return "prints", without_messages(block.code, outcome.output)
