"""Runs Lighthouse, as on a phone, on pages that are served."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from evidence import node
from evidence.browser import OPTIONS, chromium

SCRIPT = Path(__file__).with_suffix(".cjs")


@dataclass(frozen=True)
class Result:
    address: str
    scores: dict[str, float]  # from 0 to 1, by category: "accessibility", "performance"
    faults: list[str]  # what a score lost for: the audit, and the first element that it names
    paint: float | None = None  # the largest contentful paint in ms, of a run that measures performance


def look(addresses: Sequence[str], categories: Sequence[str]) -> list[Result]:
    """Run Lighthouse on each page, one after the other.

    `LookupError` says that there is no Chromium or no Lighthouse, `RuntimeError` which page could not be loaded.
    """
    request = {
        "chromium": chromium(),
        "options": OPTIONS,
        "settings": {"onlyCategories": categories, "disableFullPageScreenshot": True},
        "addresses": addresses,
    }
    return [Result(**json.loads(line)) for line in node.run(SCRIPT, json.dumps(request)).splitlines()]
