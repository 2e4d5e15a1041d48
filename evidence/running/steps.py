"""Keeps the steps of watched blocks: records/steps/<digest of the block>/<digest of the steps>.json.

Environments in which a block's models go through the same steps share a file. The outcomes in records/pages/ name it.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from evidence.files import replace_file
from evidence.running import records

Steps = Sequence[Mapping[str, Any]]  # see watch.py


def folder() -> Path:
    return records.FOLDER / "steps"


def save(block: str, steps: Steps) -> None:
    """Write the steps of the block with this digest, unless they are already there."""
    path = folder() / block / f"{records.steps_digest(steps)}.json"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        lines = ",\n".join(json.dumps(step, ensure_ascii=False) for step in steps)
        replace_file(path, f"[\n{lines}\n]\n".encode())


@functools.cache  # Files never change: their names are digests of their content.
def load(block: str, digest: str) -> Steps:
    """Return the steps that a record names; `OSError` if they are missing."""
    steps: Steps = json.loads((folder() / block / f"{digest}.json").read_text(encoding="utf-8"))
    return steps


def remove_unnamed() -> None:
    """Remove the steps that no record names."""
    named = {
        folder() / block / f"{outcome.steps}.json"
        for record in records.load_all().values()
        for block, outcome in record.outcomes.items()
        if outcome.steps
    }
    for path in folder().glob("*/*.json"):
        if path not in named:
            path.unlink()
            if not any(path.parent.iterdir()):
                path.parent.rmdir()
