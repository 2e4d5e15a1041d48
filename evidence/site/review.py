"""Shows in Markdown what changed in the records, with the sentences from under the blocks: for reviews."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from evidence.findings.behaviours import behaviours
from evidence.findings.measurements import Measurements
from evidence.findings.recipe_verdicts import Verdicts, judge, read_refusals
from evidence.pages.blocks import Block
from evidence.pages.recipes import all_recipes
from evidence.running import records
from evidence.running.environments import Environment, read_environments
from evidence.running.recorded_changes import difference_of_pages, records_at
from evidence.running.records import Record
from evidence.site.evidence_html import summary, warnings
from evidence.site.links import heading_of
from evidence.site.recipe_html import recipe_line
from evidence.site.tables.changes import as_markdown, changes_as_text

LINES = 500  # of the diff: enough to see what kind of change it is; GitHub refuses a summary of more than 1 MiB


def review(folder: Path, commit: str) -> Iterator[str]:
    """Yield, in Markdown, what in a clone differs from a commit. `LookupError` if the commit is missing."""
    old, new = records_at(folder, commit), records.load_all()
    known = list(read_environments().values())
    added = [environment.key for environment in known if environment.key in new.keys() - old.keys()]
    yield "# What was recorded\n"
    if added:
        yield f"New records: {', '.join(f'`{key}`' for key in added)}\n"
        yield from changes_as_text(added)
    compared = [environment for environment in known if environment.key in old]
    blocks = changed_blocks(measurements(old, compared), measurements(new, compared))
    recipes = changed_recipes(verdicts(old), verdicts(new))
    yield from blocks
    yield from recipes
    difference = difference_of_pages(folder, commit)
    if difference:
        yield "## What the pages say now\n"
        yield from fenced("diff", difference[:LINES])
        if len(difference) > LINES:
            yield f"{len(difference) - LINES} more lines are not shown.\n"
    if not (added or blocks or recipes or difference):
        yield "Nothing that was not recorded before.\n"


def measurements(found: Mapping[str, Record], environments: Sequence[Environment]) -> Measurements:
    return Measurements({each.key: found.get(each.key) or Record(each.key) for each in environments}, environments)


def verdicts(found: Mapping[str, Record]) -> Verdicts:
    tried = [environment for environment in read_environments().values() if environment.tries_recipes]
    recorded = {each.key: found.get(records.recipes_key(each)) or Record(each.key) for each in tried}
    return judge(tried, recorded, all_recipes(), read_refusals())


def changed_blocks(old: Measurements, new: Measurements) -> list[str]:
    """Return a line for each block whose outcomes changed: the sentence under it, before and now."""
    lines: list[str] = []
    page = None
    for block in new.blocks:
        other_warnings = old.by_warning(block) != new.by_warning(block)
        if old.by_outcome(block) == new.by_outcome(block) and not other_warnings:
            continue
        if block.page != page:
            lines += ["", f"## {block.page}", ""]
            page = block.page
        is_new = set(old.by_outcome(block)) == {None}
        before, now = (sentence(block, each, with_warnings=other_warnings) for each in (old, new))
        lines.append(f"- Line {block.line}, {heading_of(block).text}. {told('' if is_new else before, now)}")
    return [*lines[1:], ""] if lines else []


def changed_recipes(old: Verdicts, new: Verdicts) -> list[str]:
    """Return a line for each recipe that is now right on different kinds of model."""
    lines = []
    for recipe in new.recipes:
        if old.by_recipe[recipe.address] != new.by_recipe[recipe.address]:
            is_new = all(verdict.state == "unknown" for verdict in old.by_recipe[recipe.address])
            before, now = (as_text(recipe_line(recipe, each, each.environments)) for each in (old, new))
            lines.append(f"- {recipe.address}: {told('' if is_new else before, now)}")
    return ["## Recipes, on each kind of model", "", *lines, ""] if lines else []


def sentence(block: Block, measured: Measurements, *, with_warnings: bool) -> str:
    html = [summary(block, behaviours(block, measured), measured.environments), " "]
    return as_text([*html, *(warnings(block, measured) if with_warnings else ())])


def told(before: str, now: str) -> str:
    """Show a sentence and, if it changed, its old wording. If it didn't, the outcomes differ in what it leaves out."""
    if not before:
        return f"New: {now}"
    if before == now:
        return f"In details: {now}"
    return f"**Now**: {now} **Before**: {before}"


def as_text(html: Iterable[str]) -> str:
    """Return HTML as one line of Markdown with only bold text and code."""
    text = re.sub(r"</(?:summary|p|li)>", " ", "".join(html))
    marked = re.sub(r"<(?!/?(?:code|strong)>)[^>]*>", "", text)
    return " ".join(as_markdown(marked).split())


def fenced(language: str, lines: Iterable[str]) -> Iterator[str]:
    """Fence lines with more backticks than the pages' fences, which may be in the diff."""
    yield f"``````{language}"
    yield from lines
    yield "``````\n"
