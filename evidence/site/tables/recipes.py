"""The tables of recipes and kinds of model."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby

from evidence.findings.measurements import Measurements
from evidence.findings.ranges import in_words, join_words
from evidence.findings.recipe_verdicts import Verdict, Verdicts, count_right, current_verdicts
from evidence.pages.blocks import Block
from evidence.pages.recipes import Recipe
from evidence.running.environments import Environment
from evidence.running.trials import Kind, read_kinds
from evidence.site.html import code_spans, counted, slug
from evidence.site.links import section_link
from evidence.site.recipe_html import by_reason


def recipe_table(measurements: Measurements) -> Iterator[str]:
    """Yield a table that counts, for each recipe, the kinds of model on which it is right.

    One column has the newest release on each backend, another folds the earlier ones: a phone has no room for more.
    """
    verdicts = current_verdicts()
    by_line = [list(line) for _, line in groupby(verdicts.environments, key=lambda environment: environment.line)]
    newest = [line[0] for line in by_line]
    earlier = [environment for line in by_line for environment in line[1:]]
    releases = join_words(list(dict.fromkeys(environment.release_name for environment in newest)))
    yield f'<table data-search-exclude=""><thead><tr><th scope="col">Recipe</th><th scope="col">Keras {releases}</th>'
    yield '<th scope="col">Earlier</th></tr></thead><tbody>'
    for recipe in verdicts.recipes:
        yield f'<tr><th scope="row" class="sentence">{breakable_link(recipe.block)}</th>'
        lines = [
            f"{', '.join(environment.backend_name or '' for environment in alike)}: {number}"
            for number, alike in by_count(recipe, newest, verdicts).items()
        ]
        yield f"<td>{'<br/>'.join(lines)}</td>"
        # Among all releases: a range among only those tried would cover others, too.
        lines = [
            f"{in_words(alike, measurements.environments)}: {number}"
            for number, alike in by_count(recipe, earlier, verdicts).items()
        ]
        folded = f"<details><summary>{counted(len(earlier), 'release')}</summary>{'<br/>'.join(lines)}</details>"
        yield f"<td>{folded if earlier else ''}</td></tr>"
    yield "</tbody></table>"


def by_count(recipe: Recipe, environments: Sequence[Environment], verdicts: Verdicts) -> dict[str, list[Environment]]:
    """Group environments by the number of kinds of model on which a recipe is right: "41 of 42"."""
    counts: dict[str, list[Environment]] = {}
    for environment in environments:
        counts.setdefault(count(verdicts.of(recipe, environment)), []).append(environment)
    return counts


def breakable_link(block: Block) -> str:
    """Link to a block's section; a long name such as BatchNormalization may break, so that it fits on a phone."""
    between = re.compile("(?<=[a-z])(?=[A-Z])|(?<=_)(?=[a-z])")
    return re.sub(r"\w{12,}(?![^<]*>)", lambda name: between.sub("<wbr />", name[0]), section_link(block))


def count(there: list[Verdict]) -> str:
    if all(verdict.state == "unknown" for verdict in there):
        return "?"
    right, tried = count_right(there)
    return unbroken(f"{right} of {tried}") if tried else "\N{EN DASH}"


def unbroken(number: str) -> str:
    return number.replace(" ", "\N{NO-BREAK SPACE}")


def kind_table(measurements: Measurements) -> Iterator[str]:
    """Yield a row for each kind of model, by group: who has it, which recipes are right on it, what to do instead."""
    verdicts = current_verdicts()
    otherwise = refused_elsewhere(verdicts)
    for title, kinds in by_group().items():
        yield f'<h2 id="kinds-{slug(title)}">{code_spans(title[0].upper() + title[1:])}</h2>'
        yield '<table><thead><tr><th scope="col">Model</th><th scope="col">Right</th><th scope="col">Not</th></tr>'
        rows = [kind_row(kind, verdicts, otherwise.get(kind, []), measurements.environments) for kind in kinds]
        yield f"</thead><tbody>{''.join(rows)}</tbody></table>"


def refused_elsewhere(verdicts: Verdicts) -> dict[Kind, list[Verdict]]:
    """Return, by kind of model, the verdicts elsewhere that aren't "right" and differ from the pinned environment's."""
    found: dict[Kind, list[Verdict]] = {}
    for environment in verdicts.environments:
        for recipe in verdicts.recipes:
            for verdict in verdicts.otherwise(recipe, environment):
                if verdict.state not in {"right", "older", "inapplicable", "unknown"}:
                    found.setdefault(verdict.kind, []).append(verdict)
    return found


def kind_row(kind: Kind, verdicts: Verdicts, otherwise: Sequence[Verdict], environments: Sequence[Environment]) -> str:
    on_kind = [
        verdict
        for recipe in verdicts.recipes
        for verdict in verdicts.of(recipe, verdicts.pinned)
        if verdict.kind == kind and verdict.state != "inapplicable"
    ]
    right = [verdict for verdict in on_kind if verdict.state == "right"]
    rest = [verdict for verdict in on_kind if verdict.state != "right"]
    alike: dict[str, list[Environment]] = {}  # by what is said about them
    for environment, there in groupby(otherwise, key=lambda verdict: verdict.environment):
        alike.setdefault("; ".join(refused(list(there))), []).append(environment)
    elsewhere = [f"on {in_words(alike[said], environments)}, {said}" for said in alike]
    return (
        f'<tr id="{slug(kind.key)}"><th scope="row" class="sentence">{code_spans(kind.title)}'
        f"<br/><small>{code_spans(kind.who)}</small></th>"
        f"<td>{right_on(right, rest)}</td>"
        f"<td>{'; '.join([*refused(rest), *elsewhere])}</td></tr>"
    )


def right_on(right: Sequence[Verdict], rest: Sequence[Verdict]) -> str:
    """Count the recipes that are right on a kind of model, with their links folded, up to thirty."""
    if not rest:
        return "all"
    links = ", ".join(breakable_link(verdict.recipe.block) for verdict in right)
    number = unbroken(f"{len(right)} of {len(right) + len(rest)}")
    return f"<details><summary>{number}</summary>{links}</details>" if right else number


# How the files in models/ begin, and what these kinds have in common.
GROUPS = {
    "sequential": "a Sequential",
    "functional": "a functional model",
    "applications": "from `keras.applications`",
    "keras_hub": "from KerasHub",
    "layers": "because of its layers",
    "": "because of what was done to it",
}


def by_group() -> dict[str, list[Kind]]:
    """Return the kinds of model by the titles of their groups."""
    left = list(read_kinds())
    groups = {}
    for start, title in GROUPS.items():
        groups[title] = [kind for kind in left if kind.key.startswith(start)]
        left = [kind for kind in left if not kind.key.startswith(start)]
    return groups


def kind_links(measurements: Measurements) -> Iterator[str]:
    """Yield a list of links to the rows of the kinds of model, by group."""
    yield "<ul>"
    for title, kinds in by_group().items():
        links = [
            f'<a href="../reference/which-recipe-works-on-which-model.md#{slug(kind.key)}">{in_group(kind.title)}</a>'
            for kind in kinds
        ]
        yield f"<li><b>{code_spans(title)}</b>: {' · '.join(links)}</li>"
    yield "</ul>"


def in_group(title: str) -> str:
    """Return a kind's title without the words that its group already has."""
    return code_spans(
        re.sub(r"^(A Sequential|A functional model|Functional,|A model|With) | of keras\.applications$", "", title)
    )


def refused(verdicts: Sequence[Verdict]) -> Iterator[str]:
    """Yield each reason after the recipes that fail for it."""
    for reason, of_reason in by_reason(verdicts).items():
        yield f"{', '.join(breakable_link(verdict.recipe.block) for verdict in of_reason)}: {code_spans(reason)}"
