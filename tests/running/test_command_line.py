"""The command line runs each command, and its exit code says whether the command did what was asked."""

import json
import subprocess
import sys

import pytest
from listed import PINNED

from evidence.__main__ import main
from evidence.files import ROOT
from evidence.running.environments import read_environments
from evidence.site import offline
from evidence.site.tables import changes
from measure import bench

ENVIRONMENTS = read_environments()


def test_environments_are_listed_with_the_python_of_their_records(capsys):
    assert main(["environments"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == len(ENVIRONMENTS)
    assert lines[0].split() == [PINNED.key, *PINNED.line.split(), PINNED.release, "Python", PINNED.python]
    assert main(["environments", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert {row["key"]: row["python"] for row in rows} == {
        key: environment.python for key, environment in ENVIRONMENTS.items()
    }
    assert rows[0]["installation"] is None
    assert next(row for row in rows if row["key"] == "tf-2.15") == {
        "key": "tf-2.15",
        "line": "tf.keras",
        "release": "2.15.1",
        "python": "3.11",
        "backend": "tensorflow",
        "installation": "tensorflow-2.15",
    }


@pytest.mark.parametrize(("names", "keys"), [([], list(ENVIRONMENTS)), (["tf-2.15", "tf-2.0"], ["tf-2.15", "tf-2.0"])])
def test_changes_are_those_of_the_releases_named_or_of_all(capsys, monkeypatch, names, keys):
    monkeypatch.setattr(changes, "changes_as_text", lambda asked: [f"changes of {' '.join(asked)}", "end"])
    assert main(["changes", *names]) == 0
    assert capsys.readouterr().out == f"changes of {' '.join(keys)}\nend\n"


@pytest.mark.parametrize(("arguments", "parts"), [([], bench.PARTS), (["--only", "search"], ["search"])])
@pytest.mark.parametrize("status", [0, 1])
def test_bench_measures_all_parts_or_one_in_what_is_installed(monkeypatch, capsys, arguments, parts, status):
    asked = []
    monkeypatch.setattr(bench, "run", lambda *values: asked.append(values) or status)
    assert main(["bench", *arguments, "pinned", "keras-0-never"]) == 1
    assert not asked
    capsys.readouterr()
    assert main(["bench", *arguments]) == status
    [(installed, measured)] = asked
    assert measured == parts
    assert installed == [environment for environment in ENVIRONMENTS.values() if environment.installed]
    assert capsys.readouterr().err == ("Some of it could not be measured.\n" if status else "")


def test_offline_writes_a_zip_or_says_why_not(monkeypatch, capsys, tmp_path):
    packed = []
    monkeypatch.setattr(offline, "pack", packed.append)
    assert main(["offline", str(tmp_path / "site.zip")]) == 0
    assert packed == [tmp_path / "site.zip"]

    def fail(target):
        raise RuntimeError("the build failed")

    monkeypatch.setattr(offline, "pack", fail)
    assert main(["offline"]) == 1
    assert capsys.readouterr().err == "the build failed\n"


def test_it_is_a_module_to_run():
    command = [sys.executable, "-m", "evidence", "changes", "keras-0.1"]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ended.returncode == 1
    assert ended.stderr == "keras-0.1: no such environment. To list them: python -m evidence environments\n"
