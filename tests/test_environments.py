"""Environments are found by name, and what is in the way is said with its remedy."""

import sys

import pytest

from evidence import environments, records
from evidence.__main__ import main


def test_the_list_names_versions_exactly():
    for environment in environments.read_environments().values():
        assert all("==" in package for package in environment.packages), environment.key
        assert environment.backend in environment.key


def test_this_python_is_found():
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    assert environments.find_python(version) == sys.executable


def test_a_python_that_is_missing_is_said_so():
    with pytest.raises(LookupError, match=r"no python2\.1 on PATH"):
        environments.find_python("2.1")


def test_an_environment_that_does_not_exist_is_named(capsys):
    assert main(["install", "keras-0.1"]) == 1
    assert "keras-0.1: no such environment. There are: keras-" in capsys.readouterr().err


def test_what_is_not_installed_is_said_with_its_command(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(environments, "FOLDER", tmp_path)
    monkeypatch.setattr(records, "FOLDER", tmp_path)
    assert main(["record", "keras-3.15-jax"]) == 1
    assert "it is not installed. python -m evidence install keras-3.15-jax" in capsys.readouterr().err


def test_a_record_of_other_packages_is_not_taken_for_one_of_these(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(environments, "FOLDER", tmp_path)
    old = records.load("keras-3.15-jax")
    monkeypatch.setattr(records, "FOLDER", tmp_path)
    old.packages[0] = "jax==0.1"
    records.save(old)
    assert main(["record", "keras-3.15-jax"]) == 1
    assert "blocks are not recorded" in capsys.readouterr().err
