"""Reads which packages are installed, and which requirements.txt lists."""

from __future__ import annotations

import importlib.metadata

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from evidence.files import ROOT

REQUIREMENTS = ROOT / "requirements.txt"
UNLISTED = {"pip", "wheel"}  # They install packages. No block needs them.


def installed_with_dependencies(*names: str) -> set[str]:
    """Return these packages of the running Python and all their dependencies, as `name==version`.

    `importlib.metadata.PackageNotFoundError` if one is not installed.
    """
    versions: dict[str, str] = {}
    names_left = list(names)
    while names_left:
        name = canonicalize_name(names_left.pop())
        if name in versions:
            continue
        versions[name] = importlib.metadata.version(name)
        requirements = map(Requirement, importlib.metadata.requires(name) or [])
        names_left += [
            requirement.name for requirement in requirements if not requirement.marker or requirement.marker.evaluate()
        ]
    return {f"{name}=={version}" for name, version in versions.items() if name not in UNLISTED}


def is_installed(name: str) -> bool:
    """Return whether the running Python has a package."""
    try:
        importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return False
    return True


def locked_packages() -> set[str]:
    """Return what requirements.txt lists for the running Python and platform, as `name==version`."""
    lines = REQUIREMENTS.read_text(encoding="utf-8").splitlines()
    requirements = [Requirement(line) for line in lines if line[:1].isalnum()]  # neither a comment nor `-e .`
    return {
        f"{canonicalize_name(requirement.name)}{requirement.specifier}"
        for requirement in requirements
        if not requirement.marker or requirement.marker.evaluate()
    }


def package_name(pin: str) -> str:
    """Return the name of a package listed as `name==version`."""
    return canonicalize_name(pin.split("==")[0])
