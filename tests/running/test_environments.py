"""Environments are found by name, and what is in the way is said with its remedy."""

import re
import shutil
import subprocess
import sys
from dataclasses import replace
from importlib.util import find_spec

import pytest

from evidence.__main__ import main
from evidence.files import ROOT
from evidence.running import environments, installing, packages, records
from evidence.running.environments import Installation, read_environments

SOME = read_environments()["keras-3.14-tensorflow"]


def test_versions_are_exact():
    for environment in read_environments().values():
        assert all("==" in pin for pin in environment.pins), environment.key


def test_one_environment_is_pinned_and_it_is_what_requirements_txt_installs():
    [pinned] = [each for each in read_environments().values() if each.pinned]
    assert f"\nkeras=={pinned.release}\n" in (ROOT / "requirements.txt").read_text()


def test_the_python_of_the_pinned_environment_is_the_one_that_is_listed(tmp_path, monkeypatch):
    """Not the one that runs this."""
    text = environments.ENVIRONMENTS_FILE.read_text(encoding="utf-8")
    assert text.count('pinned_python = "') == 1
    file = tmp_path / "environments.toml"
    file.write_text(re.sub(r'pinned_python = ".*"', 'pinned_python = "3.99"', text), encoding="utf-8")
    monkeypatch.setattr(environments, "ENVIRONMENTS_FILE", file)
    others = {environment.python for environment in read_environments().values() if not environment.pinned}
    pythons = {environment.python for environment in read_environments.__wrapped__().values()}
    assert pythons == others | {"3.99"}


def test_a_key_names_line_and_release():
    for environment in read_environments().values():
        release = ".".join(environment.release.split(".")[:2])
        assert release in environment.key
        assert not environment.on or environment.backend in environment.key


def test_a_line_goes_from_the_newest_to_the_oldest():
    lines = {}
    for each in read_environments().values():
        lines.setdefault(each.line, []).append([int(part) for part in each.release.split(".")])
    assert len(lines) == 7
    for releases in lines.values():
        assert releases == sorted(releases, reverse=True)


def test_an_installation_is_shared():
    shared = [each for each in read_environments().values() if each.installation == SOME.installation]
    assert len(shared) > 3
    assert len({each.folder for each in shared}) == len(shared)


def test_a_package_of_its_own_hides_that_of_the_installation():
    beside = replace(SOME, installation=replace(SOME.installation, packages=("keras==3.0.0", "numpy==2.4.6")))
    assert beside.pins == ("keras==3.14.1", "numpy==2.4.6")
    assert beside.variables["PYTHONPATH"].endswith(SOME.key)


def test_this_python_is_found():
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    assert installing.find_python(version) == sys.executable


def test_a_python_that_is_missing_is_said_so():
    with pytest.raises(LookupError, match=r"no Python 3\.1 here. uv python install 3\.1"):
        installing.find_python("3.1")


def test_a_missing_python_does_not_keep_others_from_being_installed(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(environments, "FOLDER", tmp_path)
    without = replace(SOME, installation=Installation("old", "3.1", ("keras==0.1",), 1))
    monkeypatch.setattr(environments, "read_environments", lambda: {"a": without, "b": without})
    assert main(["install"]) == 1
    assert capsys.readouterr().err.count("there is no Python 3.1 here") == 2


def test_what_does_not_fit_on_the_disk_is_said_before(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(environments, "FOLDER", tmp_path)
    monkeypatch.setattr(installing, "megabytes_free", lambda: 1000)
    assert main(["install"]) == 1
    captured = capsys.readouterr()
    assert re.search(r"2\d\.\d GB to install, 1\.0 GB free", captured.out)
    assert "does not fit" in captured.err
    assert not list(tmp_path.iterdir())


def test_a_release_is_installed_beside_what_it_runs_on(tmp_path, monkeypatch):
    """With a package that is small, and a Python that is this one."""
    monkeypatch.setattr(environments, "FOLDER", tmp_path)
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    base = Installation("base", version, ("six==1.16.0",), 1)
    environment = replace(SOME, installation=base, beside=("six==1.17.0",))
    known = ["six==1.15.0"]  # of what it has of its own, the record's version does not count
    installing.install(environment, known)
    assert environment.installed
    assert environment.packages() == ["six==1.17.0"]
    code = "import six; print(six.__version__)"
    command = [environment.interpreter, "-c", code]
    ended = subprocess.run(command, env=environment.variables, capture_output=True, text=True, check=True)
    assert ended.stdout == "1.17.0\n"
    assert not replace(environment, beside=("six==1.14.0",)).installed
    shutil.rmtree(environment.folder)
    assert not environment.installed


def test_what_the_record_knows_is_installed_again(tmp_path, monkeypatch):
    monkeypatch.setattr(environments, "FOLDER", tmp_path)
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    base = Installation("base", version, ("python-dateutil==2.9.0",), 1)
    environment = replace(SOME, installation=base, beside=())
    installing.install(environment, ["six==1.16.0", "never-heard-of==1.0"])
    assert environment.packages() == ["python-dateutil==2.9.0", "six==1.16.0"]


@pytest.mark.skipif(find_spec("tensorflow") is None, reason="asks what the installed TensorFlow needs")
def test_the_pinned_environment_lists_what_keras_needs():
    [pinned] = [each for each in read_environments().values() if each.pinned]
    names = {packages.package_name(pin) for pin in pinned.packages()}
    assert {"keras", "tensorflow", "numpy", "h5py"} <= names
    assert "mkdocs" not in names


@pytest.mark.parametrize("command", ["install", "changes"])
def test_an_environment_that_does_not_exist_is_named(command, capsys):
    assert main([command, "keras-0.1"]) == 1
    said = capsys.readouterr().err
    assert "keras-0.1: no such environment." in said
    assert said.rstrip().endswith("python -m evidence environments")


def test_what_is_not_installed_is_said_with_its_command(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(environments, "FOLDER", tmp_path)
    monkeypatch.setattr(records, "FOLDER", tmp_path)
    assert main(["record", "keras-3.15-jax"]) == 1
    assert "not installed: python -m evidence install keras-3.15-jax" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())
