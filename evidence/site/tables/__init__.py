"""Makes what the pages of docs/reference/ show of all records, as HTML with links relative to that folder."""

from __future__ import annotations

import functools

from evidence.findings.families import FAMILIES
from evidence.findings.measurements import Measurements, measurements
from evidence.site.tables.behaviour import behaviour_table
from evidence.site.tables.changes import what_changed
from evidence.site.tables.environments import environment_table
from evidence.site.tables.errors import error_index
from evidence.site.tables.keras_api import api_table


@functools.lru_cache(maxsize=16)  # A page shows it, and the page's Markdown.
def render(name: str, table: Measurements) -> str:
    """Return the HTML of the table called `name`; `KeyError` if there is none."""
    return '<div class="evidence-table">' + "".join(TABLES[name](table)) + "</div>"


TABLES = {
    "api": api_table,
    "behaviour": behaviour_table,
    "environments": environment_table,
    **{f"changes-{each}": functools.partial(what_changed, of=each) for each in FAMILIES},
    **{f"errors-{each}": functools.partial(error_index, of=each) for each in FAMILIES},
}


def table_html(name: str) -> str:
    """Return the HTML of the table called `name`."""
    return render(name, measurements())
