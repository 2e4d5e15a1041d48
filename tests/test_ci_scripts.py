"""The scripts that the workflows run, each in its own clone, with a `gh` that only logs how it was called."""

import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys

import pytest
import yaml

from evidence.files import ROOT
from evidence.pages.blocks import Block
from evidence.running.execution import Outcome
from evidence.running.recorded_changes import git

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="GitHub runs them on Linux")
MISSPELT = "t" + "eh"  # in one word, codespell would fix it here
PEOPLE = "-c", "user.name=A", "-c", "user.email=a@example.org"
GH = """#!/usr/bin/env bash
printf '%s\\n' "$*" >> "$LOG"
case "$1 $2" in
  "api --method") printf '%s' "$PULLS" | jq --raw-output "${@: -1}" ;;
  "issue list") printf '%s' "$ISSUES" | jq --raw-output "${@: -1}" ;;
esac
"""


def run(script, folder, *arguments, **variables):
    command = ["bash", str(ROOT / ".ci" / script), *arguments]
    environment = os.environ | {key: str(value) for key, value in variables.items()}
    ended = subprocess.run(command, cwd=folder, env=environment, text=True, capture_output=True, check=False)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


@pytest.fixture
def clone(tmp_path):
    """A clone as checked out for a pull request: its commit merges another one into main."""
    git(tmp_path, "init", "--quiet", "--initial-branch=main")
    for name in "docs/how-to/one.md", "docs/gone.md", "evidence/code.py", "README.md":
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("1\n")
    git(tmp_path, "add", ".")
    git(tmp_path, *PEOPLE, "commit", "--quiet", "--message=main")

    def merge(*changed, deleted=()):
        git(tmp_path, "checkout", "--quiet", "-b", "request")
        for name in changed:
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text("2\n")
        for name in deleted:
            (tmp_path / name).unlink()
        git(tmp_path, "add", ".")
        git(tmp_path, *PEOPLE, "commit", "--quiet", "--message=request")
        git(tmp_path, "checkout", "--quiet", "main")
        git(tmp_path, *PEOPLE, "merge", "--quiet", "--no-ff", "--no-edit", "request")
        return tmp_path

    return merge


@pytest.mark.parametrize(
    ("changed", "code", "pages"),
    [
        (["docs/how-to/one.md", "records/pages/docs/how-to/one.json"], "false", "docs/how-to/one.md"),
        (["README.md", "CHANGELOG.md", "docs/picture.svg"], "false", "CHANGELOG.md README.md"),
        (["docs/how-to/one.md", "evidence/code.py"], "true", "docs/how-to/one.md"),
        (["docs/.ruff.toml"], "true", ""),
        (["records/notes.md"], "true", ""),
    ],
)
def test_what_a_pull_request_changes(clone, changed, code, pages):
    assert run("changes", clone(*changed), OF_PULL_REQUEST="true") == f"code={code}\npages={pages}\n"


def test_a_page_that_is_gone_is_not_among_those_to_be_run(clone):
    folder = clone("README.md", deleted=["docs/gone.md"])
    assert run("changes", folder, OF_PULL_REQUEST="true") == "code=false\npages=README.md\n"


def test_on_main_everything_counts_as_changed(clone):
    assert run("changes", clone("README.md"), OF_PULL_REQUEST="false") == "code=true\npages=\n"


def test_the_preview_names_the_changed_pages_as_they_are_called_in_it(clone):
    printed = run("preview", clone("docs/how-to/one.md", "README.md"), "https://example.org/1")
    assert "[Download it](https://example.org/1)" in printed
    assert re.findall("- `(.*)`", printed) == ["how-to/one.html", "index.html"]


@pytest.fixture
def gh(tmp_path, monkeypatch):
    """A folder, and a function that returns how `gh` was called."""
    if not shutil.which("jq"):
        pytest.skip("needs jq")
    program = tmp_path / "bin" / "gh"
    program.parent.mkdir()
    program.write_text(GH)
    program.chmod(0o755)
    log = tmp_path / "log"
    log.touch()
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("LOG", str(log))
    monkeypatch.setenv("GITHUB_REPOSITORY", "some-one/guide")
    return tmp_path, lambda: log.read_text().splitlines()


def test_the_comment_goes_to_the_pull_request_whose_newest_commit_ran(gh):
    folder, calls = gh
    pulls = [{"number": number, "head": {"sha": sha}} for number, sha in [(7, "abc"), (8, "def")]]
    run("comment", folder, HEAD="fork:a branch", COMMIT="def", PULLS=json.dumps(pulls))
    asked, commented = calls()
    assert asked.startswith(
        "api --method GET repos/some-one/guide/pulls --raw-field state=open --raw-field head=fork:a"
    )
    assert commented == ("pr comment 8 --repo some-one/guide --edit-last --create-if-none --body-file comment.md")


def test_a_commit_that_is_no_longer_the_newest_gets_no_comment(gh):
    folder, calls = gh
    run("comment", folder, HEAD="fork:x", COMMIT="old", PULLS=json.dumps([{"number": 7, "head": {"sha": "abc"}}]))
    assert len(calls()) == 1


TITLE = "Keras 3.99.0 on TensorFlow 2.99.0 does other things than the pages show"


def test_an_issue_is_opened_with_the_title_that_the_text_has(gh):
    folder, calls = gh
    (folder / "newest.md").write_text(f"# {TITLE}\n\n- docs/index.md:3\n")
    run("issue", folder, ISSUES=json.dumps([{"number": 3, "title": "Another"}]))
    assert calls()[-1] == f"issue create --repo some-one/guide --title {TITLE} --body-file body.md"
    assert (folder / "body.md").read_text() == "\n- docs/index.md:3\n"


def test_an_issue_that_is_open_gets_the_new_text(gh):
    folder, calls = gh
    (folder / "newest.md").write_text(f"# {TITLE}\n\n{'é' * 40_000}\n")
    run("issue", folder, ISSUES=json.dumps([{"number": 3, "title": "Another"}, {"number": 4, "title": TITLE}]))
    assert calls()[-1] == "issue edit 4 --repo some-one/guide --body-file body.md"
    assert (folder / "body.md").stat().st_size < 65_536


def test_no_issue_is_opened_where_nothing_is_different(gh):
    folder, calls = gh
    (folder / "newest.md").write_text("")
    run("issue", folder, ISSUES="[]")
    assert calls() == []


def matched(line):
    """Return the file, line and message that the problem matchers make GitHub take from a line of a log."""
    content = json.loads((ROOT / ".github/problem-matchers.json").read_text(encoding="utf-8"))
    for matcher in content["problemMatcher"]:
        [pattern] = matcher["pattern"]
        if found := re.search(pattern["regexp"], line):
            return tuple(found[pattern[part]] for part in ("file", "line", "message"))
    return None


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (
            "docs/index.md:12: the block printed something else.",
            ("docs/index.md", "12", "the block printed something else."),
        ),
        ("README.md:3: ValueError: no", ("README.md", "3", "ValueError: no")),
        (f"./docs/why/start-here.md:9: {MISSPELT} ==> the", ("docs/why/start-here.md", "9", f"{MISSPELT} ==> the")),
        ("evidence/files.py:3: error: No [name]", ("evidence/files.py", "3", "No [name]")),
        ("tests/test_files.py:30: AssertionError", ("tests/test_files.py", "30", "AssertionError")),
        ("INFO    -  docs/index.md:12", None),
        ("docs/index.md:12", None),
    ],
)
def test_a_fault_is_marked_at_its_line(line, expected):
    assert matched(line) == expected


def test_what_a_block_prints_otherwise_is_marked_at_its_line():
    spec = importlib.util.spec_from_file_location("conftest_of_pages", ROOT / "conftest.py")
    conftest_of_pages = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(conftest_of_pages)
    text = conftest_of_pages.explain_failure(Block("docs/index.md", 12, "print(2)\n", "1\n"), Outcome("2\n", None, 0.1))
    assert next(matched(line) for line in text.splitlines()) == (
        "docs/index.md",
        "12",
        "the block printed something else.",
    )


def test_the_pythons_that_the_readme_names_are_tried_here_and_on_github():
    [command] = re.findall(r"^versions=\$\((.*)\)$", (ROOT / ".ci" / "run").read_text(encoding="utf-8"), re.MULTILINE)
    named = subprocess.run(["bash", "-c", command], cwd=ROOT, text=True, capture_output=True, check=True).stdout.split()
    jobs = yaml.safe_load((ROOT / ".github" / "workflows" / "check.yml").read_text(encoding="utf-8"))["jobs"]
    [installed] = (
        step["with"]["python-version"] for step in jobs["check"]["steps"] if "python-version" in step.get("with", ())
    )
    assert set(named) == {installed, *(row["python"] for row in jobs["readme"]["strategy"]["matrix"]["include"])}
