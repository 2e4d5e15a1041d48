"""What changed in the records is shown with the sentences from under the blocks."""

import shutil

import pytest
from made_up import BLOCK, ENVIRONMENTS, OTHER, measured

from evidence.__main__ import main
from evidence.files import ROOT
from evidence.findings.recipe_verdicts import current_verdicts
from evidence.pages import blocks
from evidence.pages.blocks import Block
from evidence.running import records
from evidence.running.records import RecordedOutcome
from evidence.site import review
from evidence.site.review import as_text, changed_blocks, changed_recipes, told

PAGE = "docs/index.md"
HERE = Block(PAGE, blocks.blocks_in(PAGE, blocks.read_text(ROOT / PAGE))[0].line, BLOCK.code, "1\n")


def test_nothing():
    assert changed_blocks(measured({HERE: {}}), measured({HERE: {}})) == []
    verdicts = current_verdicts()
    assert changed_recipes(verdicts, verdicts) == []


def test_a_block_that_does_something_else_is_told_as_its_page_tells_it():
    heading, _, line, _ = changed_blocks(measured({HERE: {}}), measured({HERE: {"2.3": OTHER}}))
    assert heading == f"## {PAGE}"
    assert line.startswith(f"- Line {HERE.line}, ")
    assert "**Now**: **Depends on your Keras.** As above on " in line
    assert "On Keras 2.3.0 it prints `2`. **Before**: The same on every Keras measured: " in line


def test_a_new_block_has_no_before():
    unknown = {HERE: {environment.key: None for environment in ENVIRONMENTS}}
    line = changed_blocks(measured(unknown), measured({HERE: {}}))[2]
    assert ". New: The same on every Keras measured: " in line
    assert "Before" not in line


def test_what_the_sentence_does_not_say_is_called_details():
    assert told("Same.", "Same.") == "In details: Same."


def test_html_becomes_one_line_of_markdown():
    html = [
        "<details><summary>Right</summary><p>Use <code>a&lt;b</code>, <strong>not</strong>\n",
        "<a href='x'>c</a>.</p>",
    ]
    assert as_text(html) == "Right Use `a<b`, **not** c."


@pytest.fixture
def copied(tmp_path, monkeypatch):
    """A copy of the records, to change."""
    folder = tmp_path / "records"
    shutil.copytree(records.FOLDER, folder)
    monkeypatch.setattr(records, "FOLDER", folder)
    return records.load_all()


def test_the_command_tells_the_records_of_new_environments_and_changed_blocks(copied, capsys, monkeypatch):
    *_, added = [key for key in copied if key.startswith("tf-2.1")]
    block = next(
        block
        for block in blocks.all_blocks()
        if len({each.outcomes.get(block.digest) for each in copied.values()}) == 2
    )  # the same on every Keras, and not among the trials of recipes
    record = records.load("tf-2.9")
    record.outcomes[block.digest] = RecordedOutcome("0\n")
    records.save_all([record], blocks.all_blocks())
    old = {key: record for key, record in copied.items() if key != added}
    monkeypatch.setattr(review, "records_at", lambda folder, commit: old)
    assert main(["summary"]) == 0
    printed = capsys.readouterr().out
    assert printed.startswith(f"# What was recorded\n\nNew records: `{added}`\n\n## ")
    assert f"\n## {block.page}\n\n- Line {block.line}, " in printed
    assert "On tf.keras of TensorFlow 2.9.3 it prints `0`" in printed
    assert "Nothing" not in printed


def test_many_differences_of_pages_are_cut(monkeypatch, capsys):
    monkeypatch.setattr(review, "difference_of_pages", lambda folder, commit: ["+1", "+2", "+```"])
    monkeypatch.setattr(review, "LINES", 2)
    assert main(["summary"]) == 0
    printed = capsys.readouterr().out
    assert "\n``````diff\n+1\n+2\n``````\n\n1 more lines are not shown.\n" in printed


def test_a_commit_that_is_not_there_ends_it(capsys):
    assert main(["summary", "no-such-commit"]) == 1
    assert "no-such-commit: no such commit here." in capsys.readouterr().err


def test_a_recipe_that_is_right_on_fewer_kinds_is_told():
    verdicts = current_verdicts()
    recipe = verdicts.recipes[0]
    lost = dict(verdicts.by_recipe)
    lost[recipe.address] = [*lost[recipe.address]]
    state = lost[recipe.address][0]
    lost[recipe.address][0] = type(state)(state.recipe, state.kind, state.environment, "wrong", "it is wrong")
    [heading, _, line, _] = changed_recipes(verdicts, type(verdicts)(verdicts.environments, verdicts.recipes, lost))
    assert heading == "## Recipes, on each kind of model"
    assert line.startswith(f"- {recipe.address}: **Now**: Right on ")
