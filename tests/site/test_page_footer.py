"""A page's footer says when the page changed, or leaves that out where Git can't tell."""

import subprocess

import pytest

from evidence.site import page_footer


@pytest.fixture
def repository(tmp_path, monkeypatch):
    (tmp_path / "docs").mkdir()
    monkeypatch.setattr(page_footer, "ROOT", tmp_path)
    for variable in "GIT_AUTHOR_NAME", "GIT_AUTHOR_EMAIL", "GIT_COMMITTER_NAME", "GIT_COMMITTER_EMAIL":
        monkeypatch.setenv(variable, "someone")

    def commit(path, date):
        (tmp_path / path).write_text(date)
        monkeypatch.setenv("GIT_COMMITTER_DATE", f"{date}T12:00:00")
        for command in ["git", "init", "-q"], ["git", "add", "-A"], ["git", "commit", "-q", "-m", "Change"]:
            subprocess.run(command, cwd=tmp_path, check=True)

    return commit


def test_a_file_changed_when_it_was_last_committed(repository):
    repository("docs/a.md", "2026-11-02")
    repository("docs/b.md", "2026-11-03")
    repository("docs/a.md", "2026-12-01")
    assert page_footer.last_changes() == {"docs/a.md": "1 December 2026", "docs/b.md": "3 November 2026"}


def test_nothing_is_said_without_git_or_its_history(repository, monkeypatch, tmp_path):
    repository("docs/a.md", "2026-11-02")
    with monkeypatch.context() as patch:
        patch.setattr(page_footer.shutil, "which", lambda name: None)
        assert page_footer.last_changes() == {}
    clone = tmp_path / "clone"
    repository("docs/a.md", "2026-11-03")
    subprocess.run(["git", "clone", "-q", "--depth=1", tmp_path.as_uri(), clone], check=True)
    monkeypatch.setattr(page_footer, "ROOT", clone)
    assert page_footer.last_changes() == {}
