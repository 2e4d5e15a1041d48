"""`python -m evidence record` writes what blocks print into their pages."""

import functools

import pytest

from evidence.__main__ import main
from evidence.pages import blocks
from evidence.pages.lint import read_page
from evidence.pages.outputs import write_expected_outputs
from evidence.running import environments, recording, records
from evidence.running.execution import Execution


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
    known = environments.read_environments()
    pinned = {key: environment for key, environment in known.items() if environment.pinned}
    monkeypatch.setattr(environments, "read_environments", lambda: pinned)
    monkeypatch.setattr(blocks, "page_paths", lambda: [path])
    monkeypatch.setattr(records, "FOLDER", tmp_path / "records")
    monkeypatch.setattr(recording, "Execution", functools.partial(Execution, imports=[]))
    path.write_text("```python\nprint(1)\n```\n\n```python\nraise ValueError('no')\n```\n")
    before = path.read_text()
    assert main(["record", str(path)]) == 1
    assert path.read_text() == before
    printed = capsys.readouterr().err
    assert "page.md:6: ValueError: no" in printed
    assert printed.rstrip().endswith(f"python -m evidence record {path.as_posix()}")
    path.write_text(before.replace("raise ValueError('no')", "print(2)"))
    assert main(["record"]) == 0
    assert [block.expected_output for block in read_page(path)[0]] == ["1\n", "2\n"]


def test_a_page_that_is_not_there_is_named(capsys):
    assert main(["record", "docs/nowhere.md"]) == 1
    assert "docs/nowhere.md: neither a page nor an environment" in capsys.readouterr().err
