"""Reads which packages are installed."""

from __future__ import annotations

import importlib.metadata
import re

from packaging.requirements import Requirement

UNLISTED = {"pip", "wheel"}  # They install, and nothing runs on them.


def installed_with_dependencies(*names: str) -> set[str]:
    """Return these packages of the running Python and all that they need, as `name==version`."""
    found, left = {}, list(names)
    while left:
        name = canonical(left.pop())
        if name in found:
            continue
        found[name] = importlib.metadata.version(name)
        requirements = map(Requirement, importlib.metadata.requires(name) or [])
        left += [each.name for each in requirements if not each.marker or each.marker.evaluate({"extra": ""})]
    return {f"{name}=={version}" for name, version in found.items() if name not in UNLISTED}


def package_name(pin: str) -> str:
    return canonical(pin.split("==")[0])


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
