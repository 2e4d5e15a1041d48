"""Recorded trials are run again in groups, and confirmed where they do what is recorded."""

import json

from evidence.pages.blocks import Block
from evidence.pages.recipes import Recipe
from evidence.running.execution import Outcome
from evidence.running.records import RecordedOutcome
from evidence.running.trials import Kind, trials
from evidence.running.trials_again import AT_MOST, LAST_KINDS, confirmed, groups

KINDS = [Kind(f"kind_{number}", "A kind", "You.", f"x = {number}\n") for number in range(LAST_KINDS + 2)]
RECIPES = [
    Recipe(Block("docs/page.md", 7, f"new = {number}\n", None), "copy", "copy", "new", (), f"new = {number}\n")
    for number in range(AT_MOST + 1)
]
TRIALS = trials(RECIPES, KINDS)
RIGHT = RecordedOutcome("right\n")
RECORDED = {trial.block.digest: RIGHT for trial in TRIALS}


def test_trials_on_one_kind_are_together_and_the_last_kinds_are_split():
    kinds = {trial.block: trial.kind.key for trial in TRIALS}
    grouped = groups(TRIALS, RECORDED)
    assert sorted((kinds[group[0]], len(group)) for group in grouped) == sorted(
        [("kind_0", AT_MOST + 1), ("kind_1", AT_MOST + 1)]
        + [(kind.key, size) for kind in KINDS[2:] for size in (AT_MOST, 1)]
    )
    for group in grouped:
        assert len({kinds[block] for block in group}) == 1


def test_what_is_not_recorded_is_in_no_group():
    last = TRIALS[-1].block
    grouped = groups(TRIALS, {digest: RIGHT for digest in RECORDED if digest != last.digest})
    assert {block for group in grouped for block in group} == {trial.block for trial in TRIALS} - {last}
    assert groups(TRIALS, {}) == []


def test_only_what_did_as_recorded_is_confirmed():
    lines = [json.dumps("right\n"), json.dumps("wrong\n"), "null", json.dumps("right\n"), '"rig']
    group = [trial.block for trial in TRIALS[:6]]
    assert confirmed(group, RECORDED, Outcome("\n".join(lines), None, 1)) == [group[0], group[3]]


def test_a_recorded_error_is_not_confirmed():
    block = TRIALS[0].block
    recorded = {block.digest: RecordedOutcome("right\n", "Stopped", "did not end within 300 seconds")}
    assert confirmed([block], recorded, Outcome(json.dumps("right\n"), None, 1)) == []
