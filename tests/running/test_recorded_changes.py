"""What a recording changed is told from what git knows: new records apart from changed ones."""

import subprocess

import pytest

from evidence.__main__ import main
from evidence.running import recorded_changes
from evidence.running.recorded_changes import git, new_records


@pytest.fixture
def clone(tmp_path):
    """A clone with one record and a page."""
    (tmp_path / "records/seconds").mkdir(parents=True)
    (tmp_path / "docs").mkdir()
    for name in "records/tf-2.15.json", "records/seconds/tf-2.15.json", "docs/page.md", "README.md", "CONTRIBUTING.md":
        (tmp_path / name).write_text("as it was\n", encoding="utf-8")
    git(tmp_path, "init", "--quiet")
    git(tmp_path, "add", ".")
    git(tmp_path, "-c", "user.name=A", "-c", "user.email=a@example.org", "commit", "--quiet", "--message=Begin")
    return tmp_path


def summary(folder, releases=()):
    return "\n".join(recorded_changes.recorded_changes(folder, releases))


def test_nothing(clone):
    assert summary(clone) == "# What was recorded\n\nNothing that was not recorded before.\n"


def test_a_new_record_and_what_its_release_changed(clone):
    for name in "records/keras-3.16-jax.json", "records/seconds/keras-3.16-jax.json":
        (clone / name).write_text("{}\n", encoding="utf-8")
    assert new_records(clone) == ["keras-3.16-jax"]
    assert summary(clone, ["## Keras 3.16 after 3.15"]) == (
        "# What was recorded\n\nNew records: `keras-3.16-jax`\n\n## Keras 3.16 after 3.15"
    )


def test_what_changed_is_counted_with_the_seconds_and_shown_without(clone):
    for name in "records/tf-2.15.json", "records/seconds/tf-2.15.json", "docs/page.md":
        (clone / name).write_text("```python\nas it is\n```\n", encoding="utf-8")
    text = summary(clone)
    assert "Nothing" not in text and "New records" not in text
    statistics, differences = text.split("## What is different now\n")
    assert statistics.startswith("# What was recorded\n\n``````text\n")
    for name in "docs/page.md", "records/seconds/tf-2.15.json", "records/tf-2.15.json", "3 files changed":
        assert name in statistics
    assert differences.startswith("\n``````diff\n") and differences.endswith("\n``````\n")
    assert differences.count("-as it was\n+```python\n+as it is\n+```\n") == 2
    assert "seconds" not in differences


def test_a_difference_is_shown_with_a_line_before_and_after(clone):
    page = clone / "docs/page.md"
    page.write_text("1\n2\n3\n4\n5\n", encoding="utf-8")
    git(clone, "add", ".")
    page.write_text("1\n2\n-\n4\n5\n", encoding="utf-8")
    assert "\n@@ -2,3 +2,3 @@" in summary(clone)


def test_new_records_are_listed(clone):
    for key in "keras-3.16-jax", "keras-3.16-torch":
        (clone / f"records/{key}.json").write_text("{}\n", encoding="utf-8")
    assert "\n\nNew records: `keras-3.16-jax`, `keras-3.16-torch`\n" in summary(clone)


def test_a_git_that_fails_is_an_error(tmp_path):
    with pytest.raises(subprocess.CalledProcessError):
        git(tmp_path / "nowhere", "status")


def test_as_many_differences_as_are_shown_are_not_cut(clone, monkeypatch):
    (clone / "docs/page.md").write_text("1\n", encoding="utf-8")
    lines = git(clone, "diff", "--unified=1").splitlines()
    monkeypatch.setattr(recorded_changes, "LINES", len(lines))
    assert summary(clone).endswith("+1\n``````\n")


def test_many_differences_are_cut(clone, monkeypatch):
    monkeypatch.setattr(recorded_changes, "LINES", 6)
    (clone / "docs/page.md").write_text("1\n2\n3\n", encoding="utf-8")
    assert summary(clone).endswith("-as it was\n``````\n\n3 more lines are not shown.\n")


def test_the_command_prints_it(clone, capsys, monkeypatch):
    monkeypatch.setattr("evidence.__main__.ROOT", clone)
    (clone / "docs/page.md").write_text("as it is\n", encoding="utf-8")
    (clone / "records/keras-3.14-tensorflow.json").write_text("{}\n", encoding="utf-8")
    assert main(["summary"]) == 0
    printed = capsys.readouterr().out
    assert "New records: `keras-3.14-tensorflow`\n\n## Keras 3.14.1 on TensorFlow after 3.13.2\n" in printed
    assert "+as it is" in printed
