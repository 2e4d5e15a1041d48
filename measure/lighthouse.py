"""Runs Lighthouse, as on a phone, on served pages."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from measure import node
from measure.browser import OPTIONS, chromium

SCRIPT = Path(__file__).with_suffix(".cjs")
# ms. Lighthouse waits after each event, then for a second without requests and a second without work. If speed isn't
# being measured, shorter waits are enough for a page's scripts to finish.
SHORT_WAITS = {"pauseAfterFcpMs": 0, "pauseAfterLoadMs": 0, "networkQuietThresholdMs": 300, "cpuQuietThresholdMs": 300}


@dataclass(frozen=True)
class Result:
    address: str
    scores: dict[str, float]  # from 0 to 1, by category: "accessibility", "performance"
    faults: list[str]  # what lowered a score: the audit, and the first element that it names
    paint: float | None = None  # the largest contentful paint in ms, if performance was measured


def look(addresses: Sequence[str], categories: Sequence[str], skipped: Sequence[str] = ()) -> list[Result]:
    """Run Lighthouse on each page, one after the other, without the skipped audits.

    `LookupError` says that Chromium or Lighthouse is missing, `RuntimeError` which page could not be loaded.
    """
    waits = {} if "performance" in categories else SHORT_WAITS
    request = {
        "chromium": chromium(),
        "options": OPTIONS,
        "settings": {"onlyCategories": categories, "skipAudits": skipped, "disableFullPageScreenshot": True, **waits},
        "addresses": addresses,
    }
    return [Result(**json.loads(line)) for line in node.run(SCRIPT, json.dumps(request)).splitlines()]
