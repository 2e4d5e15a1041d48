"""The table of environments."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from evidence.findings.computes_with import computes_with
from evidence.findings.measurements import Measurements
from evidence.findings.ranges import environment_name
from evidence.running import records

TITLES = "Release", "Keras says", "Python", "Computes with", "Blocks", "Seconds", "Recorded"


def environment_table(measurements: Measurements) -> Iterator[str]:
    """Yield a table of what runs in each environment, how long its blocks took, and when its record last changed."""
    yield '<table data-search-exclude=""><thead><tr>'
    for title in TITLES:
        yield f'<th scope="col">{title}</th>'
    yield "</tr></thead><tbody>"
    for environment in measurements.environments:
        record, seconds = measurements.record(environment), records.load_seconds(environment.key)
        total = f"{seconds.importing + sum(seconds.blocks.values()):.0f}" if seconds.blocks else ""
        cells = (
            record.keras or "",
            seconds.python,
            computes_with(environment, record),
            str(len(record.outcomes)),
            total,
            seconds.date,
        )
        yield f'<tr id="{environment.key.replace(".", "-")}"><th scope="row">{environment_name(environment)}</th>'
        if record.outcomes:
            yield "".join(f"<td>{escape(cell)}</td>" for cell in cells)
        else:
            yield f'<td colspan="{len(cells)}">not measured here</td>'
        yield "</tr>"
    yield "</tbody></table>"
