"""What a contributor sees: pytest on wrong pages, all in one run."""

import os
import subprocess
import sys

import pytest

from evidence.files import ROOT
from evidence.pages.blocks import EXPECTED_OUTPUT, page_name, page_paths

OUTPUT = f"\n{EXPECTED_OUTPUT}\n\n```text\n1\n```\n"
PAGES = {
    "good.md": f"# Good\n\n```python\nprint(1)\n```\n{OUTPUT}",
    "windows.md": f"# Good\n\n```python\nprint(1)\n```\n{OUTPUT}".replace("\n", "\r\n"),
    "wrong.md": f"# Wrong\n\n```python\nprint(2)\n```\n{OUTPUT}",
    "long.md": f"# Long\n\n```python\nfor n in range(2, 100):\n    print(n)\n```\n{OUTPUT}",
    "raises.md": f"# Raises\n\n```python\nimport keras\n\nkeras.Sequential().pop()\n```\n{OUTPUT}",
    "exits.md": "# Exits\n\n```python\nassert True\nraise SystemExit\n```\n",
    "varies.md": "# Varies\n\n```python\nimport numpy as np\n\nprint(np.random.rand())\n```\n" + OUTPUT,
    "ordered.md": "# Ordered\n\n```python\nprint({*'abcdefgh'})\n```\n" + OUTPUT,
    "hangs.md": "# Hangs\n\n```python\nprint(1)\nsum(iter(int, 1))\n```\n" + OUTPUT,
    "floods.md": "# Floods\n\n```python\nwhile True:\n    print('x' * 1000)\n```\n" + OUTPUT,
    "fetches.md": "# Fetches\n\n```python\nimport no_such_package\n\nassert no_such_package\n```\n",
    "unclosed.md": "# Unclosed\n\n```python\nprint(1)\n",
    "unseen.md": "# Unseen\n\n    import keras\n",
    "noted.md": "# Noted\n\n```python\nassert True\n```\n\n<!-- notes -->\n",
}


def run_pytest(folder, *arguments, **variables):
    command = [sys.executable, "-m", "pytest", "-p", "conftest", "-c", ROOT / "pyproject.toml", *arguments, folder]
    environment = os.environ | variables
    ended = subprocess.run(command, cwd=ROOT, env=environment, text=True, capture_output=True, check=False)
    assert ended.returncode == 1, ended.stdout + ended.stderr
    return ended.stdout.replace(folder.as_posix() + "/", "")


@pytest.fixture(scope="module")
def report(needs_tensorflow, tmp_path_factory):
    folder = tmp_path_factory.mktemp("pages")
    for name, text in PAGES.items():
        (folder / name).write_text(text, encoding="utf-8", newline="")
    # A new block has 30 seconds. Here it has fewer, so that the one that hangs costs less.
    (folder / "short_limit.py").write_text("from evidence.running import new_blocks\nnew_blocks.SECONDS = 6.0\n")
    path = os.pathsep.join([str(folder), str(ROOT)])
    return run_pytest(folder, "-rA", "-p", "short_limit", PYTHONPATH=path)


def test_pytest_collects_every_page_that_has_records():
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q"]
    ended = subprocess.run(command, cwd=ROOT, text=True, capture_output=True, check=True)
    collected = {line.partition("::")[0] for line in ended.stdout.splitlines() if ".md::" in line}
    assert collected == {page_name(path) for path in page_paths()}


def test_pages_that_are_right_pass_beside_the_wrong_ones(report):
    assert "12 failed, 14 passed" in report
    passed = [line.partition(" ")[2] for line in report.splitlines() if line.startswith("PASSED")]
    assert {f"{name}::{test}" for name in ("good.md", "windows.md") for test in ("page", "line 3")} <= set(passed)


def test_another_output_shows_the_difference_and_both_commands(report):
    difference = "--- wrong.md:3 (expected)\n+++ printed\n@@ -1 +1 @@\n-1\n+2\n"
    commands = (
        'Run it alone: pytest "wrong.md::line 3"\nIf the new output is right: python -m evidence record wrong.md\n'
    )
    assert f"wrong.md:3: the block printed something else.\n\n{difference}\n{commands}" in report


def test_a_long_difference_is_cut(report):
    # Three lines of head, the line that is missing, and 56 of 98 new ones.
    assert "\n+57\n... and 42 more lines\n\nRun it alone" in report


def test_an_error_names_the_line_of_the_statement(report):
    assert "raises.md:6: IndexError: " in report
    assert "    keras.Sequential().pop()" in report
    assert 'Run it alone: pytest "raises.md::line 3"' in report


def test_a_block_that_exits_is_named(report):
    assert "exits.md:5: SystemExit: the block ended the interpreter (without an exit code)" in report


def test_a_page_that_cannot_be_read_is_one_failure(report):
    problem = "unclosed.md:3: this fence is never closed. Close it with ``` alone on a line."
    assert f"{problem}\n\nThen: pytest unclosed.md\n" in report


def test_a_listing_that_is_not_executed_is_one_failure(report):
    assert "unseen.md:3: this looks like Python but is not executed, because it is indented, " in report
    assert "\n\nThen: pytest unseen.md\n" in report


def test_notes_that_are_missing_are_one_failure(report):
    problem = "noted.md:7: no notes follow. Write them as a numbered list under this line."
    assert f"{problem}\n\nThen: pytest noted.md\n" in report


def test_a_failure_is_summed_up_by_page_and_line(report):
    assert "\nFAILED wrong.md::line 3 - " in report
    assert "conftest.py" not in report, "A contributor does not need to see where the tests failed."


def test_blocks_whose_runner_cannot_start_fail_with_what_it_said(tmp_path):
    """Without a runner, or once it has been killed."""
    (tmp_path / "page.md").write_text(PAGES["good.md"])
    (tmp_path / "no_runner.py").write_text(
        "from evidence.running import execution\nexecution.RUNNER = 'no-runner.py'\n"
    )
    report = run_pytest(tmp_path, "-p", "no_runner", PYTHONPATH=os.pathsep.join([str(tmp_path), str(ROOT)]))
    assert "page.md:3: the runner ended early:\n" in report
    assert "no-runner.py" in report
    assert "1 failed, 1 passed" in report


FAULTS = {
    "another output": "wrong.md:3: the block printed something else.",
    "an error": "raises.md:6: IndexError: ",
    "an end": "exits.md:5: SystemExit: the block ended the interpreter",
    "an output that varies": "varies.md:3: the block prints something different each time, so it can't be recorded.",
    "an order that varies": "ordered.md:3: the block prints something different each time, so it can't be recorded.",
    "a loop without an end": "hangs.md:5: Stopped: did not end within 6 seconds",
    "a flood": "floods.md:5: Stopped: printed more than 1 MB",
    "a package that is not installed": "fetches.md:4: ModuleNotFoundError: No module named 'no_such_package'",
}


@pytest.mark.fault
@pytest.mark.parametrize("says", FAULTS.values(), ids=FAULTS)
def test_what_only_a_run_shows_is_refused_with_its_line(report, says):
    assert says in report
    page = says.partition(":")[0]
    assert f'pytest "{page}::line' in report or f"python -m evidence record {page}" in report
