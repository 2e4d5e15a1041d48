"""The workflow Record gets a job for each installation, or for each that lacks a record."""

import json
import shutil
from dataclasses import replace

import pytest
from listed import LAST_TF_KERAS, PINNED, SIBLING, SOME

from evidence.__main__ import main
from evidence.pages.blocks import all_blocks
from evidence.running import environments, records
from evidence.running.environments import read_environments
from evidence.running.workflow_jobs import workflow_jobs

KEYS = list(read_environments())


def matrix(capsys, *arguments):
    assert main(["matrix", *arguments]) == 0
    return json.loads(capsys.readouterr().out)


def test_a_job_is_of_one_installation_and_holds_its_environments():
    assert workflow_jobs([SOME, LAST_TF_KERAS, PINNED, SIBLING]) == [
        {"installation": SOME.installation.name, "python": SOME.python, "keys": f"{SOME.key} {SIBLING.key}"},
        {"installation": "tensorflow-2.15", "python": "3.11", "keys": "tf-2.15"},
        {"installation": "pinned", "python": PINNED.python, "keys": PINNED.key},
    ]


def test_without_names_it_is_every_environment_once(capsys):
    jobs = matrix(capsys)
    keys = [key for job in jobs for key in job["keys"].split()]
    assert sorted(keys) == sorted(KEYS)
    assert len({job["installation"] for job in jobs}) == len(jobs) < len(KEYS)


def test_an_environment_named_twice_runs_once(capsys):
    assert [job["keys"] for job in matrix(capsys, "tf-2.15", "tf-2.15")] == ["tf-2.15"]


def test_an_unknown_environment_ends_it(capsys):
    assert main(["matrix", "tf-2.15", "tf-9"]) == 1
    printed = capsys.readouterr()
    assert not printed.out
    assert "tf-9: no such environment. To list them: python -m evidence environments" in printed.err


@pytest.fixture
def copied_records(tmp_path, monkeypatch):
    folder = tmp_path / "records"
    shutil.copytree(records.FOLDER, folder)
    monkeypatch.setattr(records, "FOLDER", folder)
    return folder


@pytest.mark.usefixtures("needs_records")
def test_only_what_is_not_recorded_as_it_stands(capsys, copied_records, monkeypatch):
    def keys():
        return [key for job in matrix(capsys, "--unrecorded") for key in job["keys"].split()]

    before = keys()
    unknown, missing, stale = "tf-2.14", "tf-2.13", "tf-2.12"
    records.environment_file(unknown).unlink()
    record = records.load(missing)
    del record.outcomes[all_blocks()[0].digest]
    records.save_all([record], all_blocks())
    record = records.load(stale)
    record.packages = [pin.replace("numpy==", "numpy==0.") for pin in record.packages]
    records.save_all([record], all_blocks())
    known = environments.read_environments()
    untried = next(key for key, environment in known.items() if not environment.tries_recipes)
    trying = known | {untried: replace(known[untried], tries_recipes=True)}
    monkeypatch.setattr(environments, "read_environments", lambda: trying)
    assert set(keys()) == {*before, unknown, missing, stale, untried}
    assert matrix(capsys, "--unrecorded", "tf-2.15", stale) == matrix(capsys, stale)
