"""What `python -m evidence bench` prints about the tests and a recording, and that it writes no records."""

import contextlib
import sys

import pytest
from listed import SOME

from evidence.pages import blocks
from evidence.pages.blocks import Block
from evidence.running import recording, records
from evidence.running.environments import Environment
from evidence.running.execution import Outcome
from measure import bench, bench_growth, bench_serving, bench_site

BLOCKS = [Block("page.md", line, f"print({line})\n", f"{line}\n") for line in (1, 4)]


class ThisPython(Environment):
    """The Python of the tests as an environment; its blocks need no Keras."""

    interpreter = sys.executable


@pytest.fixture
def environment(tmp_path, monkeypatch):
    monkeypatch.setattr(blocks, "all_blocks", lambda: BLOCKS * 2)
    monkeypatch.setattr(records, "FOLDER", tmp_path / "records")
    monkeypatch.setattr(recording, "KERAS_IMPORTS", ())
    return ThisPython(**vars(SOME))


def test_the_chosen_parts_are_measured_and_the_worst_counts(monkeypatch):
    measured = []
    monkeypatch.setattr(bench, "record_all", lambda environments: measured.append(environments) or 1)
    for module, name in (
        (bench, "run_tests"),
        (bench_site, "build"),
        (bench_site, "score"),
        (bench_site, "find_answers"),
        (bench_serving, "serve"),
        (bench_growth, "grow"),
    ):
        monkeypatch.setattr(module, name, lambda name=name: measured.append(name) or 0)
    assert bench.run(["a"], ["search", "tests"]) == 0
    assert measured == ["find_answers", "run_tests"]
    assert bench.run(["a"], bench.PARTS) == 1
    assert measured[2:] == ["build", "score", "find_answers", "run_tests", ["a"], "serve", "grow"]


def test_the_ratio_of_the_tests_is_the_median_of_the_rounds(monkeypatch, capsys):
    runs = [(11.0, "3 passed"), (30.0, "slow"), (24.0, "2 passed"), (50.0, "1 failed")]
    asked = []

    def pytest_run(*arguments, folder=bench.ROOT):
        asked.append((arguments, folder))
        return runs[len(asked) - 1]

    bounds = iter([10.0, 20.0, 20.0])
    monkeypatch.setattr(bench, "lower_bound", lambda: next(bounds))
    monkeypatch.setattr(bench, "pytest", pytest_run)
    assert bench.run_tests() == 0
    assert capsys.readouterr().out == (
        "lower bound    20.0 s   one import + the blocks' own time / cores\n"
        "pytest         24.0 s   2 passed\n"
        "stock          50.0 s   1 failed\n"
        "ratio          1.20     target: at most 1.30\n"
    )
    *ours, (stock, folder) = asked
    pages = [blocks.page_name(path) for path in blocks.page_paths()]
    assert ours == [(("--tb=no", *pages), bench.ROOT)] * bench.ROUNDS
    assert "--noconftest" in stock and folder != bench.ROOT


def test_a_recording_runs_each_block_once_and_writes_nothing(environment, capsys):
    assert bench.record_all([environment]) == 0
    printed = capsys.readouterr().out
    assert "2 outcomes in " in printed and "times the minimum" in printed
    assert printed.endswith("target: at most 1.30 times\n")
    assert not records.FOLDER.exists()


def test_a_recording_that_fails_is_an_error(environment, capsys, monkeypatch):
    monkeypatch.setattr(recording, "KERAS_IMPORTS", ["no_such_module"])
    assert bench.record_all([environment]) == 1
    assert "no_such_module" in capsys.readouterr().err


def test_the_lower_bound_is_one_import_and_the_blocks_over_the_cores(monkeypatch):
    class FakeExecution(contextlib.nullcontext):
        import_seconds = 5.0

        def __enter__(self):
            return self

        def outcomes(self):
            return [(block, Outcome("", None, seconds)) for block, seconds in zip(BLOCKS, (2.0, 4.0), strict=True)]

    monkeypatch.setattr(bench, "Execution", FakeExecution)
    monkeypatch.setattr(bench, "CORES", 3)
    assert bench.lower_bound() == 5 + (2 + 4) / 3


@pytest.mark.parametrize(
    ("test", "summary"), [("def test(): pass", "1 passed"), ("def test(): assert 0", "1 failed"), (None, "no output")]
)
def test_pytest_s_last_line_comes_without_its_time(tmp_path, monkeypatch, test, summary):
    if test is None:
        (tmp_path / "conftest.py").write_text("import os\nos._exit(1)\n")
    else:
        (tmp_path / "test_one.py").write_text(test)
    seconds, last_line = bench.pytest("-c", "/dev/null", "--tb=no", folder=tmp_path)
    assert last_line == summary
    assert seconds > 0
