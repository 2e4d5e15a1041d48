"""The table of environments."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape
from itertools import groupby

from evidence.findings.computes_with import computes_with
from evidence.findings.measurements import Measurements
from evidence.findings.ranges import environment_name
from evidence.running.environments import Environment
from evidence.site.html import slug

TITLES = "Release", "Version it reports", "Computes with", "Recorded"


def environment_table(measurements: Measurements) -> Iterator[str]:
    """Yield a table for each line: what runs in its environments, how long blocks take, the last full recording."""
    for line, environments in groupby(measurements.environments, key=lambda environment: environment.line):
        yield f'<h2 id="{slug(line)}" data-search-exclude="">{escape(line)}</h2>'
        yield from table_of_line(measurements, environments)


def table_of_line(measurements: Measurements, environments: Iterable[Environment]) -> Iterator[str]:
    yield '<table data-search-exclude=""><thead><tr>'
    for title in TITLES:
        yield f'<th scope="col">{title}</th>'
    yield "</tr></thead><tbody>"
    for environment in environments:
        record = measurements.record(environment)
        run = record.run
        seconds = run.import_seconds + run.block_seconds * len(record.outcomes)
        beneath = filter(None, [run.python and f"Python {run.python}", computes_with(environment, record)])
        recorded = f"{run.date}, in {seconds:.0f}\N{NO-BREAK SPACE}s" if run.date else ""
        cells = record.keras or "", ", ".join(beneath), recorded
        yield f'<tr id="{environment.key.replace(".", "-")}"><th scope="row">{environment_name(environment)}</th>'
        if record.outcomes:
            yield "".join(f"<td>{escape(cell)}</td>" for cell in cells)
        else:
            yield f'<td colspan="{len(cells)}">not measured here</td>'
        yield "</tr>"
    yield "</tbody></table>"
