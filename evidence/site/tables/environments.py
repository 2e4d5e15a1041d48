"""The table of environments."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from evidence.findings.computes_with import computes_with
from evidence.findings.measurements import Measurements
from evidence.findings.ranges import spans
from evidence.running import records


def environment_table(table: Measurements) -> Iterator[str]:
    """All environments: what runs in each, how long its blocks took, and when its record last changed."""
    yield '<table data-search-exclude=""><thead><tr>'
    for title in "Release", "Keras says", "Python", "Computes with", "Blocks", "Seconds", "Recorded":
        yield f'<th scope="col">{title}</th>'
    yield "</tr></thead><tbody>"
    for each in table.environments:
        record, seconds = table.records[each.key], records.load_seconds(each.key)
        took = f"{seconds.importing + sum(seconds.blocks.values()):.0f}" if seconds.blocks else ""
        cells = (
            record.keras or "",
            seconds.python,
            computes_with(each, record),
            str(len(record.outcomes)),
            took,
            seconds.date,
        )
        yield f'<tr id="{each.key.replace(".", "-")}"><th scope="row">{spans([each], table.environments)}</th>'
        yield (
            "".join(f"<td>{escape(cell)}</td>" for cell in cells)
            if record.outcomes
            else ('<td colspan="6">not measured here</td>')
        )
        yield "</tr>"
    yield "</tbody></table>"
