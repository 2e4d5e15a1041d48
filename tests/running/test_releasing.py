"""A release of Keras is added to environments.toml where it belongs, and then the commands run in order."""

import datetime
import re
import subprocess
import sys
import tomllib

import pytest
from listed import BY_KEY, PINNED, SOME
from packaging.version import Version

from evidence.__main__ import main
from evidence.files import ROOT
from evidence.running import environments, releasing
from evidence.running.releasing import ENVIRONMENTS_FILE, ReleaseError, carry_out, date_of, plan_release

TEXT = ENVIRONMENTS_FILE.read_text(encoding="utf-8")
DATE = datetime.date(2027, 1, 2)
MAJOR, MINOR, PATCH = Version(PINNED.release).release
NEXT_MINOR, NEXT_PATCH = f"{MAJOR}.{MINOR + 1}.0", f"{MAJOR}.{MINOR}.{PATCH + 1}"
LATER_PATCHES = (each for each in BY_KEY.values() if each.key.startswith("keras-3.") and each.release[-2:] != ".0")
BEFORE_THE_LAST_PATCH = re.sub(r"\d+$", "0", next(LATER_PATCHES).release)
OF_TODAY = [key for key, environment in BY_KEY.items() if environment.release == PINNED.release]


@pytest.fixture(autouse=True)
def known_date(monkeypatch):
    monkeypatch.setattr(releasing, "date_of", lambda version: DATE)
    monkeypatch.setattr(releasing, "installation_of_pinned", lambda: SOME.installation.name)


def listed_in(text, tmp_path, monkeypatch):
    """Return the environments of a changed environments.toml."""
    path = tmp_path / "environments.toml"
    path.write_text(text, encoding="utf-8")
    monkeypatch.setattr(environments, "ENVIRONMENTS_FILE", path)
    return environments.read_environments.__wrapped__()


def test_a_release_that_is_there_changes_nothing(capsys, monkeypatch):
    monkeypatch.setattr(subprocess, "run", None)
    release = plan_release(PINNED.release)
    assert release.is_there
    assert main(["release", PINNED.release]) == 0
    printed = capsys.readouterr().out
    assert printed.startswith(f"Keras {PINNED.release} is already listed: {', '.join(OF_TODAY)}. Nothing changed.\n")
    assert "python -m evidence status" in printed
    before = next(each for each in BY_KEY.values() if each.line == PINNED.line and each != PINNED)
    assert f"- git grep -nF {before.release.rpartition('.')[0]}: sentences" in printed
    assert ENVIRONMENTS_FILE.read_text(encoding="utf-8") == TEXT


def test_a_minor_release_is_pinned_and_the_last_one_stays_on_each_backend(tmp_path, monkeypatch):
    release = plan_release(NEXT_MINOR)
    after = listed_in(release.after, tmp_path, monkeypatch)
    assert after.keys() == BY_KEY.keys() | set(release.keys)
    assert len(release.keys) == len(OF_TODAY) == 5
    new = after[release.pinned]
    assert (new.release, new.released, new.pinned, new.tries_recipes) == (NEXT_MINOR, DATE, True, True)
    old = after[PINNED.key]
    assert (old.release, old.installation, old.tries_recipes) == (PINNED.release, SOME.installation, False)
    assert [environment.key for environment in after.values() if environment.pinned] == [release.pinned]
    for key in release.keys:
        if key != release.pinned:
            before = after[list(after)[list(after).index(key) + 1]]
            assert (after[key].tries_recipes, before.tries_recipes) == (BY_KEY[before.key].tries_recipes, False)
            assert (after[key].line, after[key].installation) == (before.line, before.installation)
            assert before.release == PINNED.release, "Each is listed above the release before it."
    assert [*release.to_record] == [*release.keys, PINNED.key]


def test_only_lines_of_that_release_change():
    lines = {*plan_release(NEXT_MINOR).after.splitlines()} - {*TEXT.splitlines()}
    on_other_backends = [key for key in OF_TODAY if BY_KEY[key].tries_recipes and key != PINNED.key]
    # The new ones, the one that was pinned, and those that no longer try recipes.
    assert len(lines) == len(OF_TODAY) + 1 + len(on_other_backends)
    assert all(line.startswith("  { key = ") for line in lines)


def test_a_patch_replaces_the_patch_before(tmp_path, monkeypatch):
    release = plan_release(NEXT_PATCH)
    after = listed_in(release.after, tmp_path, monkeypatch)
    assert [*after] == [*BY_KEY]
    assert {key for key, environment in after.items() if environment.release == NEXT_PATCH} == {*OF_TODAY}
    assert after[PINNED.key].pinned and after[PINNED.key].released == DATE
    assert release.earlier == PINNED.release
    older = plan_release(re.sub(r"\d+$", "99", SOME.release))
    assert SOME.key in older.keys and PINNED.key not in older.keys
    assert [command[-2] for command in older.commands] == ["install", "record", "changes"]


def test_a_pinned_release_is_locked_and_installed_before_it_is_recorded():
    release = plan_release(NEXT_MINOR)
    lock, requirements, install, record, changes = release.commands
    assert lock == [".ci/lock", "--upgrade-package", f"keras=={NEXT_MINOR}"]
    assert requirements[-2:] == ["--requirement", "requirements.txt"]
    assert install[3:] == ["install", *(key for key in release.keys if key != release.pinned), PINNED.key]
    assert record[3:] == ["record", *release.keys, PINNED.key]
    assert changes[3:] == ["changes", *release.keys]


@pytest.mark.parametrize(
    ("version", "reason"),
    [
        (
            re.sub(r"\d+$", "0", next(each.release for each in BY_KEY.values() if each.release[-2:] == ".2")),
            "A later patch is listed",
        ),
        ("3.x", "not a version. For example: python -m evidence release"),
        ("4.0.0rc1", "not a release, such as"),
        ("3.16", "not a release, such as"),
        ("2.9.0", f"older than {PINNED.release}"),
    ],
)
def test_what_is_no_newer_release_is_refused(capsys, version, reason):
    assert main(["release", version]) == 1
    assert reason in capsys.readouterr().err
    assert ENVIRONMENTS_FILE.read_text(encoding="utf-8") == TEXT


def test_a_dry_run_shows_what_would_be_done(capsys, monkeypatch):
    monkeypatch.setattr(subprocess, "run", None)
    assert main(["release", "--dry-run", NEXT_MINOR]) == 0
    printed = capsys.readouterr().out
    assert f'+  {{ key = "keras-{MAJOR}.{MINOR + 1}-jax", release = "{NEXT_MINOR}", released = 2027-01-02,' in printed
    assert f".ci/lock --upgrade-package keras=={NEXT_MINOR}" in printed
    assert f"- git grep -nF {MAJOR}.{MINOR}: " in printed
    assert ENVIRONMENTS_FILE.read_text(encoding="utf-8") == TEXT


@pytest.mark.parametrize("failing", [None, "record"])
def test_it_is_carried_out_up_to_what_fails(tmp_path, monkeypatch, capsys, failing):
    path = tmp_path / "environments.toml"
    path.write_text(TEXT, encoding="utf-8")
    release, ran = plan_release(NEXT_MINOR), []

    def run(command, cwd, check):
        ran.append(command)
        return subprocess.CompletedProcess(command, int(failing in command))

    monkeypatch.setattr(releasing, "ENVIRONMENTS_FILE", path)
    monkeypatch.setattr(releasing.subprocess, "run", run)
    faults = carry_out(release)
    assert path.read_text(encoding="utf-8") == release.after
    assert ran == release.commands[: 4 if failing else 5]
    assert capsys.readouterr().out.count("\n$ ") == len(ran)
    if failing:
        [fault] = faults
        assert "a-new-keras-release.md#trouble" in fault
        assert f"Then continue: {sys.executable} -m evidence record" in fault and " && " in fault
    else:
        assert not faults


@pytest.fixture
def uv(tmp_path, monkeypatch):
    """Set up a `uv` that fails with these words."""

    def answering(words):
        program = tmp_path / "uv"
        program.write_text(f"#!/bin/sh\ncat > {tmp_path}/asked\necho '{words}' >&2\nexit 1\n")
        program.chmod(0o755)
        monkeypatch.setattr(releasing.uv, "find_uv_bin", lambda: str(program))
        return tmp_path / "asked"

    return answering


@pytest.mark.skipif(sys.platform == "win32", reason="a script of the shell")
def test_the_date_is_that_which_uv_says(uv):
    asked = uv("hint: The requested version, v3.15.1, was published at 2026-07-29T18:20:12.345Z. Consider")
    assert date_of("3.15.1") == datetime.date(2026, 7, 29)
    assert asked.read_text() == "keras==3.15.1"
    uv("there is no version of keras==3.99.0")
    with pytest.raises(ReleaseError, match=r"uv finds no Keras 3.99.0:\nthere is no version"):
        date_of("3.99.0")


def test_no_test_names_the_pinned_release_or_its_environment():
    """A new release would change that test. tests/listed.py has environments by role."""
    minor = re.escape(f"{MAJOR}.{MINOR}")
    named = re.compile(rf"keras-{minor}-|['\"= ]{re.escape(PINNED.release)}\b")
    allowed = {"test_releasing.py"}  # what uv says of one
    naming = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
        for path in sorted((ROOT / "tests").rglob("*.py"))
        if path.name not in allowed
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if named.search(line)
    ]
    assert not naming, "\n".join(naming)


@pytest.mark.parametrize("version", ["1.2.9", "2.3.9"])
def test_a_patch_of_keras_1_or_2_is_refused(version):
    with pytest.raises(ReleaseError, match="older than"):
        plan_release(version)


def test_the_text_can_be_read():
    assert tomllib.loads(plan_release(NEXT_MINOR).after)["pinned_python"] == PINNED.python
