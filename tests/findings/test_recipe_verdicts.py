"""The record of what a recipe did to a kind of model becomes a verdict."""

import json

import pytest

from evidence.findings.recipe_verdicts import Refusal, count_right, current_verdicts, judge, read_refusals, verdict_on
from evidence.pages.blocks import Block
from evidence.pages.recipes import Recipe
from evidence.running.records import Record, RecordedOutcome
from evidence.running.trials import read_kinds, trials_in
from tests.made_up import BY_KEY

RECIPE = Recipe(Block("docs/page.md", 7, "", None), "copy", "copy", "new", ("model",), "new = model\n")
KIND = read_kinds()[0]
REFUSAL = Refusal("ValueError: No (dict|list)", "it takes one tensor", "page.md#copy")
NOT_OFFERED = Refusal("wrong: other weights", "a list has no names", "*", KIND.key, "3.*")
NO_DICT = {"is": "raises", "error": "ValueError", "message": "No dict is taken"}


def verdict(did, recipe=RECIPE, environment="3.2"):
    outcome = did if isinstance(did, RecordedOutcome) or did is None else RecordedOutcome(json.dumps(did) + "\n")
    return verdict_on(recipe, KIND, BY_KEY[environment], outcome, [REFUSAL, NOT_OFFERED])


@pytest.mark.parametrize(
    ("did", "state", "detail"),
    [
        ({"is": "right"}, "right", ""),
        ({"is": "wrong", "because": ["other numbers", "other layers"]}, "wrong", "other numbers, other layers"),
        (NO_DICT, "refused", "ValueError: No dict is taken"),
        (NO_DICT | {"message": "Some dict"}, "unclear", "ValueError: Some dict"),
        (NO_DICT | {"is": "lacks"}, "lacking", "ValueError: No dict is taken"),
        (NO_DICT | {"message": "module 'keras' has no attribute 'tree'"}, "older", "needs `keras.tree`"),
        (
            {"is": "lacks", "error": "LackingError", "message": "a softmax at the end"},
            "inapplicable",
            "without a softmax at the end",
        ),
        (RecordedOutcome("", "Stopped", "was killed by SIGSEGV"), "wrong", "Stopped: was killed by SIGSEGV"),
        (RecordedOutcome("", "RuntimeError", "no gradient", 3), "lacking", "RuntimeError: no gradient"),
        (None, "unknown", ""),
    ],
)
def test_a_verdict_says_whether_a_recipe_is_right(did, state, detail):
    found = verdict(did)
    assert (found.state, found.detail) == (state, detail)
    assert found.refusal == (REFUSAL if detail == "ValueError: No dict is taken" else None)


def test_a_refusal_is_of_one_recipe():
    other = Recipe(RECIPE.block, "another", "copy", "new", ("model",), "new = model\n")
    assert verdict(NO_DICT, other).state == "unclear"


def test_what_is_wrong_is_refused_only_where_the_page_says_so():
    wrong = {"is": "wrong", "because": ["other weights"]}
    assert (verdict(wrong).state, verdict(wrong).refusal) == ("refused", NOT_OFFERED)
    assert verdict(wrong, environment="jax-3.2").state == "wrong"
    assert verdict({"is": "wrong", "because": ["other numbers"]}).state == "wrong"


def test_a_count_leaves_out_the_models_that_a_recipe_cannot_be_for():
    lacks = NO_DICT | {"is": "lacks"}
    every = [verdict(did) for did in ({"is": "right"}, NO_DICT, lacks, lacks | {"error": "LackingError"})]
    assert count_right(every) == (1, 2)


def test_verdicts_are_by_recipe_and_environment():
    environments = [BY_KEY["3.2"], BY_KEY["3.1"]]
    [first, *_] = trials_in(BY_KEY["3.1"], [RECIPE])
    right = Record("recipes/3.1", outcomes={first.block.digest: RecordedOutcome('{"is": "right"}\n')})
    verdicts = judge(environments, {"3.2": Record("recipes/3.2"), "3.1": right}, [RECIPE], [])
    assert {verdict.state for verdict in verdicts.of(RECIPE, BY_KEY["3.2"])} == {"unknown"}
    of_older = verdicts.of(RECIPE, BY_KEY["3.1"])
    assert [verdict.kind for verdict in of_older] == [kind for kind in read_kinds() if not kind.large]
    assert [verdict.kind for verdict in of_older if verdict.state == "right"] == [first.kind]
    assert verdicts.recipe_of(RECIPE.block.digest) is RECIPE
    assert verdicts.recipe_of("0" * 16) is None


@pytest.fixture(scope="module")
def verdicts():
    return current_verdicts()


def all_of(verdicts):
    return [verdict for by_recipe in verdicts.by_recipe.values() for verdict in by_recipe]


def test_no_recipe_is_silently_wrong_anywhere(verdicts):
    wrong = [
        f"{verdict.recipe.block.page}:{verdict.recipe.block.line} on {verdict.kind.key}, {verdict.environment.key}: "
        f"{verdict.detail}"
        for verdict in all_of(verdicts)
        if verdict.state == "wrong"
    ]
    assert not wrong, "\n".join(wrong)


def test_the_page_explains_each_error_of_its_recipes(verdicts):
    unclear = [
        f"{verdict.recipe.address} on {verdict.kind.key}, {verdict.environment.key}: {verdict.detail}"
        for verdict in all_of(verdicts)
        if verdict.state == "unclear"
    ]
    remedy = "Say on the page why and what instead, and list it in evidence/findings/recipe_verdicts.toml"
    assert not unclear, "\n".join([*unclear, remedy])


@pytest.mark.usefixtures("needs_records")
def test_every_refusal_is_needed(verdicts):
    needed = {verdict.refusal for verdict in all_of(verdicts)}
    assert set(read_refusals()) <= needed


@pytest.mark.usefixtures("needs_records")
def test_nearly_every_kind_can_be_made_everywhere(verdicts):
    for environment in verdicts.environments:
        lacking = {
            verdict.kind.key
            for verdict in all_of(verdicts)
            if verdict.environment == environment and verdict.state == "lacking"
        }
        assert len(lacking) <= 3, f"{environment.key}: {', '.join(sorted(lacking))}"


def test_every_kind_can_be_made_on_the_pinned_environment(verdicts):
    assert not [
        verdict.kind.key for verdict in all_of(verdicts) if verdict.environment.pinned and verdict.state == "lacking"
    ]
