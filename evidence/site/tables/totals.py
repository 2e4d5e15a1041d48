"""How much was run, in one line for the start page."""

from __future__ import annotations

import datetime
from collections.abc import Iterator

from evidence.findings.measurements import Measurements
from evidence.running import records
from evidence.site.html import date_in_words


def totals(measurements: Measurements) -> Iterator[str]:
    """Yield how many blocks were run on how many versions of Keras, and when an outcome last changed."""
    blocks = {block.digest for block in measurements.blocks}
    recorded = [environment for environment in measurements.environments if measurements.record(environment).outcomes]
    yield (
        f"<p>{len(blocks)} examples, each run on {len(recorded)} versions of Keras, "
        f"most recently on {date_in_words(datetime.date.fromisoformat(records.last_change()))}.</p>"
    )
