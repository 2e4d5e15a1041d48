"""Serves CodeMirror, the editor of the live blocks, from npm packages, which are installed on first use.

Browsers load its modules as they are, through an import map: nothing is bundled. package.json lists every package that
it needs, so that the map is known before anything is installed.
"""

from __future__ import annotations

import functools
import json
from pathlib import Path

from evidence.npm import npm_packages

PACKAGE_JSON = Path(__file__).with_name("package.json")


@functools.cache
def packages() -> tuple[str, ...]:
    """Return the names of the editor's packages."""
    return tuple(json.loads(PACKAGE_JSON.read_text(encoding="utf-8"))["dependencies"])


def import_map(prefix: str) -> str:
    """Return the import map, as JSON, that lets a page find the packages at addresses that begin with `prefix`."""
    return json.dumps({"imports": {name: prefix + name for name in packages()}})


@functools.cache
def module(name: str) -> bytes:
    """Return a package's one module.

    `KeyError` if the package isn't the editor's; `LookupError` if it can't be installed.
    """
    if name not in packages():
        raise KeyError(name)
    folder = npm_packages(PACKAGE_JSON, again="python -m evidence serve") / name
    described = json.loads((folder / "package.json").read_text(encoding="utf-8"))
    path: str = described["exports"]["import"]
    return (folder / path).read_bytes()
