"""Writes the line under a recipe that says on which kinds of model it is right."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from evidence.findings.ranges import environment_name, in_words
from evidence.findings.recipe_verdicts import Verdict, Verdicts, applicable, count_right
from evidence.pages.recipes import Recipe
from evidence.running.environments import Environment
from evidence.site.html import code, code_spans, counted, data_on


def recipe_line(recipe: Recipe, verdicts: Verdicts, environments: Sequence[Environment]) -> Iterator[str]:
    """Yield the HTML that says on which kinds of model a recipe is right, here and elsewhere.

    `environments`: all of them; by position in this list, the script finds the reader's.
    """
    here = verdicts.of(recipe, verdicts.pinned)
    right_of_all = "{} of {} models".format(*count_right(here))
    yield '<details><summary><span class="chip" data-sign="shown"><span class="spoken">Right on </span>'
    yield f"{right_of_all}</span>"
    on = models_on([verdicts.pinned], here, environments)
    yield f"</summary><p{on}>{in_short(here)}. On {environment_name(verdicts.pinned)}:</p>{items(here)}"
    yield f"{''.join(elsewhere(recipe, verdicts, environments))}</details>"


def models_on(alike: Sequence[Environment], there: Sequence[Verdict], environments: Sequence[Environment]) -> str:
    """Return the attributes that tell the script on how many models a recipe is right in these environments."""
    right, tried = count_right(there)
    known = tried and any(verdict.state != "unknown" for verdict in there)
    return f'{data_on(alike, environments)} data-models="{right} of {tried}"' if known else ""


def items(there: Sequence[Verdict]) -> str:
    """List the kinds of model on which a recipe is right, then the others by reason."""
    right = [verdict for verdict in there if verdict.state == "right"]
    lines = [f"right: {names(right)}"] if right else []
    lines += [f"{code_spans(reason)}: {names(others)}" for reason, others in by_reason(there).items()]
    return f"<ul>{''.join(f'<li>{line}</li>' for line in lines)}</ul>"


def in_short(there: Sequence[Verdict]) -> str:
    """Say on how many kinds of model a recipe is right: "Right on 44 of 44 kinds of model"."""
    right, tried = count_right(there)
    return f"Right on {right} of {counted(tried, 'kind')} of model"


def by_reason(there: Iterable[Verdict]) -> dict[str, list[Verdict]]:
    """Group the kinds of model on which a recipe is not right by the reason, which is Markdown."""
    groups: dict[str, list[Verdict]] = {}
    for verdict in there:
        if verdict.state != "right":
            groups.setdefault(verdict.reason, []).append(verdict)
    return groups


def names(verdicts: Iterable[Verdict]) -> str:
    """List kinds of model, with their articles in lower case."""
    titles = [re.sub(r"^(A|With)\b", lambda word: word[0].lower(), verdict.kind.title) for verdict in verdicts]
    return code_spans(", ".join(titles))


def elsewhere(recipe: Recipe, verdicts: Verdicts, everywhere: Sequence[Environment]) -> Iterator[str]:
    """Yield paragraphs for the other environments in which recipes are tried: what is different there, and why.

    Environments with the same results share one.
    """
    alike: dict[str, list[Environment]] = {}  # by what their paragraph says
    for environment in verdicts.environments:
        if environment != verdicts.pinned:
            alike.setdefault(said_of(environment, recipe, verdicts), []).append(environment)
    for said, environments in alike.items():
        on = models_on(environments, verdicts.of(recipe, environments[0]), everywhere)
        yield f"<p{on}>{in_words(environments, everywhere)}{said}"


def said_of(environment: Environment, recipe: Recipe, verdicts: Verdicts) -> str:
    """Return what follows the name of an environment in its paragraph."""
    there = verdicts.of(recipe, environment)
    right, tried = count_right(there)
    if all(verdict.state == "unknown" for verdict in there):
        return ": not measured.</p>"
    older = [verdict for verdict in there if verdict.state == "older"]
    if older and not tried:
        return f": not applicable, {code_spans(', '.join(by_reason(older)))}.</p>"
    if errors := common_error(applicable(there)):
        return f": raises {code(errors)}.</p>"
    if otherwise := verdicts.otherwise(recipe, environment):
        return f": {right} of {tried}. There:</p>{items(otherwise)}"
    return f": {right} of {tried}.</p>"


def common_error(there: Iterable[Verdict]) -> str | None:
    """Return the error that a recipe raises on every kind of model; `None` if there is none."""
    errors = {verdict.detail if verdict.state in {"refused", "unclear"} else None for verdict in there}
    return errors.pop() if len(errors) == 1 else None
