"""A trial is a recipe on a kind of model: changing one makes only its own trials new."""

import importlib.util
import re

import pytest

from evidence.pages.blocks import Block
from evidence.pages.recipes import Recipe, all_recipes
from evidence.running.trials import CHECKS, IN_KERAS, Kind, read_kinds, trial_code, trials

KINDS = [Kind("chain", "A chain", "Many.", "def model(): ..."), Kind("graph", "A graph", "Some.", "def model(): pass")]


def recipe(code="new = model\n", heading="copy"):
    return Recipe(Block("docs/page.md", 7, code, None), heading, "copy", "new", ("model",), code)


def digests(*recipes, kinds=KINDS):
    return [trial.block.digest for trial in trials(recipes, kinds)]


def test_each_recipe_is_tried_on_each_kind():
    every = trials([recipe(), recipe("new = 1\n")], KINDS)
    assert [(trial.recipe.code, trial.kind.key) for trial in every] == [
        ("new = model\n", "chain"),
        ("new = model\n", "graph"),
        ("new = 1\n", "chain"),
        ("new = 1\n", "graph"),
    ]
    assert {(trial.block.page, trial.block.line) for trial in every} == {("docs/page.md", 7)}


def test_changing_a_recipe_makes_its_own_trials_new_alone():
    before, after = digests(recipe(), recipe("new = 1\n")), digests(recipe(), recipe("new = 2\n"))
    assert before[:2] == after[:2]
    assert not set(before[2:]) & set(after)


def test_changing_a_kind_makes_the_trials_on_it_new_alone():
    changed = [KINDS[0], Kind("graph", "A graph", "Some.", "def model(): return")]
    before, after = digests(recipe()), digests(recipe(), kinds=changed)
    assert before[0] == after[0]
    assert before[1] != after[1]


def test_other_checks_make_all_trials_new():
    assert trial_code(recipe(), KINDS[0], "a") != trial_code(recipe(), KINDS[0], "b")


def test_a_trial_is_python_whatever_the_recipe_holds():
    code = trial_code(recipe('print(\'\\n\', """x""")\n'), KINDS[0], "a")
    compile(code, "trial", "exec")


def test_there_are_forty_kinds_and_each_says_what_it_is_and_who_has_it():
    kinds = read_kinds()
    assert len(kinds) >= 40
    for kind in kinds:
        assert re.fullmatch(r"[A-Z].*[^.]", kind.title), kind.key
        assert kind.who.endswith("."), kind.key
        assert "def model():" in kind.code, kind.key
        assert "def data():" in kind.code, kind.key
    titles = [kind.title for kind in kinds]
    assert len(set(titles)) == len(titles)


@pytest.mark.parametrize("recipe", all_recipes(), ids=lambda recipe: recipe.address)
def test_a_recipe_names_a_task_and_takes_what_the_task_gives(recipe, needs_tensorflow):
    specification = importlib.util.spec_from_file_location(CHECKS, IN_KERAS / f"{CHECKS}.py")
    checks = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(checks)
    assert recipe.task in checks.TASKS
    case = type("Case", (), {"middle": "m", "last": "l", "values": {"m": 0}, "outputs": 0, "weights": {}})()
    case.arguments, case.walk, case.names_without = {"l": [checks.np.zeros(1)]}, lambda instead: 0, lambda name: []
    case.model = None
    assert {"model", "data", *checks.TASKS[recipe.task](case).arguments} >= set(recipe.names)
