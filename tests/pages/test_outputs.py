"""`python -m evidence record` writes outputs into a page and nothing else."""

import functools

import pytest

from evidence.__main__ import main
from evidence.pages import blocks
from evidence.pages.blocks import EXPECTED_OUTPUT
from evidence.pages.lint import read_page
from evidence.pages.outputs import write_expected_outputs
from evidence.running import environments, recording, records
from evidence.running.execution import Execution


def write(tmp_path, text, *printed):
    """Write a page, put outputs under its blocks, return what the page then holds, as bytes."""
    path = tmp_path / "page.md"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    found, _ = read_page(path)
    changed = write_expected_outputs(path, dict(zip(found, printed, strict=True)))
    after = path.read_bytes()
    assert changed == (after != (text if isinstance(text, bytes) else text.encode()))
    return after


BEFORE = "# Page\n\n```python\nprint(1)\n```\n\nText.\n"
AFTER = f"# Page\n\n```python\nprint(1)\n```\n\n{EXPECTED_OUTPUT}\n\n```text\n1\n```\n\nText.\n"


def test_an_output_is_added(tmp_path):
    assert write(tmp_path, BEFORE, "1\n").decode() == AFTER


def test_an_output_is_replaced(tmp_path):
    assert write(tmp_path, AFTER.replace("\n1\n", "\nold\nold\n"), "1\n").decode() == AFTER


def test_the_same_output_leaves_the_page_as_it_is(tmp_path):
    assert write(tmp_path, AFTER, "1\n").decode() == AFTER


def test_an_output_that_is_gone_is_taken_out(tmp_path):
    assert write(tmp_path, AFTER, "").decode() == BEFORE


def test_two_blocks_keep_their_outputs(tmp_path):
    after = write(tmp_path, BEFORE + "\n" + AFTER.replace("# Page\n", ""), "1\n", "2\n").decode()
    assert after.index("\n1\n") < after.index("Text.") < after.index("\n2\n")


@pytest.mark.parametrize(
    "change", [lambda text: text.replace("\n", "\r\n").encode(), lambda text: b"\xef\xbb\xbf" + text.encode()]
)
def test_line_ends_and_byte_order_mark_are_kept(tmp_path, change):
    assert write(tmp_path, change(BEFORE), "1\n") == change(AFTER)


def test_an_output_is_indented_as_its_block(tmp_path):
    page = "!!! note\n\n    ```python\n    print(1)\n    ```\n"
    after = write(tmp_path, page, "1\n\n  2\n").decode()
    assert after == page + f"\n    {EXPECTED_OUTPUT}\n\n    ```text\n    1\n\n      2\n    ```\n"
    assert read_page(tmp_path / "page.md")[0][0].expected_output == "1\n\n  2\n"


def test_an_output_with_ticks_gets_a_longer_fence(tmp_path):
    write(tmp_path, BEFORE, "```\n")
    assert read_page(tmp_path / "page.md")[0][0].expected_output == "```\n"


@pytest.mark.parametrize(
    "code", ["print('x', end='')", "print('a\\rb')", "print('a\\x0cb\\u2028c')", "print('a\\n   \\nb')"]
)
def test_what_is_recorded_passes_from_then_on(tmp_path, code):
    path = tmp_path / "page.md"
    path.write_text(f"!!! note\n\n    ```python\n    {code}\n    ```\n", encoding="utf-8")
    for again in False, True:
        [block], _ = read_page(path)
        with Execution([block], imports=[]) as execution:
            output = execution.outcome(block).output
        assert (output == block.expected_output) == again
        assert write_expected_outputs(path, {block: output}) != again


def test_a_page_with_a_failing_block_is_left_as_it_is(tmp_path, capsys, monkeypatch):
    path = tmp_path / "page.md"
    pinned = {key: each for key, each in environments.read_environments().items() if each.pinned}
    monkeypatch.setattr(environments, "read_environments", lambda: pinned)
    monkeypatch.setattr(blocks, "page_paths", lambda: [path])
    monkeypatch.setattr(records, "FOLDER", tmp_path / "records")
    monkeypatch.setattr(recording, "Execution", functools.partial(Execution, imports=[]))
    path.write_text("```python\nprint(1)\n```\n\n```python\nraise ValueError('no')\n```\n")
    before = path.read_text()
    assert main(["record", str(path)]) == 1
    assert path.read_text() == before
    said = capsys.readouterr().err
    assert "page.md:6: ValueError: no" in said
    assert said.rstrip().endswith(f"python -m evidence record {path.as_posix()}")
    path.write_text(before.replace("raise ValueError('no')", "print(2)"))
    assert main(["record"]) == 0
    assert [block.expected_output for block in read_page(path)[0]] == ["1\n", "2\n"]


def test_a_page_that_is_not_there_is_named(capsys):
    assert main(["record", "docs/nowhere.md"]) == 1
    assert "docs/nowhere.md: neither a page nor an environment" in capsys.readouterr().err
