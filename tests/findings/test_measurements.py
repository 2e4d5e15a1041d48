"""Pages and records are read, and reread once they change."""

import pytest
from made_up import BLOCK, OTHER, SHOWN, measured, on

from evidence.findings.measurements import Measurements, current_measurements
from evidence.pages import blocks
from evidence.running import records
from evidence.running.environments import read_environments
from evidence.running.records import Record


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(records, "FOLDER", tmp_path)
    monkeypatch.setattr(blocks, "ROOT", tmp_path)
    return tmp_path


def save(key, outcome, pins=None):
    environment = read_environments()[key]
    packages = list(pins or environment.pins)
    records.save_all([Record(key, "2.0", packages, {BLOCK.digest: outcome}, python=environment.python)], [BLOCK])


def test_an_outcome_is_found_by_block_and_environment():
    measurements = measured({BLOCK: {"3.1": OTHER, "3.0": None}})
    assert [measurements.outcome(BLOCK, environment) for environment in on("3.2", "3.1", "3.0")] == [SHOWN, OTHER, None]
    assert measurements.record(*on("3.1")).environment == "3.1"


def test_measurements_are_of_all_environments_and_blocks_unless_others_are_given(folder):
    (folder / "README.md").write_text("```python\nassert True\n```\n")
    measurements = Measurements({})
    assert list(measurements.environments) == list(read_environments().values())
    assert [block.code for block in measurements.blocks] == ["assert True\n"]


def test_a_record_of_other_packages_counts_as_empty():
    save("tf-2.15", SHOWN, ["numpy==1.0"])
    save("tf-2.14", OTHER)
    by_key = current_measurements().records
    assert by_key.keys() == read_environments().keys()
    assert by_key["tf-2.15"] == Record("tf-2.15")
    assert by_key["tf-2.14"].outcomes == {BLOCK.digest: OTHER}


def test_what_did_not_change_is_not_read_again(folder):
    save("tf-2.15", SHOWN)
    first = current_measurements()
    assert current_measurements() is first
    (folder / "README.md").write_text("```python\nassert True\n```\n")
    second = current_measurements()
    assert [block.code for block in second.blocks] == ["assert True\n"]
    assert second.records is first.records
    save("tf-2.15", OTHER)
    third = current_measurements()
    assert third.records["tf-2.15"].outcomes == {BLOCK.digest: OTHER}
