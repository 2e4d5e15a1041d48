"""Trials that are recorded and run again: all recipes on one kind of model run in one process.

A new process costs a fork, and what TensorFlow does the first time: a fifth of a trial's CPU time. What one trial
leaves behind may change the next: a class that it registered, a setting of Keras. So an outcome that is as recorded is
confirmed; a trial that does anything else is run again, alone, and only that is recorded.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence

from evidence.pages.blocks import Block
from evidence.running import records
from evidence.running.execution import Outcome
from evidence.running.records import RecordedOutcome
from evidence.running.trials import Trial

LAST_KINDS, AT_MOST = 4, 6  # The trials on the last kinds are in smaller groups, so that no core waits long at the end.


def groups(trials: Iterable[Trial], recorded: Mapping[str, RecordedOutcome]) -> list[list[Block]]:
    """Return the blocks of trials whose outcome is recorded (by digest), those on one kind of model together."""
    by_kind: dict[str, list[Block]] = {}
    for trial in trials:
        if trial.block.digest in recorded:
            by_kind.setdefault(trial.kind.key, []).append(trial.block)
    whole = list(by_kind.values())
    small = [group[i : i + AT_MOST] for group in whole[-LAST_KINDS:] for i in range(0, len(group), AT_MOST)]
    return [*whole[:-LAST_KINDS], *small]


def one_after_the_other(group: Sequence[Block], seconds: float) -> Block:
    """Return a block that runs a group; it ends early if one takes more than `seconds`."""
    codes = [block.code for block in group]
    code = f"import one_process\n\none_process.print_outputs({codes!r}, seconds={seconds:.0f})\n"
    return Block(group[0].page, group[0].line, code, None)


def confirmed(group: Sequence[Block], recorded: Mapping[str, RecordedOutcome], outcome: Outcome) -> list[Block]:
    """Return the blocks of a group that did what is recorded, given the outcome of running one after the other."""
    return [
        block
        for block, line in zip(group, outcome.output.splitlines(), strict=False)
        if (printed := printed_in(line)) is not None
        and records.recorded(block, Outcome(printed, None, outcome.seconds)) == recorded[block.digest]
    ]


def printed_in(line: str) -> str | None:
    """Return what a block printed, from its line of output; `None` if it raised an error, or the line is broken."""
    try:
        printed = json.loads(line)
    except ValueError:
        return None
    return printed if isinstance(printed, str) else None
