"""The line under a recipe counts the kinds of model on which it is right, and says why it is not on others."""

import json
from dataclasses import replace

from evidence.findings.recipe_verdicts import Refusal, judge
from evidence.pages.blocks import Block
from evidence.pages.recipes import Recipe
from evidence.running.records import Record, RecordedOutcome
from evidence.running.trials import trials
from evidence.site.recipe_html import recipe_line
from tests.made_up import BY_KEY

RECIPE = Recipe(Block("docs/page.md", 7, "", None), "copy", "copy", "new", ("model",), "new = model\n")
PINNED, OLDER = replace(BY_KEY["3.2"], installation=None), BY_KEY["3.0"]
RIGHT = {"is": "right"}
RAISES = {"is": "raises", "error": "TypeError", "message": "no `x`"}
REFUSAL = Refusal("TypeError: no `x`", "it has no `x`", "page.md#copy")


def line(here, there):
    """The line for a recipe that did `here` and `there` on the first kinds of model, and was right on all others."""
    every = trials([RECIPE])

    def record(key, did):
        outcomes = [RecordedOutcome(json.dumps(one)) for one in did] + [RecordedOutcome(json.dumps(RIGHT))] * len(every)
        return Record(
            key, outcomes={trial.block.digest: outcome for trial, outcome in zip(every, outcomes, strict=False)}
        )

    recorded = {
        PINNED.key: record("recipes/3.2", here),
        OLDER.key: record("recipes/3.0", there) if there else Record(""),
    }
    return "".join(recipe_line(RECIPE, judge([PINNED, OLDER], recorded, [RECIPE], [REFUSAL]))), len(every)


def test_a_recipe_that_is_right_on_all_says_so():
    html, number = line([], [RIGHT])
    assert f"<summary>Right on {number} of {number} kinds of model</summary>" in html
    assert html.count("<li>") == 1
    assert html.count("keras.applications") == 5
    assert f"Keras 3.0.0 on TensorFlow: {number} of {number}." in html


def test_why_not_is_said_once_for_all_kinds_of_one_reason():
    html, number = line([RAISES, RAISES], [RAISES | {"is": "lacks"}])
    assert f"Right on {number - 2} of {number} kinds" in html
    assert "<li>it has no <code>x</code>: DenseNet121 of keras.applications, EfficientNetB0" in html
    assert html.count("<li>") == 2
    assert f"Keras 3.0.0 on TensorFlow: {number - 1} of {number - 1}." in html  # one kind cannot be made there


def test_an_error_on_every_kind_is_named_once():
    html, _ = line([], [RAISES] * 99)
    assert "Keras 3.0.0 on TensorFlow: raises <code>TypeError: no `x`</code>." in html


def test_what_was_not_measured_is_said():
    html, _ = line([], [])
    assert "Keras 3.0.0 on TensorFlow: not measured." in html
