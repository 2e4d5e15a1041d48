"""Makes the tables and lists that use all records: HTML with links relative to the page that shows them."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator

from evidence.findings.families import FAMILIES
from evidence.findings.measurements import Measurements, current_measurements
from evidence.site.tables.behaviour import behaviour_table
from evidence.site.tables.changes import what_changed
from evidence.site.tables.environments import environment_table
from evidence.site.tables.errors import error_index
from evidence.site.tables.keras_api import api_table
from evidence.site.tables.recipes import kind_links, kind_table, recipe_table
from evidence.site.tables.symptoms import symptom_table
from evidence.site.tables.timeline import POP, timeline
from evidence.site.tables.totals import totals

TABLES: dict[str, Callable[[Measurements], Iterator[str]]] = {
    "api": api_table,
    "behaviour": behaviour_table,
    "environments": environment_table,
    "how-pop-changed": functools.partial(timeline, questions=POP),
    "kind-links": kind_links,
    "kinds-of-model": kind_table,
    "recipes": recipe_table,
    "stale-after-surgery": functools.partial(symptom_table, page="docs/why/after-pop-compile-again.md"),
    "symptoms": functools.partial(symptom_table, page="docs/errors/no-error-but-wrong.md"),
    "totals": totals,
    **{f"changes-{name}": functools.partial(what_changed, family_name=name) for name in FAMILIES},
    **{f"errors-{name}": functools.partial(error_index, family_name=name) for name in FAMILIES},
}


def table_html(name: str) -> str:
    """Return the HTML of the table called `name`; a page's check refuses names without a table."""
    if name not in TABLES:
        return f'<div class="evidence-table"><p>There is no table called {name}.</p></div>'
    return render(name, current_measurements())


@functools.lru_cache(maxsize=len(TABLES))  # Both the page and its Markdown show it.
def render(name: str, measurements: Measurements) -> str:
    return '<div class="evidence-table">' + "".join(TABLES[name](measurements)) + "</div>"
