"""The tables of recipes and kinds of model."""

from __future__ import annotations

from collections.abc import Iterator

from evidence.findings.measurements import Measurements
from evidence.findings.ranges import environment_name
from evidence.findings.recipe_verdicts import Verdict, current_verdicts
from evidence.running.trials import read_kinds
from evidence.site.html import code_spans, slug
from evidence.site.links import section_link
from evidence.site.recipe_html import by_reason


def recipe_table(measurements: Measurements) -> Iterator[str]:
    """Yield a table that counts, for each recipe and environment, the kinds of model on which it is right."""
    verdicts = current_verdicts()
    yield '<table data-search-exclude=""><thead><tr><th scope="col">Recipe</th>'
    for environment in verdicts.environments:
        yield f'<th scope="col">{environment_name(environment)}</th>'
    yield "</tr></thead><tbody>"
    for recipe in verdicts.recipes:
        yield f'<tr><th scope="row" class="sentence">{section_link(recipe.block)}</th>'
        for environment in verdicts.environments:
            yield f"<td>{count(verdicts.of(recipe, environment))}</td>"
        yield "</tr>"
    yield "</tbody></table>"


def count(there: list[Verdict]) -> str:
    if all(verdict.state == "unknown" for verdict in there):
        return "?"
    possible = [verdict for verdict in there if verdict.state != "lacking"]
    return f"{sum(verdict.state == 'right' for verdict in possible)} of {len(possible)}"


def kind_table(measurements: Measurements) -> Iterator[str]:
    """Yield a row for each kind of model: who has it, which recipes are right on it, and what to do instead."""
    verdicts = current_verdicts()
    yield '<table><thead><tr><th scope="col">Model</th><th scope="col">Right</th><th scope="col">Not</th></tr></thead>'
    yield "<tbody>"
    for kind in read_kinds():
        on_kind = [
            verdict
            for recipe in verdicts.recipes
            for verdict in verdicts.of(recipe, verdicts.pinned)
            if verdict.kind == kind
        ]
        right = [verdict for verdict in on_kind if verdict.state == "right"]
        rest = [verdict for verdict in on_kind if verdict.state != "right"]
        yield f'<tr id="{slug(kind.key)}"><th scope="row" class="sentence">{code_spans(kind.title)}'
        yield f"<br/><small>{code_spans(kind.who)}</small></th>"
        yield f"<td>{'all' if not rest else ', '.join(section_link(verdict.recipe.block) for verdict in right)}</td>"
        yield f"<td>{'; '.join(map(refused, rest))}</td></tr>"
    yield "</tbody></table>"


def refused(verdict: Verdict) -> str:
    [reason] = by_reason([verdict])
    return f"{section_link(verdict.recipe.block)}: {code_spans(reason)}"
