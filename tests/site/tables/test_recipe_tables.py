"""The page of kinds says what a recipe does on a kind of model, and where another environment differs."""

import json
import re
from dataclasses import replace

import pytest

from evidence.findings.recipe_verdicts import Refusal, judge
from evidence.pages.blocks import Block
from evidence.pages.recipes import Recipe
from evidence.running.records import Record, RecordedOutcome
from evidence.running.trials import read_kinds, trials_in
from evidence.site.html import slug
from evidence.site.tables import recipes as tables
from tests.made_up import BY_KEY, measured

RECIPE = Recipe(Block("README.md", 7, "", None), "copy", "copy", "new", ("model",), "new = model\n")
PINNED, OLD, OLDER = replace(BY_KEY["3.2"], installation=None), BY_KEY["3.1"], BY_KEY["3.0"]
ON_JAX = BY_KEY["jax-3.2"]
RAISES = {"is": "raises", "error": "TypeError", "message": "no `x`"}
REFUSALS = [Refusal("TypeError: no `x`", "it has no `x`")]
HERE, THERE, BOTH, LARGE = "frozen_base", "trained", "quantized", "applications_vgg16"
THERE_ON_JAX = "with_lora"


@pytest.fixture
def tables_of(monkeypatch):
    """The tables of a recipe that refuses HERE and BOTH in the pinned environment, THERE and BOTH in two older ones."""

    def record(environment, refused):
        return Record(
            environment.key,
            outcomes={
                trial.block.digest: RecordedOutcome(
                    json.dumps(RAISES if trial.kind.key in refused else {"is": "right"})
                )
                for trial in trials_in(environment, [RECIPE])
            },
        )

    refused = {PINNED: {HERE, BOTH}, OLD: {THERE, BOTH}, OLDER: {THERE, BOTH}, ON_JAX: {HERE, BOTH, THERE_ON_JAX}}
    recorded = {environment.key: record(environment, kinds) for environment, kinds in refused.items()}
    verdicts = judge(list(refused), recorded, [RECIPE], REFUSALS)
    monkeypatch.setattr(tables, "current_verdicts", lambda: verdicts)
    measurements = measured({}, environments=list(refused))
    return lambda table: "".join(table(measurements))


def test_a_row_names_another_environment_only_where_it_does_otherwise(tables_of):
    rows = {row.partition('"')[0]: row for row in tables_of(tables.kind_table).split('<tr id="')[1:]}
    refuses = "<code>README.md</code>: it has no <code>x</code></td>"
    assert f"<td>{refuses}" in rows[slug(HERE)]
    assert f"<td>{refuses}" in rows[slug(BOTH)]
    assert f"<td>all</td><td>on Keras 3.0.0 to 3.1.0 on TensorFlow, {refuses}" in rows[slug(THERE)]
    assert f"<td>all</td><td>on Keras 3.2.0 on JAX, {refuses}" in rows[slug(THERE_ON_JAX)]
    assert "<td>all</td><td></td>" in rows[slug(LARGE)]
    assert len(rows) == len(read_kinds())


def test_the_recipes_that_are_right_are_counted_and_folded(monkeypatch, tables_of):
    assert tables.right_on([], [None]) == tables.unbroken("0 of 1")
    right = tables.current_verdicts().by_recipe[RECIPE.address][:1]
    assert tables.right_on(right, []) == "all"
    number = tables.unbroken("1 of 3")
    assert tables.right_on(right, [None, None]) == (
        f"<details><summary>{number}</summary><code>README.md</code></details>"
    )


def test_the_newest_of_each_line_and_earlier_ones_are_counted_in_a_column_each(tables_of):
    number, small = len(read_kinds()), sum(not kind.large for kind in read_kinds())
    table = tables_of(tables.recipe_table).replace("\N{NO-BREAK SPACE}", " ")
    newest = f"TensorFlow: {number - 2} of {number}<br/>JAX: {small - 3} of {small}"
    earlier = f"Keras 3.0.0 to 3.1.0 on TensorFlow: {small - 2} of {small}"
    folded = f"<details><summary>2 releases</summary>{earlier}</details>"
    assert f"<td>{newest}</td><td>{folded}</td></tr>" in table
    assert re.findall(r"<th scope=\"col\">(.*?)</th>", table) == ["Recipe", "Keras 3.2.0", "Earlier"]


def test_a_long_name_may_break_but_not_its_address(monkeypatch):
    monkeypatch.setattr(
        tables, "section_link", lambda block: '<a href="a.md#theAddress">Fold <code>BatchNormalization</code></a>'
    )
    assert (
        tables.breakable_link(RECIPE.block)
        == '<a href="a.md#theAddress">Fold <code>Batch<wbr />Normalization</code></a>'
    )
