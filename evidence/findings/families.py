"""Groups the lines of Keras that share pages."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Mapping

from evidence.pages.blocks import Block
from evidence.running.environments import Environment

FAMILIES = "keras-3", "tf-keras", "keras-1-and-2"  # lines of Keras that share pages, newest first


def family(environment: Environment) -> str:
    """Say whose pages tell of an environment."""
    return family_of(environment.line)


@functools.cache  # It is asked of each block and environment.
def family_of(line: str) -> str:
    return next(each for each in FAMILIES if re.sub(r"\W|_", "-", line.lower()).startswith(each))


def newest_family(blocks: Mapping[Block, Iterable[Environment]]) -> str:
    """Say on whose page an error stands, given the blocks that met it and where."""
    return min((family(each) for those in blocks.values() for each in those), key=FAMILIES.index)
