"""A file, for an issue, says what blocks do differently on the Keras installed here."""

import importlib.metadata

import pytest
from listed import PINNED
from made_up import BLOCK

from evidence.__main__ import main
from evidence.running import records
from evidence.running.execution import Outcome
from evidence.running.records import Record, RecordedOutcome
from evidence.site import newest
from evidence.site.tables import changes

pytestmark = pytest.mark.usefixtures("needs_tensorflow")  # The title names what is installed.


class FakeExecution:
    prints = "1\n"

    def __init__(self, blocks, *, variables, limits):
        assert variables == PINNED.variables
        self.blocks = blocks

    def outcomes(self):
        return ((block, Outcome(self.prints, None, 0.1)) for block in self.blocks)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass


@pytest.fixture
def target(tmp_path, monkeypatch):
    """A file to write. One block is recorded; it printed 1."""
    monkeypatch.setattr(records, "FOLDER", tmp_path / "records")
    recorded = {BLOCK.digest: RecordedOutcome("1\n")}
    records.save_all(
        [Record(PINNED.key, PINNED.release, ["keras==1", "numpy==1.0"], recorded, python=PINNED.python)], [BLOCK]
    )
    monkeypatch.setattr(newest, "all_blocks", lambda: [BLOCK])
    monkeypatch.setattr(newest, "Execution", FakeExecution)
    monkeypatch.setattr(changes, "heading_of", lambda block: type("Heading", (), {"text": "Remove a layer"}))
    return tmp_path / "newest.md"


def test_nothing_is_said_where_blocks_do_the_same(target, capsys):
    before = {path: path.read_bytes() for path in records.files()}
    assert main(["newest", str(target)]) == 0
    assert target.read_text() == ""
    assert capsys.readouterr().out == f"{target}: empty, since no block does anything different\n"
    assert {path: path.read_bytes() for path in records.files()} == before


def test_what_they_do_otherwise_is_said_under_a_title(target, monkeypatch):
    monkeypatch.setattr(FakeExecution, "prints", "2\n")
    assert main(["newest", str(target)]) == 0
    title, *lines = target.read_text().splitlines()
    keras = importlib.metadata.version("keras")
    assert title.startswith(f"# Keras {keras} on TensorFlow 2.")
    assert title.endswith(" does other things than the pages show")
    assert f"- {BLOCK.page}:{BLOCK.line} Remove a layer: `1` before, `2` now" in lines
    assert lines[-1] == f"To record it: `python -m evidence release {keras}`"
