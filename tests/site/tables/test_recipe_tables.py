"""The page of kinds says what a recipe does on a kind of model, and where another environment does otherwise."""

import json
from dataclasses import replace

import pytest

from evidence.findings.recipe_verdicts import Refusal, judge
from evidence.pages.blocks import Block
from evidence.pages.recipes import Recipe
from evidence.running.records import Record, RecordedOutcome
from evidence.running.trials import read_kinds, trials_in
from evidence.site.html import slug
from evidence.site.tables import recipes as tables
from tests.made_up import BY_KEY

RECIPE = Recipe(Block("README.md", 7, "", None), "copy", "copy", "new", ("model",), "new = model\n")
PINNED, OLDER = replace(BY_KEY["3.2"], installation=None), BY_KEY["3.0"]
RAISES = {"is": "raises", "error": "TypeError", "message": "no `x`"}
REFUSALS = [Refusal("TypeError: no `x`", "it has no `x`")]
HERE, THERE, BOTH, LARGE = "frozen_base", "trained", "quantized", "applications_vgg16"


@pytest.fixture
def tables_of(monkeypatch):
    """The tables of a recipe that refuses HERE and BOTH in the pinned environment, THERE and BOTH in another."""

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

    recorded = {PINNED.key: record(PINNED, {HERE, BOTH}), OLDER.key: record(OLDER, {THERE, BOTH})}
    verdicts = judge([PINNED, OLDER], recorded, [RECIPE], REFUSALS)
    monkeypatch.setattr(tables, "current_verdicts", lambda: verdicts)
    return lambda table: "".join(table(None))


def test_a_row_names_another_environment_only_where_it_does_otherwise(tables_of):
    rows = {row.partition('"')[0]: row for row in tables_of(tables.kind_table).split('<tr id="')[1:]}
    refuses = "<code>README.md</code>: it has no <code>x</code></td>"
    assert f"<td>{refuses}" in rows[slug(HERE)]
    assert f"<td>{refuses}" in rows[slug(BOTH)]
    assert f"<td>all</td><td>on Keras 3.0.0 on TensorFlow, {refuses}" in rows[slug(THERE)]
    assert "<td>all</td><td></td>" in rows[slug(LARGE)]
    assert len(rows) == len(read_kinds())


def test_each_environment_has_a_count(tables_of):
    number, small = len(read_kinds()), sum(not kind.large for kind in read_kinds())
    assert f"<td>{number - 2} of {number}</td><td>{small - 2} of {small}</td>" in tables_of(tables.recipe_table)
