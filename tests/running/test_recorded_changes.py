"""Git shows what changed since a commit, and changes to different pages merge."""

import shutil
import subprocess
from dataclasses import replace

import pytest

from evidence.files import ROOT
from evidence.pages.blocks import Block
from evidence.running import records
from evidence.running.recorded_changes import changed_pages, difference_of_pages, git, records_at
from evidence.running.records import Record, RecordedOutcome, Run

ONE, TWO = (Block(f"docs/{name}.md", 3, f"print('{name}')\n", f"{name}\n") for name in ("one", "two"))
PEOPLE = "-c", "user.name=A", "-c", "user.email=a@example.org"


def commit(folder, message="Change"):
    git(folder, "add", ".")
    git(folder, *PEOPLE, "commit", "--quiet", f"--message={message}")


def write_pages(folder, *blocks):
    for block in blocks:
        text = f"# Page\n\n```python\n{block.code}```\n"
        (folder / block.page).write_text(text, encoding="utf-8")


def record_in(keys, *blocks):
    """Record that each block prints what it shows."""
    outcomes = {block.digest: RecordedOutcome(block.expected_output) for block in blocks}
    run = Run("2026-11-23", "3.11.7", 1.0, 1.0)
    records.save_all([Record(key, "9.9.1", ["a==1"], dict(outcomes), python="3.11", run=run) for key in keys], blocks)


@pytest.fixture
def clone(tmp_path, monkeypatch):
    """A clone with two pages, recorded in two environments."""
    monkeypatch.setattr(records, "FOLDER", tmp_path / "records")
    (tmp_path / "docs").mkdir()
    shutil.copy(ROOT / ".gitattributes", tmp_path)
    for name in "README.md", "CONTRIBUTING.md":
        (tmp_path / name).write_text("as it was\n", encoding="utf-8")
    write_pages(tmp_path, ONE, TWO)
    record_in("ab", ONE, TWO)
    git(tmp_path, "init", "--quiet", "--initial-branch=main")
    commit(tmp_path)
    return tmp_path


def change_on_a_branch(clone, name, keys, *blocks):
    git(clone, "checkout", "--quiet", "-b", name, "main")
    write_pages(clone, *blocks)
    record_in(keys, *blocks)
    commit(clone, name)


def test_two_branches_that_change_different_pages_merge(clone):
    new_one, new_two = replace(ONE, code="print(1)\n"), replace(TWO, code="print(2)\n")
    change_on_a_branch(clone, "one", "ab", new_one, TWO)
    changed = git(clone, "diff", "--name-only", "main").splitlines()
    assert changed == ["docs/one.md", "records/pages/docs/one.json"]
    change_on_a_branch(clone, "two", "ab", ONE, new_two)
    git(clone, *PEOPLE, "merge", "--quiet", "--no-edit", "one")
    assert records.load("a").outcomes.keys() == records.load("b").outcomes.keys() == {new_one.digest, new_two.digest}
    assert not git(clone, "status", "--porcelain")


def test_a_page_that_both_branches_changed_is_a_conflict_and_never_a_mixture(clone):
    """Line by line, git would give the new block what the old one did in the new environment."""
    new = replace(ONE, code="print(1)\n")
    change_on_a_branch(clone, "page", "ab", new, TWO)
    change_on_a_branch(clone, "release", "abc", ONE, TWO)
    with pytest.raises(subprocess.CalledProcessError):
        git(clone, *PEOPLE, "merge", "--quiet", "--no-edit", "page")
    assert git(clone, "diff", "--name-only", "--diff-filter=U").splitlines() == ["records/pages/docs/one.json"]
    assert records.load("c").outcomes.keys() == {ONE.digest, TWO.digest}, "It is as it was on this branch."


def test_the_records_of_a_commit_are_those_that_it_has(clone):
    before = records.load_all()
    record_in("abc", replace(ONE, code="print(1)\n"), TWO)
    assert records_at(clone, "HEAD") == before != records.load_all()


def test_a_commit_without_records_has_none(tmp_path):
    git(tmp_path, "init", "--quiet")
    (tmp_path / "file").touch()
    commit(tmp_path)
    assert records_at(tmp_path, "HEAD") == {}


def test_a_commit_that_is_not_there_is_named(clone):
    with pytest.raises(LookupError, match=r"^main~9: no such commit here. To fetch it: git fetch origin$"):
        records_at(clone, "main~9")


def test_pages_that_changed_are_listed_with_those_that_are_new(clone):
    assert changed_pages(clone, "HEAD") == []
    for name in "docs/one.md", "docs/three.md", "docs/picture.svg", "README.md", "CHANGELOG.md", "docs/mine.md":
        (clone / name).write_text("as it is\n", encoding="utf-8")
    (clone / ".gitignore").write_text("mine.md\n", encoding="utf-8")
    (clone / TWO.page).unlink()
    pages = ["README.md", "docs/one.md", "docs/three.md"]
    assert changed_pages(clone, "HEAD") == pages
    commit(clone)
    (clone / "CHANGELOG.md").write_text("as it will be\n", encoding="utf-8")
    assert changed_pages(clone, "HEAD") == []
    assert changed_pages(clone, "HEAD~1") == pages


def test_a_difference_is_shown_with_a_line_before_and_after(clone):
    page = clone / ONE.page
    page.write_text("1\n2\n3\n4\n5\n", encoding="utf-8")
    git(clone, "add", ".")
    commit(clone)
    page.write_text("1\n2\n-\n4\n5\n", encoding="utf-8")
    assert "@@ -2,3 +2,3 @@" in difference_of_pages(clone, "HEAD")
    commit(clone)
    assert "@@ -2,3 +2,3 @@" in difference_of_pages(clone, "HEAD~1")


def test_a_git_that_fails_is_an_error(tmp_path):
    with pytest.raises(subprocess.CalledProcessError):
        git(tmp_path / "nowhere", "status")
