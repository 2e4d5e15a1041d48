"""`python -m evidence record` runs what is stale or absent, and leaves records as they were or as they should be.

The environment here is this Python, without importing Keras: the blocks need none.
"""

import functools
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from evidence.__main__ import main
from evidence.pages import blocks
from evidence.running import environments, recording, records
from evidence.running.environments import Environment, Installation, read_environments
from evidence.running.execution import Execution
from evidence.running.records import RecordedOutcome

SOME = read_environments()["keras-3.14-tensorflow"]
HERE = Installation("here", "{}.{}".format(*sys.version_info), (), 0)


class Here(Environment):
    """This Python as an environment that is not the pinned one."""

    interpreter = sys.executable
    installed = True
    versions = ("six==1.0",)

    def packages(self):
        return list(type(self).versions)


def set_up(monkeypatch, folder):
    """Have a guide of one page and two environments in a folder."""
    known = {key: Here(**(vars(SOME) | {"key": key, "installation": HERE, "beside": ()})) for key in ("a", "b")}
    monkeypatch.setattr(environments, "read_environments", lambda: known)
    monkeypatch.setattr(blocks, "page_paths", lambda: [folder / "page.md"])
    monkeypatch.setattr(records, "FOLDER", folder / "records")
    monkeypatch.setattr(Here, "versions", ("six==1.0",))
    monkeypatch.setattr(recording, "Execution", functools.partial(Execution, imports=[]))


@pytest.fixture
def place(tmp_path, monkeypatch):
    set_up(monkeypatch, tmp_path)
    page = tmp_path / "page.md"
    page.write_text("```python\nprint('one')\n```\n\n```python\nprint('two')\n```\n")
    return page


def outputs(key):
    return sorted(outcome.output for outcome in records.load(key).outcomes.values())


def test_what_is_absent_is_run_in_every_environment(place, capsys):
    assert main(["record"]) == 0
    assert outputs("a") == outputs("b") == ["one\n", "two\n"]
    assert "a: 2 blocks recorded" in capsys.readouterr().out
    assert records.load_seconds("a").blocks.keys() == records.load("a").outcomes.keys()
    assert records.load("a").python == HERE.python
    assert main(["record"]) == 0
    assert "recorded" not in capsys.readouterr().out


def test_only_what_changed_is_run_again_and_what_is_gone_is_forgotten(place, capsys):
    main(["record"])
    place.write_text(place.read_text().replace("'one'", "'uno'"))
    capsys.readouterr()
    assert main(["record", "a"]) == 0
    assert outputs("a") == ["two\n", "uno\n"]
    assert outputs("b") == ["one\n", "two\n"]
    assert "a: 1 blocks recorded\n1 outcomes in " in capsys.readouterr().out


def test_a_page_narrows_it_down(place, tmp_path):
    other = tmp_path / "other.md"
    other.write_text("```python\nprint('three')\n```\n")
    assert main(["record", "a", str(other)]) == 0
    assert "three\n" in outputs("a") or outputs("a") == ["three\n"]


def test_all_runs_everything_and_the_same_leaves_the_files_as_they_were(place, capsys):
    main(["record"])
    files = {path: path.read_bytes() for path in records.FOLDER.rglob("*.json")}
    assert len(files) == 4
    assert main(["record", "--all"]) == 0
    assert capsys.readouterr().out.count("2 blocks recorded") == 4
    assert {path: path.read_bytes() for path in records.FOLDER.rglob("*.json")} == files


def test_other_packages_make_all_of_a_record_stale(place, monkeypatch):
    main(["record"])
    record = records.load("a")
    record.outcomes = dict.fromkeys(record.outcomes, RecordedOutcome("old\n"))
    records.save(record)
    monkeypatch.setattr(Here, "versions", ("six==1.1",))
    assert main(["record", "a"]) == 0
    assert outputs("a") == ["one\n", "two\n"]
    assert records.load("a").packages == ["six==1.1"]


def test_an_error_is_an_outcome(place):
    place.write_text("```python\nprint(1)\nraise ValueError('no')\n```\n")
    assert main(["record", "a"]) == 0
    [outcome] = records.load("a").outcomes.values()
    assert outcome == RecordedOutcome("1\n", "ValueError", "no", 2)


def test_an_environment_that_cannot_start_is_said_and_its_record_is_kept(place, capsys, monkeypatch):
    main(["record"])
    monkeypatch.setattr(Here, "versions", ("six==1.1",))
    monkeypatch.setattr(Here, "interpreter", "/bin/false")
    before = (records.FOLDER / "a.json").read_bytes()
    assert main(["record", "a"]) == 1
    said = capsys.readouterr().err
    assert "a: the runner ended early" in said
    assert said.rstrip().endswith("python -m evidence record a")
    assert (records.FOLDER / "a.json").read_bytes() == before


def test_a_page_that_cannot_be_read_keeps_its_records(place, capsys):
    main(["record"])
    place.write_text("```python\nprint('one')\n")
    assert main(["record"]) == 1
    assert "page.md:1: this fence is never closed." in capsys.readouterr().err
    assert outputs("a") == ["one\n", "two\n"]


def test_what_is_not_installed_is_passed_over_with_a_word(place, capsys, monkeypatch):
    monkeypatch.setattr(Here, "installed", False)
    assert main(["record"]) == 0
    said = capsys.readouterr().err
    assert "Not recorded in 2 environments that are not installed here: a, b" in said
    assert said.rstrip().endswith("python -m evidence install")


@pytest.mark.skipif(os.name == "nt", reason="signals")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_an_interrupted_run_leaves_a_record_that_can_be_read(place, tmp_path, number):
    """Started as a process of its own: it is stopped in the middle of its second block."""
    main(["record", "a"])
    before = json.loads((records.FOLDER / "a.json").read_text())
    begun = tmp_path / "begun"
    waits = f"import pathlib, time\n\npathlib.Path({str(begun)!r}).touch()\ntime.sleep(60)\nprint('late')\n"
    place.write_text(f"```python\nprint('new')\n```\n\n```python\n{waits}```\n")
    code = "import sys, test_recording; sys.exit(test_recording.record_in(sys.argv[1]))"
    command = [sys.executable, "-c", code, str(tmp_path)]
    process = subprocess.Popen(command, cwd=Path(__file__).parent, stderr=subprocess.PIPE, text=True)
    while not begun.exists():
        assert process.poll() is None, process.stderr.read()
        time.sleep(0.05)
    time.sleep(1)  # The first block has ended, or will now: it was begun before.
    process.send_signal(number)
    said = process.communicate(timeout=30)[1]
    after = json.loads((records.FOLDER / "a.json").read_text())
    printed = [outcome["output"] for outcome in after["outcomes"].values()]
    if number == signal.SIGINT:
        assert "to go on: python -m evidence record" in said
        assert printed == ["new\n"]
    else:
        assert after == before


def record_in(folder):
    set_up(pytest.MonkeyPatch(), Path(folder))
    return main(["record", "a"])
