"""A trial is a recipe on a kind of model: changing one makes only its own trials new."""

import re

import pytest
from listed import PINNED, SOME

from evidence.pages.blocks import Block
from evidence.pages.recipes import Recipe, all_recipes
from evidence.running.trials import (
    TASKS,
    Kind,
    checks_digest,
    read_kind,
    read_kinds,
    tasks_in,
    trial_code,
    trials,
    trials_in,
)

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


def test_mending_the_description_of_a_kind_makes_no_trial_new(tmp_path):
    digest = []
    for words in "A chain.\n\nMany.", "One layer after another.\n\nYou write `x = layer(x)`.":
        file = tmp_path / "chain.py"
        file.write_text(f'"""{words}\n"""\n\nimport keras\n\n\ndef model(): ...\n')
        kind = read_kind(file)
        assert f"{kind.title}.\n\n{kind.who}" == words
        assert kind.code == "import keras\n\n\ndef model(): ...\n"
        digest += digests(recipe(), kinds=[kind])
    assert digest[0] == digest[1]


def test_large_kinds_are_tried_in_the_pinned_environment_alone():
    pinned, other = PINNED, SOME
    everywhere = {trial.kind.key for trial in trials_in(other, [recipe()])}
    assert {trial.kind.key for trial in trials_in(pinned, [recipe()])} - everywhere == {
        kind.key for kind in read_kinds() if kind.key.startswith(("applications_", "keras_hub_"))
    }
    assert everywhere


TASKS_CODE = """
def copy(case): return 1

def pair(case): return 2

def _shared(): return 3
"""


@pytest.mark.parametrize(
    ("before", "after", "new"),
    [("return 1", "return 0", True), ("return 2", "return 0", False), ("return 3", "return 0", True)],
    ids=["its own task", "another task", "what tasks share"],
)
def test_a_changed_task_makes_its_own_trials_new_alone(before, after, new, tmp_path, monkeypatch):
    file = tmp_path / "tasks.py"
    monkeypatch.setattr("evidence.running.trials.TASKS", file)
    monkeypatch.setattr("evidence.running.trials.files_of_checks", lambda: [file])
    code = []
    for text in TASKS_CODE, TASKS_CODE.replace(before, after):
        file.write_text(text)
        checks_digest.cache_clear()
        code.append(trial_code(recipe(), KINDS[0]))
    checks_digest.cache_clear()
    assert (code[0] != code[1]) == new


def test_other_checks_make_all_trials_new(tmp_path, monkeypatch):
    file = tmp_path / "checks.py"
    monkeypatch.setattr("evidence.running.trials.files_of_checks", lambda: [file])
    file.write_text("1")
    checks_digest.cache_clear()
    before = trial_code(recipe(), KINDS[0])
    file.write_text("2")
    checks_digest.cache_clear()
    assert trial_code(recipe(), KINDS[0]) != before
    checks_digest.cache_clear()


def test_a_trial_is_python_whatever_the_recipe_holds():
    code = trial_code(recipe('print(\'\\n\', """x""")\n'), KINDS[0])
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
def test_a_recipe_names_a_task(recipe):
    assert recipe.task in tasks_in(TASKS.read_text(encoding="utf-8"))
