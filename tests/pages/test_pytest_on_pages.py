"""What a contributor sees: pytest on pages that are wrong, in one run of all of them."""

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
    "raises.md": f"# Raises\n\n```python\nimport keras\n\nkeras.Sequential().pop()\n```\n{OUTPUT}",
    "exits.md": "# Exits\n\n```python\nassert True\nraise SystemExit\n```\n",
    "unclosed.md": "# Unclosed\n\n```python\nprint(1)\n",
    "unseen.md": "# Unseen\n\n    import keras\n",
}


@pytest.fixture(scope="module")
def said(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pages")
    for name, text in PAGES.items():
        (folder / name).write_text(text, encoding="utf-8", newline="")
    command = [sys.executable, "-m", "pytest", "-p", "conftest", "-c", ROOT / "pyproject.toml", "-rA", folder]
    ended = subprocess.run(command, cwd=ROOT, text=True, capture_output=True, check=False)
    assert ended.returncode == 1, ended.stdout + ended.stderr
    return ended.stdout.replace(folder.as_posix() + "/", "")


def test_pytest_collects_every_page_that_has_records():
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q"]
    ended = subprocess.run(command, cwd=ROOT, text=True, capture_output=True, check=True)
    collected = {line.partition("::")[0] for line in ended.stdout.splitlines() if ".md::" in line}
    assert collected == {page_name(path) for path in page_paths()}


def test_pages_that_are_right_pass_beside_the_wrong_ones(said):
    assert "5 failed, 7 passed" in said
    for name in "good.md", "windows.md":
        assert f"{name}::line 3" in "".join(line for line in said.splitlines() if line.startswith("PASSED"))


def test_another_output_shows_the_difference_and_both_commands(said):
    assert "wrong.md:3: the block printed something else." in said
    assert "-1\n+2\n" in said
    assert 'Run it alone: pytest "wrong.md::line 3"' in said
    assert "If the new output is right: python -m evidence record wrong.md" in said


def test_an_error_names_the_line_of_the_statement(said):
    assert "raises.md:6: IndexError: " in said
    assert "    keras.Sequential().pop()" in said
    assert 'Run it alone: pytest "raises.md::line 3"' in said


def test_a_block_that_exits_is_named(said):
    assert "exits.md:5: SystemExit: the block ended the interpreter (without an exit code)" in said


def test_a_page_that_cannot_be_read_is_one_failure(said):
    assert "unclosed.md:3: the fence is never closed.\n\nThen: pytest unclosed.md" in said


def test_a_listing_that_is_not_executed_is_one_failure(said):
    assert "unseen.md:3: looks like Python but is not executed: it is indented, or not fenced as `python`. " in said
