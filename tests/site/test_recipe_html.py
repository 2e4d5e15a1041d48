"""The line under a recipe counts the kinds of model on which it is right, and says why it isn't on others."""

import json
import re
from dataclasses import replace

from evidence.findings.recipe_verdicts import Refusal, Verdict, judge
from evidence.pages.blocks import Block
from evidence.pages.recipes import Recipe
from evidence.running.records import Record, RecordedOutcome
from evidence.running.trials import read_kinds, trials_in
from evidence.site.recipe_html import names, recipe_line
from tests.made_up import BY_KEY

RECIPE = Recipe(Block("docs/page.md", 7, "", None), "copy", "copy", "new", ("model",), "new = model\n")
PINNED, OLD, OLDER = replace(BY_KEY["3.2"], installation=None), BY_KEY["3.1"], BY_KEY["3.0"]
RIGHT = {"is": "right"}
RAISES = {"is": "raises", "error": "TypeError", "message": "no `x`"}
REFUSAL = Refusal("TypeError: no `x`", "it has no `x`", "page.md#copy")


def line(here, there, between=None):
    """The line for a recipe that did `here` and `there` on the first kinds of model, and was right on all others.

    In the environment `between` them it was not tried, unless given.
    """

    def record(key, environment, did):
        every = trials_in(environment, [RECIPE])
        outcomes = [RecordedOutcome(json.dumps(one)) for one in did] + [RecordedOutcome(json.dumps(RIGHT))] * len(every)
        return Record(
            key, outcomes={trial.block.digest: outcome for trial, outcome in zip(every, outcomes, strict=False)}
        )

    recorded = {
        PINNED.key: record("recipes/3.2", PINNED, here),
        OLDER.key: record("recipes/3.0", OLDER, there) if there else Record(""),
    }
    if between:
        recorded[OLD.key] = record("recipes/3.1", OLD, between)
    tried = [environment for environment in (PINNED, OLD, OLDER) if environment.key in recorded]
    return "".join(recipe_line(RECIPE, judge(tried, recorded, [RECIPE], [REFUSAL]), [*BY_KEY.values()]))


def name(kind):
    """A kind's name as the line has it."""
    return names([Verdict(RECIPE, kind, OLDER, "right")])


NUMBER = len(read_kinds())
WITHOUT_LARGE = sum(not kind.large for kind in read_kinds())


def test_a_recipe_that_is_right_on_all_says_so():
    html = line([], [RIGHT])
    assert f">Right on </span>{NUMBER} of {NUMBER} models</span></summary>" in html
    on = f' data-on="0" data-models="{NUMBER} of {NUMBER}"'
    assert f"<p{on}>Right on {NUMBER} of {NUMBER} kinds of model. On Keras 3.2.0 on TensorFlow:</p>" in html
    assert html.count("<li>") == 1
    assert html.count("keras.applications") == 5
    on = f' data-on="2" data-models="{WITHOUT_LARGE} of {WITHOUT_LARGE}"'
    assert f"<p{on}>Keras 3.0.0 on TensorFlow: {WITHOUT_LARGE} of {WITHOUT_LARGE}.</p></details>" in html


def test_why_not_is_said_once_for_all_kinds_of_one_reason():
    html = line([RAISES, RAISES], [])
    assert f"Right on {NUMBER - 2} of {NUMBER} kinds" in html
    assert "<li>it has no <code>x</code>: DenseNet121 from keras.applications, EfficientNetB0" in html
    assert html.count("<li>") == 2


def small_first(did):
    """The results on all kinds in order: these for the small ones, right for the large ones."""
    did = iter(did)
    return [RIGHT if kind.large else next(did, RIGHT) for kind in read_kinds()]


def test_what_another_environment_does_otherwise_is_listed():
    html = line(small_first([RAISES]), [RIGHT, RAISES, {"is": "lacks", "error": "ValueError", "message": "no `y`"}])
    _, there = html.split(f">Keras 3.0.0 on TensorFlow: {WITHOUT_LARGE - 2} of {WITHOUT_LARGE - 1}. There:</p>")
    first, second, third = (name(kind) for kind in [kind for kind in read_kinds() if not kind.large][:3])
    assert there == (
        f"<ul><li>right: {first}</li><li>it has no <code>x</code>: {second}</li>"
        f"<li>ValueError: no <code>y</code>: {third}</li></ul></details>"
    )


def test_what_another_environment_does_alike_is_not_listed_again():
    html = line(small_first([RAISES]), [RAISES])
    assert f">Keras 3.0.0 on TensorFlow: {WITHOUT_LARGE - 1} of {WITHOUT_LARGE}.</p></details>" in html


def test_environments_that_do_alike_share_a_paragraph():
    html = line([], [RAISES], between=[RAISES])
    assert html.count(f">Keras 3.0.0 to 3.1.0 on TensorFlow: {WITHOUT_LARGE - 1} of {WITHOUT_LARGE}. There:</p>") == 1
    html = line([], [RAISES], between=[RIGHT])
    assert re.search(r"Keras 3.1.0 on TensorFlow: (\d+) of \1\.</p><p[^>]*>Keras 3.0.0 on TensorFlow: ", html)


def test_an_error_on_every_kind_is_named_once():
    html = line([], [RAISES] * 99)
    assert "Keras 3.0.0 on TensorFlow: raises <code>TypeError: no `x`</code>." in html


def test_a_release_that_is_older_than_the_recipe_says_so():
    lacks = {"is": "raises", "error": "AttributeError", "message": "module 'keras' has no attribute 'tree'"}
    html = line([], [lacks] * 99)
    assert "<p>Keras 3.0.0 on TensorFlow: not applicable, needs <code>keras.tree</code>.</p>" in html


def test_what_was_not_measured_is_said():
    html = line([], [])
    assert "Keras 3.0.0 on TensorFlow: not measured." in html
