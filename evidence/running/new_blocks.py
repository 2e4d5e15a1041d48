"""Blocks that the pinned environment has not recorded yet. Nobody knows that they end, or print the same twice.

So each runs twice, and gets less time. The two runs are in two runners: forks of one share the order of sets, NumPy's
random numbers and the addresses of objects, which differ from one interpreter to the next.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from evidence.pages.blocks import Block
from evidence.running import records
from evidence.running.environments import pinned_environment
from evidence.running.execution import Outcome

# The author of a block that hangs should learn of it soon. Of 731 recorded blocks only one took more than 10 s on two
# cores: 26 s. Once it is recorded, a block gets the 90 s that a busy machine may need.
SECONDS = 30.0


def new_blocks(blocks: Iterable[Block]) -> list[Block]:
    """Return the blocks whose current code the pinned environment has not recorded."""
    return records.missing(records.load(pinned_environment().key), blocks)


def what_varies(block: Block, first: Outcome, second: Outcome) -> str | None:
    """Say how two outcomes of one block differ, and what to do; `None` if they agree."""
    if repeatable(first) == repeatable(second):
        return None
    lines = difflib.unified_diff(as_lines(first), as_lines(second), "first run", "second run", lineterm="")
    difference = "\n".join([*lines][:20])
    return (
        f"{block.page}:{block.line}: the block prints something different each time, so it can't be recorded.\n\n"
        f"{difference}\n\n"
        "Print only what is the same in each run: sort sets, name layers, call keras.utils.set_random_seed(0), compare "
        f"with np.allclose. Then: python -m evidence record {block.page}"
    )


def repeatable(outcome: Outcome) -> tuple[str, str | None, str | None]:
    """Return what must be the same in each run."""
    return outcome.output, outcome.error.type if outcome.error else None, records.warnings_of(outcome)


def as_lines(outcome: Outcome) -> list[str]:
    error = [f"{outcome.error.type}: {outcome.error.message}"] if outcome.error else []
    return [*outcome.output.splitlines(), *error, *(records.warnings_of(outcome) or "").splitlines()]
