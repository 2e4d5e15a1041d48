"""Groups the lines of Keras that share pages."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable

from evidence.running.environments import Environment

FAMILIES = "keras-3", "tf-keras", "keras-1-and-2"  # newest first


def family(environment: Environment) -> str:
    """Return the family that an environment's line belongs to."""
    return family_of_line(environment.line)


@functools.cache  # Asked for every block and environment.
def family_of_line(line: str) -> str:
    slug = re.sub(r"\W|_", "-", line.lower())
    return next(name for name in FAMILIES if slug.startswith(name))


def newest_family(environments: Iterable[Environment]) -> str:
    """Return the newest family that any of the environments belongs to."""
    return min(map(family, environments), key=FAMILIES.index)
