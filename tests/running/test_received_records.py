"""Records from somebody's pull request are imported as data, or refused as a whole."""

import json
import shutil
import zipfile

import pytest

from evidence.__main__ import main
from evidence.files import ROOT
from evidence.pages import blocks
from evidence.running import records, steps
from evidence.running.environments import read_environments
from evidence.running.received_records import RefusedError, comment, read_received, take
from evidence.running.records import Record, RecordedOutcome, Run

ONE, TWO = "tf-2.15", "tf-2.14"
BLOCKS = [blocks.Block("docs/page.md", 3, f"print({number})\n", f"{number}\n") for number in (1, 2)]
OLD, NEW = BLOCKS
RUN = Run("2026-11-23", "3.11.7", 1.0, 1.0)


def record_of(key, *recorded, packages=()):
    environment = read_environments()[key.removeprefix("recipes/")]
    outcomes = {block.digest: RecordedOutcome(block.expected_output) for block in recorded}
    pins = sorted({*environment.pins, *packages})
    return Record(key, environment.release, pins, outcomes, python=environment.python, run=RUN)


@pytest.fixture
def here(tmp_path, monkeypatch):
    """The records in a clone: two environments, one block."""
    monkeypatch.setattr(records, "FOLDER", tmp_path / "records")
    records.save_all([record_of(ONE, OLD), record_of(TWO, OLD)], BLOCKS)
    return tmp_path


@pytest.fixture
def received(here, monkeypatch):
    """What a job has made from a copy of them: in one environment, it has recorded a new block."""
    folder = here / "received"
    shutil.copytree(records.FOLDER, folder)
    with monkeypatch.context() as patch:
        patch.setattr(records, "FOLDER", folder)
        records.save_all([record_of(ONE, OLD, NEW)], BLOCKS)
    return folder


def test_what_jobs_recorded_in_their_environments_is_brought_together(here, received, monkeypatch):
    other = here / "other"
    shutil.copytree(records.FOLDER, other)
    with monkeypatch.context() as patch:
        patch.setattr(records, "FOLDER", other)
        records.save_all([record_of(TWO, OLD, NEW)], BLOCKS)
    assert take([received, other], BLOCKS) == [ONE, TWO]
    assert records.load_all() == {key: record_of(key, OLD, NEW) for key in (ONE, TWO)}
    assert take([received, other], BLOCKS) == []


def test_what_two_runs_recorded_in_one_environment_is_brought_together(here, received, monkeypatch):
    third = blocks.Block("docs/other.md", 3, "print(3)\n", "3\n")
    other = here / "other"
    shutil.copytree(records.FOLDER, other)
    with monkeypatch.context() as patch:
        patch.setattr(records, "FOLDER", other)
        records.save_all([record_of(ONE, OLD, third)], [*BLOCKS, third])
    assert take([received, other], [*BLOCKS, third]) == [ONE]
    assert records.load(ONE) == record_of(ONE, OLD, NEW, third)


def test_trials_of_recipes_come_along(here, received, monkeypatch):
    key = records.recipes_key(next(each for each in read_environments().values() if each.tries_recipes))
    with monkeypatch.context() as patch:
        patch.setattr(records, "FOLDER", received)
        records.save_all([record_of(key, OLD)], BLOCKS)
    assert sorted(take([received], BLOCKS)) == [key, ONE]
    assert records.load(key) == record_of(key, OLD)


def test_all_that_is_recorded_could_be_received():
    """The workflow passes on the whole folder."""
    assert read_received(ROOT / "records").keys() == records.load_all().keys()


STEPS = [{"line": 1, "printed": "", "models": {}, "nodes": [], "layers": [["a", "Dense"]]}]


@pytest.fixture
def received_steps(here, received, monkeypatch):
    """The file with the steps of a watched block, among what a job has made."""
    with monkeypatch.context() as patch:
        patch.setattr(records, "FOLDER", received)
        steps.save(NEW.digest, STEPS)
    return name_steps(received, NEW)


def name_steps(received, block):
    """Have the record of a block name its only steps; return their file."""
    [path] = received.glob(f"steps/{block.digest}/*.json")
    change(received, lambda content: content["blocks"][block.digest][0].update(steps=path.stem))
    return path


def test_the_steps_of_a_block_come_along(here, received, received_steps):
    assert take([received], BLOCKS) == [ONE]
    name = records.load(ONE).outcomes[NEW.digest].steps
    assert steps.load(NEW.digest, name) == STEPS


def test_the_steps_of_all_jobs_come_along(here, received, received_steps, monkeypatch):
    other = here / "other"
    shutil.copytree(records.FOLDER, other)
    with monkeypatch.context() as patch:
        patch.setattr(records, "FOLDER", other)
        records.save_all([record_of(TWO, OLD)], BLOCKS)
        steps.save(OLD.digest, STEPS)
    name_steps(other, OLD)
    take([received, other], BLOCKS)
    assert {path.parent.name for path in steps.folder().glob("*/*.json")} == {OLD.digest, NEW.digest}


def test_steps_that_are_here_already_need_not_come(here, received, received_steps):
    steps.save(NEW.digest, STEPS)
    received_steps.unlink()
    assert take([received], BLOCKS) == [ONE]
    assert steps.load(NEW.digest, records.load(ONE).outcomes[NEW.digest].steps) == STEPS


def test_steps_that_no_record_names_are_not_taken_over(here, received, received_steps):
    change(received, lambda content: content["blocks"][NEW.digest][0].pop("steps"))
    assert take([received], BLOCKS) == [ONE]
    assert not [*steps.folder().glob("*/*")]


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (lambda path: path.unlink(), "a record names it, but it is missing"),
        (lambda path: path.rename(path.with_stem("0" * 16)), "its name is not that of what it holds"),
        (lambda path: path.write_text('[{"line": 1}]'), "'printed' is a required property"),
    ],
)
def test_steps_that_are_wrong_are_refused(here, received, received_steps, spoil, reason):
    spoil(received_steps)
    refused(received, f"steps/{NEW.digest}/", reason)


def test_what_is_here_already_stays_beside_what_is_received(here, received):
    third = blocks.Block("docs/other.md", 3, "print(3)\n", "3\n")
    records.save_all([record_of(ONE, third)], [*BLOCKS, third])
    assert take([received], [*BLOCKS, third]) == [ONE]
    assert records.load(ONE) == record_of(ONE, OLD, NEW, third)


def test_a_block_of_no_page_is_not_taken_over(here, received):
    assert take([received], [OLD]) == []
    assert records.load(ONE) == record_of(ONE, OLD)


def test_a_new_or_a_stale_record_is_replaced_as_a_whole(here, received):
    records.save_all([record_of(ONE, OLD), Record(TWO)], BLOCKS)
    stale = record_of(ONE, OLD)
    stale.packages = ["numpy==1.0"]
    records.save_all([stale], BLOCKS)
    assert sorted(take([received], BLOCKS)) == [TWO, ONE]
    assert records.load_all() == {ONE: record_of(ONE, OLD, NEW), TWO: record_of(TWO, OLD)}


def test_a_zip_is_taken_over_too(here, received):
    archive = shutil.make_archive(str(here / "records-1"), "zip", received)
    assert take([here / "records-1.zip"], BLOCKS) == [ONE]
    assert archive.endswith(".zip")


def refused(path, *expected):
    before = {path: path.read_bytes() for path in records.files()}
    with pytest.raises(RefusedError) as error:
        take([path], BLOCKS)
    for words in expected:
        assert words in str(error.value)
    assert {path: path.read_bytes() for path in records.files()} == before


def change(received, change_content):
    path = received / "pages/docs/page.json"
    content = json.loads(path.read_text())
    change_content(content)
    path.write_text(json.dumps(content))


def test_other_packages_than_here_are_refused(here, received):
    records.save_all([record_of(ONE, OLD, packages=["six==1.17.0"])], BLOCKS)
    refused(received, f"{ONE}: recorded with different packages", "git merge origin/main")


def test_an_environment_that_is_not_listed_here_is_refused(received):
    content = (received / f"environments/{ONE}.json").read_text()
    (received / "environments/keras-99.json").write_text(content)
    refused(received, "keras-99: no such environment here", "git merge origin/main")


@pytest.mark.parametrize(
    ("wrong", "where"),
    {
        "a digest that is none": (lambda content: content["blocks"].update({"../../x": []}), "$.blocks"),
        "another property": (lambda content: content["blocks"][OLD.digest][0].update(run="rm"), OLD.digest),
        "no outcome": (lambda content: content["blocks"][OLD.digest].clear(), OLD.digest),
        "no text": (lambda content: content["blocks"][OLD.digest][0].update(output=7), "output"),
    }.values(),
)
def test_what_the_schema_does_not_allow_is_refused(received, wrong, where):
    change(received, wrong)
    refused(received, "pages/docs/page.json: $", where)


@pytest.mark.parametrize("name", ["conftest.py", "pages/docs/page.py", "docs/page.json", "environments.json"])
def test_a_file_that_is_no_record_is_refused(received, name):
    path = received / name
    path.parent.mkdir(exist_ok=True)
    path.write_text("{}")
    refused(received, f"{name}: ")


def test_a_link_to_another_file_is_refused(here, received):
    (received / "pages/link.json").symlink_to(here / "records/pages/docs/page.json")
    refused(received, "pages/link.json: no file of records/.")


def test_a_file_that_is_too_large_or_no_json_is_refused(received, monkeypatch):
    path = received / "pages/docs/page.json"
    path.write_text("{")
    refused(received, "pages/docs/page.json: not JSON")
    monkeypatch.setattr("evidence.running.received_records.MEGABYTES", 0)
    refused(received, "larger than 0 MB")


def test_what_is_neither_a_folder_nor_a_zip_is_refused(here):
    (here / "file").write_text("no zip")
    refused(here / "file", "neither a folder nor a zip")
    refused(here / "nowhere", "neither a folder nor a zip")
    (here / "empty").mkdir()
    refused(here / "empty", "no records")


def test_a_zip_does_not_write_outside(here):
    with zipfile.ZipFile(here / "evil.zip", "w") as archive:
        archive.writestr("../../outside.json", "{}")
    refused(here / "evil.zip", "outside.json: no file of records/.")
    assert not [*here.parent.rglob("outside.json")]


ADDRESS = "https://github.com/some-one/keras-guide/actions/runs/123"


def test_the_comment_gives_one_command(received):
    text = comment(received, ADDRESS)
    [command] = [line for line in text.splitlines() if line.startswith("gh ")]
    assert command == (
        "gh run download 123 --repo some-one/keras-guide --name records --dir .cache/records-123 && "
        "python -m evidence take .cache/records-123"
    )
    assert "in 2 environments: the records now hold 2 blocks and trials" in text
    assert f"[The run]({ADDRESS}#summary)" in text


def test_nothing_that_was_received_gets_into_the_comment(received):
    change(received, lambda content: content["blocks"][NEW.digest][0].update(output="@everybody <img src=x>"))
    text = comment(received, ADDRESS)
    assert "@" not in text and "<" not in text
    change(received, lambda content: content["blocks"].update({"@": []}))
    with pytest.raises(RefusedError):
        comment(received, ADDRESS)


@pytest.mark.parametrize("address", ["http://github.com/a/b/actions/runs/1", f"{ADDRESS} && rm -r .", "123"])
def test_an_address_that_is_none_is_an_error(received, address, capsys):
    assert main(["comment", str(received), address]) == 1
    assert "not the address of a run" in capsys.readouterr().err


def test_the_commands(here, received, capsys, monkeypatch):
    page = here / "docs/page.md"
    page.parent.mkdir()
    page.write_text("```python\nprint(1)\n```\n\n```python\nprint(2)\n```\n")
    monkeypatch.setattr(blocks, "ROOT", here)
    monkeypatch.setattr("evidence.__main__.pinned_key", lambda: ONE)
    assert main(["comment", str(received), ADDRESS]) == 0
    assert "gh run download 123" in capsys.readouterr().out
    assert main(["take", str(received)]) == 0
    assert capsys.readouterr().out == f"Imported: {ONE}\ndocs/page.md: rewritten\n"
    assert page.read_text().count("<!--pytest-codeblocks:expected-output-->") == 2
    assert main(["take", str(received)]) == 0
    assert capsys.readouterr().out == "These records are already here.\n"
    assert main(["take", str(ROOT / "docs")]) == 1
    assert capsys.readouterr().err.rstrip().endswith("Nothing was imported.")
    assert len(read_received(received)) == 2
