"""A new block runs twice, gets less time, and its author learns what varies; one line says what is missing."""

import pytest

from evidence.pages.blocks import Block
from evidence.running import environments, new_blocks, records, unrecorded
from evidence.running.environments import Environment, pinned_environment, read_environments
from evidence.running.execution import Error, Outcome
from evidence.running.records import Record, RecordedOutcome

BLOCK = Block("docs/page.md", 3, "print(1)\n", "1\n")


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(records, "FOLDER", tmp_path)
    return tmp_path


def record(key):
    records.save_all([Record(key, packages=["keras==1"], outcomes={BLOCK.digest: RecordedOutcome("1\n")})], [BLOCK])


def test_a_block_is_new_until_the_pinned_environment_has_recorded_it():
    record("tf-2.15")
    assert new_blocks.new_blocks([BLOCK]) == [BLOCK]
    record(pinned_environment().key)
    assert new_blocks.new_blocks([BLOCK]) == []


def test_a_new_block_that_hangs_is_found_in_less_than_ninety_seconds():
    assert new_blocks.SECONDS <= 45


def test_two_runs_that_agree_vary_in_nothing():
    assert new_blocks.what_varies(BLOCK, Outcome("1\n", None, 0.1), Outcome("1\n", None, 0.2)) is None
    error = Error("ValueError", "at 0x1", 4, "")
    same = Error("ValueError", "at 0x2", 4, "")
    assert new_blocks.what_varies(BLOCK, Outcome("", error, 0.1), Outcome("", same, 0.1)) is None
    warned = [Outcome("", None, 0.1, stderr=f"a.py:{line}: UserWarning: at 0x{line}\n") for line in (1234567, 7654321)]
    assert new_blocks.what_varies(BLOCK, *warned) is None


def test_what_varies_is_shown_with_what_to_do():
    assert new_blocks.what_varies(BLOCK, Outcome("a\n1\n", None, 0.1), Outcome("a\n2\n", None, 0.1)) == (
        "docs/page.md:3: the block prints something different each time, so it can't be recorded.\n\n"
        "--- first run\n+++ second run\n@@ -1,2 +1,2 @@\n a\n-1\n+2\n\n"
        "Print only what is the same in each run: sort sets, name layers, call keras.utils.set_random_seed(0), compare "
        "with np.allclose. Then: python -m evidence record docs/page.md"
    )
    error = Error("ValueError", "no", 4, "")
    text = new_blocks.what_varies(BLOCK, Outcome("a\n", None, 0.1), Outcome("a\n", error, 0.1))
    assert "\n+ValueError: no\n" in text
    warned = Outcome("a\n", None, 0.1, stderr="a.py:1: UserWarning: no\n")
    assert "\n+UserWarning: no\n" in new_blocks.what_varies(BLOCK, Outcome("a\n", None, 0.1), warned)


@pytest.fixture
def one_block(monkeypatch):
    monkeypatch.setattr(unrecorded, "all_blocks", lambda: [BLOCK])


@pytest.mark.usefixtures("one_block")
def test_what_is_not_recorded_is_one_line():
    count = len(read_environments())
    assert unrecorded.unrecorded_blocks() == (
        f"1 block is not recorded in {count} of {count} environments. For a pull request, the workflow Record does it."
    )
    for key in list(read_environments())[1:]:
        record(key)
    assert unrecorded.unrecorded_blocks() == (
        f"1 block is not recorded in {pinned_environment().key}. For a pull request, the workflow Record does it."
    )
    record(pinned_environment().key)
    assert unrecorded.unrecorded_blocks() is None


def test_the_command_is_named_only_where_it_can_run(monkeypatch):
    monkeypatch.setattr(Environment, "installed", property(lambda environment: environment.key == "tf-2.15"))
    known = read_environments()
    assert unrecorded.how_to_record("a.md", [known["tf-2.15"]]) == "python -m evidence record a.md"
    assert "workflow Record" in unrecorded.how_to_record("a.md", [known["tf-2.15"], known["tf-2.14"]])


@pytest.mark.parametrize(
    ("name", "mend"),
    [("tensorflow-2.2l", "Did you mean tensorflow-2.2"), ("x", "Add a table [installations.x] at the end")],
)
def test_a_misspelt_environment_is_named_with_its_line(monkeypatch, tmp_path, name, mend):
    text = environments.ENVIRONMENTS_FILE.read_text(encoding="utf-8")
    right = 'installation = "tensorflow-2.21"'
    line = text[: text.index(right)].count("\n") + 1
    file = tmp_path / "environments.toml"
    file.write_text(text.replace(right, f'installation = "{name}"', 1), encoding="utf-8")
    monkeypatch.setattr(environments, "ROOT", tmp_path)
    monkeypatch.setattr(environments, "ENVIRONMENTS_FILE", file)
    with pytest.raises(ValueError, match=rf"environments.toml:{line}: there is no installation '{name}'") as error:
        read_environments.__wrapped__()
    assert mend in str(error.value)
