"""`python -m evidence record` runs what is stale or missing, and leaves records as they were or as they should be.

The environments here are this Python, without importing Keras: the blocks don't need it.
"""

import json
import os
import platform
import re
import shutil
import signal
import subprocess
import sys
import textwrap
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from listed import SOME

from evidence.__main__ import main
from evidence.files import ROOT
from evidence.pages import blocks
from evidence.pages.lint import read_page
from evidence.pages.outputs import write_expected_outputs
from evidence.running import environments, packages, recording, records, trials
from evidence.running.environments import Environment, Installation, running_python
from evidence.running.execution import Execution
from evidence.running.records import RecordedOutcome

ONE_PROCESS = trials.IN_KERAS / "one_process.py"
HERE = Installation("here", running_python(), (), 0)
KERAS = f"keras=={SOME.release}"
PAGE = "```python\nprint('one')\n```\n\n```python\nprint('two')\n```\n"
OTHER_PAGE = "```python\nprint('three')\n```\n"


class Here(Environment):
    """This Python as an environment that is not the pinned one."""

    interpreter = sys.executable
    installed = True
    versions = (KERAS, "six==1.0")

    def installed_packages(self):
        return list(type(self).versions)


def here(**values):
    own = {"python": running_python(), "installation": HERE, "own_packages": (), "tries_recipes": False}
    return Here(**(vars(SOME) | own | values))


def set_up(monkeypatch, folder, known):
    """Set up a guide with the pages in a folder, and these environments."""
    by_key = {environment.key: environment for environment in known}
    monkeypatch.setattr(environments, "read_environments", lambda: by_key)
    monkeypatch.setattr(blocks, "ROOT", folder)
    monkeypatch.setattr(blocks, "page_paths", lambda: sorted(folder.glob("*.md")))
    monkeypatch.setattr(records, "FOLDER", folder / "records")
    monkeypatch.setattr(packages, "REQUIREMENTS", folder / "requirements.txt")
    monkeypatch.setattr(Here, "versions", (KERAS, "six==1.0"))
    monkeypatch.setattr(recording, "KERAS_IMPORTS", ())


@pytest.fixture
def page(tmp_path, monkeypatch):
    """The only page of a guide with two environments, `a` and `b`, neither of them pinned."""
    set_up(monkeypatch, tmp_path, [here(key="a"), here(key="b")])
    path = tmp_path / "page.md"
    path.write_text(PAGE)
    return path


@pytest.fixture
def pinned_page(page, monkeypatch):
    """The only page of a guide with the pinned environment `p`, which is recorded."""
    (page.parent / "requirements.txt").write_text(f"{KERAS}\nsix==1.0\n-e .\n")
    set_up(monkeypatch, page.parent, [here(key="p", installation=None)])
    assert main(["record"]) == 0
    return page


def change_pinned(monkeypatch, **values):
    changed = replace(environments.read_environments()["p"], **values)
    monkeypatch.setattr(environments, "read_environments", lambda: {"p": changed})


def outputs(key):
    return sorted(outcome.output for outcome in records.load(key).outcomes.values())


def expected_outputs(path):
    return [block.expected_output for block in read_page(path)[0]]


def files():
    return {path: path.read_bytes() for path in records.FOLDER.rglob("*.json")}


def test_what_is_missing_is_run_in_every_environment(page, capsys):
    assert main(["record"]) == 0
    assert outputs("a") == outputs("b") == ["one\n", "two\n"]
    assert "a: 2 blocks recorded" in capsys.readouterr().out
    assert records.load("a").python == HERE.python
    assert records.load("a").run.python == platform.python_version()
    assert 0 < records.load("a").run.block_seconds < 60
    assert main(["record"]) == 0
    assert "recorded" not in capsys.readouterr().out


@pytest.fixture
def ran(monkeypatch):
    """The runners that were started, each as what its blocks print, in the order of the pages."""
    started = []

    class NotedExecution(Execution):
        def __init__(self, given_blocks, **options):
            started.append([block.code.split("'")[1] for block in given_blocks])
            super().__init__(given_blocks, **options)

    monkeypatch.setattr(recording, "Execution", NotedExecution)
    return started


def test_only_what_is_new_in_the_pinned_environment_runs_twice(pinned_page, ran, monkeypatch):
    pinned_page.write_text(f"{PAGE}\n{OTHER_PAGE}")
    assert main(["record"]) == 0
    assert ran == [["three"], ["three"]]
    ran.clear()
    assert main(["record", "--all"]) == 0
    assert ran == [["one", "two", "three"]]
    ran.clear()
    monkeypatch.setattr(Here, "versions", (KERAS, "six==2.0"))
    (pinned_page.parent / "requirements.txt").write_text(f"{KERAS}\nsix==2.0\n")
    assert main(["record"]) == 0
    assert ran == [["one", "two", "three"]], "Those that other packages ran before are not new."


def test_what_is_new_in_another_environment_runs_once(page, ran):
    assert main(["record", "a"]) == 0
    assert ran == [["one", "two"]]


def test_only_what_changed_is_run_again_and_what_is_gone_is_forgotten(page, capsys):
    main(["record"])
    page.write_text(PAGE.replace("'one'", "'uno'"))
    capsys.readouterr()
    assert main(["record", "a"]) == 0
    assert outputs("a") == ["two\n", "uno\n"]
    assert outputs("b") == ["one\n", "two\n"]
    assert "a: 1 blocks recorded\n1 outcomes in " in capsys.readouterr().out


def test_a_block_that_is_gone_is_forgotten_though_none_is_run(page):
    main(["record", "a"])
    page.write_text("```python\nprint('two')\n```\n")
    assert main(["record", "a"]) == 0
    assert outputs("a") == ["two\n"]


@pytest.mark.parametrize("again", [[], ["--all"]])
def test_only_the_blocks_of_the_pages_named_are_run(page, tmp_path, capsys, again):
    other = tmp_path / "other.md"
    other.write_text(OTHER_PAGE)
    main(["record", "a"])
    for path in page, other:
        path.write_text(path.read_text().replace("print('", "print('new ").replace("new two", "two"))
    capsys.readouterr()
    assert main(["record", *again, "a", str(other)]) == 0
    assert "a: 1 blocks recorded" in capsys.readouterr().out
    assert outputs("a") == ["new three\n", "two\n"]


def test_all_runs_everything_and_the_same_leaves_the_files_as_they_were(page, capsys):
    main(["record"])
    before = files()
    assert len(before) == 3
    assert main(["record", "--all"]) == 0
    assert capsys.readouterr().out.count("2 blocks recorded") == 4
    assert files() == before


def test_on_other_packages_every_block_is_run_again_whichever_page_is_named(page, tmp_path, monkeypatch):
    other = tmp_path / "other.md"
    other.write_text(OTHER_PAGE)
    main(["record"])
    record = records.load("a")
    record.outcomes = dict.fromkeys(record.outcomes, RecordedOutcome("old\n"))
    records.save_all([record], blocks.all_blocks())
    monkeypatch.setattr(Here, "versions", ("six==1.1",))
    assert main(["record", "a", str(other)]) == 0
    assert outputs("a") == ["one\n", "three\n", "two\n"]
    assert records.load("a").packages == ["six==1.1"]


def test_on_another_python_every_block_is_run_again(page):
    main(["record"])
    record = records.load("a")
    record.python = "3.99"
    record.outcomes = dict.fromkeys(record.outcomes, RecordedOutcome("old\n"))
    records.save_all([record], blocks.all_blocks())
    assert main(["record", "a"]) == 0
    assert outputs("a") == ["one\n", "two\n"]
    assert records.load("a").python == running_python()


def test_what_another_record_has_otherwise_is_run_again_and_nothing_else(page, monkeypatch, capsys):
    """As for a pull request: what it changed by hand in a record comes to light."""
    main(["record"])
    before, every = records.load_all(), blocks.all_blocks()
    monkeypatch.setattr("evidence.__main__.records_at", lambda folder, commit: {"main": before}[commit])
    by_hand = records.load("a")
    by_hand.outcomes |= {every[0].digest: RecordedOutcome("by hand\n")}
    records.save_all([by_hand], every)
    assert main(["record"]) == 0
    assert "by hand\n" in outputs("a")
    assert [job["keys"] for job in matrix(capsys, "--unrecorded")] == []
    assert [job["keys"] for job in matrix(capsys, "--unrecorded", "--since", "main")] == ["a"]
    assert main(["record", "--since", "main"]) == 0
    assert "a: 1 blocks recorded\n1 outcomes in " in capsys.readouterr().out
    assert records.load_all() == before


def matrix(capsys, *arguments):
    capsys.readouterr()
    assert main(["matrix", *arguments]) == 0
    return json.loads(capsys.readouterr().out)


def test_environments_that_are_not_listed_any_more_are_forgotten(page, monkeypatch):
    main(["record"])
    only_b = {"b": environments.read_environments()["b"]}
    monkeypatch.setattr(environments, "read_environments", lambda: only_b)
    assert main(["record"]) == 0
    assert records.load_all().keys() == {"b"}
    assert outputs("b") == ["one\n", "two\n"]


def test_a_page_outside_the_project_is_not_recorded(page, tmp_path_factory, capsys):
    elsewhere = tmp_path_factory.mktemp("elsewhere") / "page.md"
    elsewhere.write_text(OTHER_PAGE)
    assert main(["record", str(elsewhere)]) == 1
    assert f"{elsewhere}: not in the project's folder. Put the page below docs/" in capsys.readouterr().err


def test_an_error_is_an_outcome(page):
    page.write_text("```python\nprint(1)\nraise ValueError('no')\n```\n")
    assert main(["record", "a"]) == 0
    [outcome] = records.load("a").outcomes.values()
    assert outcome == RecordedOutcome("1\n", "ValueError", "no", 2)


def test_an_environment_that_cannot_start_is_named_and_its_record_is_kept(page, capsys, monkeypatch):
    main(["record"])
    monkeypatch.setattr(Here, "versions", ("six==1.1",))
    monkeypatch.setattr(Here, "interpreter", "/bin/false")
    before = files()
    assert main(["record", "a"]) == 1
    printed = capsys.readouterr().err
    assert "a: the runner ended early" in printed
    assert printed.rstrip().endswith("python -m evidence record a")
    assert files() == before


def test_a_page_that_cannot_be_read_keeps_its_records(page, capsys):
    main(["record"])
    page.write_text("```python\nprint('one')\n")
    assert main(["record"]) == 1
    printed = capsys.readouterr().err
    assert "page.md:1: this fence is never closed." in printed
    assert re.search(r"\nThen: python -m evidence record .*page\.md$", printed.rstrip())
    assert outputs("a") == ["one\n", "two\n"]


def test_environments_that_are_not_installed_are_listed(page, capsys, monkeypatch):
    monkeypatch.setattr(Here, "installed", False)
    assert main(["record"]) == 0
    printed = capsys.readouterr().err
    assert "Not recorded in 2 environments that are not installed here: a, b" in printed
    assert printed.rstrip().endswith("python -m evidence install")


def test_the_pinned_environment_s_outputs_are_written_into_the_pages(pinned_page, capsys):
    assert expected_outputs(pinned_page) == ["one\n", "two\n"]
    pinned_page.write_text(pinned_page.read_text().replace("'one'", "'uno'"))
    assert main(["record", str(pinned_page)]) == 0
    assert expected_outputs(pinned_page) == ["uno\n", "two\n"]
    printed = capsys.readouterr()
    assert printed.out.endswith("page.md: rewritten\n")
    assert not printed.err


def test_the_outcome_of_a_pinned_block_that_fails_is_not_recorded(pinned_page, tmp_path, capsys):
    file = tmp_path / "file"
    file.write_text("here")
    pinned_page.write_text(f"```python\nprint(open({str(file)!r}).read())\n```\n\n```python\nprint('two')\n```\n")
    assert main(["record"]) == 0
    assert outputs("p") == ["here\n", "two\n"]
    shown = pinned_page.read_text()
    file.unlink()
    assert main(["record", "--all"]) == 1
    assert outputs("p") == ["two\n"]
    assert pinned_page.read_text() == shown
    printed = capsys.readouterr().err
    assert "page.md:2: FileNotFoundError: " in printed
    assert printed.rstrip().endswith("Fix the block, then: python -m evidence record page.md")


def test_a_page_stays_as_it_is_if_the_pinned_environment_cannot_start(pinned_page, capsys, monkeypatch):
    pinned_page.write_text(pinned_page.read_text().replace("'one'", "'uno'"))
    before, page_before = files(), pinned_page.read_text()
    monkeypatch.setattr(Here, "interpreter", "/bin/false")
    assert main(["record"]) == 1
    assert (files(), pinned_page.read_text()) == (before, page_before)
    assert "was left as it is" not in capsys.readouterr().err


def test_a_page_with_a_failing_block_is_left_as_it_is_until_that_is_mended(pinned_page, capsys):
    pinned_page.write_text("```python\nprint(1)\n```\n\n```python\nraise ValueError('no')\n```\n")
    before = pinned_page.read_text()
    assert main(["record", str(pinned_page)]) == 1
    assert pinned_page.read_text() == before
    printed = capsys.readouterr().err
    assert "page.md:6: ValueError: no" in printed
    assert printed.rstrip().endswith("python -m evidence record page.md")
    pinned_page.write_text(before.replace("raise ValueError('no')", "print(2)"))
    assert main(["record"]) == 0
    assert expected_outputs(pinned_page) == ["1\n", "2\n"]


@pytest.mark.parametrize(
    "code", ["print('x', end='')", "print('a\\rb')", "print('a\\x0cb\\u2028c')", "print('a\\n   \\nb')"]
)
def test_what_is_written_passes_from_then_on(tmp_path, code):
    path = tmp_path / "page.md"
    path.write_text(f"!!! note\n\n    ```python\n    {code}\n    ```\n", encoding="utf-8")
    for again in False, True:
        [block], _ = read_page(path)
        with Execution([block], imports=[]) as execution:
            output = execution.outcome(block).output
        assert (output == block.expected_output) == again
        assert write_expected_outputs(path, {block: output}) != again


def test_a_page_that_is_not_there_is_named(capsys):
    assert main(["record", "docs/nowhere.md"]) == 1
    assert "docs/nowhere.md: neither a page nor an environment" in capsys.readouterr().err


OFF_THE_RECORDED_PLATFORM = {
    "another Python": (
        f"it is made on Python 3.99, and this is Python {running_python()}",
        lambda patch: change_pinned(patch, python="3.99"),
    ),
    "another platform": ("it is made on Linux", lambda patch: patch.setattr(sys, "platform", "darwin")),
    "a newer patch": (
        "requirements.txt lists other versions than are installed here: h5py==3.0, six==1.1",
        lambda patch: patch.setattr(Here, "versions", ("h5py==3.0", KERAS, "six==1.1")),
    ),
    "the release that is listed is not installed": (
        "environments.toml lists keras==99, which is not installed",
        lambda patch: change_pinned(patch, release="99"),
    ),
}


@pytest.mark.parametrize(("reason", "leave"), OFF_THE_RECORDED_PLATFORM.values(), ids=OFF_THE_RECORDED_PLATFORM)
def test_off_the_recorded_platform_pages_are_written_and_records_are_not(
    pinned_page, tmp_path, capsys, monkeypatch, reason, leave
):
    before = files()
    other = tmp_path / "other.md"
    other.write_text(OTHER_PAGE)
    pinned_page.write_text(pinned_page.read_text().replace("'one'", "'uno'"))
    leave(monkeypatch)
    capsys.readouterr()
    assert main(["record", str(pinned_page)]) == 0
    assert expected_outputs(pinned_page) == ["uno\n", "two\n"]
    assert expected_outputs(other) == [None]
    assert files() == before
    printed = capsys.readouterr()
    assert "p: 1 blocks run\n1 outcomes in " in printed.out
    python = environments.read_environments()["p"].python
    assert printed.err == (
        f"The record of p was left as it is: {reason}.\n"
        "For a pull request, the workflow Record writes it. "
        f"To write it yourself, on Linux, with Python {python}: pip install -r requirements.txt\n"
    )


@pytest.mark.parametrize("arguments", [[], ["--all"]])
def test_off_the_recorded_platform_nothing_is_reported_where_nothing_would_change(
    pinned_page, capsys, monkeypatch, arguments
):
    monkeypatch.setattr(Here, "versions", (KERAS, "six==1.1"))
    before = files()
    assert main(["record", *arguments]) == 0
    assert files() == before
    assert not capsys.readouterr().err


def test_a_gone_block_stays_in_the_record_off_the_recorded_platform(pinned_page, capsys, monkeypatch):
    pinned_page.write_text("```python\nprint('two')\n```\n")
    monkeypatch.setattr(Here, "versions", (KERAS, "six==1.1"))
    before = files()
    assert main(["record"]) == 0
    assert files() == before
    assert "The record of p was left as it is: " in capsys.readouterr().err


def test_raised_requirements_replace_the_pinned_record_as_a_whole(pinned_page, tmp_path, monkeypatch):
    old = records.load("p")
    old.outcomes = dict.fromkeys(old.outcomes, RecordedOutcome("old\n"))
    records.save_all([old], blocks.all_blocks())
    (tmp_path / "requirements.txt").write_text(f"{KERAS}\nsix==1.1\n")
    monkeypatch.setattr(Here, "versions", (KERAS, "six==1.1"))
    assert main(["record", str(pinned_page)]) == 0
    assert outputs("p") == ["one\n", "two\n"]
    assert records.load("p").packages == [KERAS, "six==1.1"]


def test_with_raised_requirements_a_block_that_fails_is_missing_and_the_others_are_recorded(
    pinned_page, tmp_path, monkeypatch
):
    (tmp_path / "requirements.txt").write_text(f"{KERAS}\nsix==1.1\n")
    monkeypatch.setattr(Here, "versions", (KERAS, "six==1.1"))
    pinned_page.write_text(pinned_page.read_text().replace("print('one')", "raise ValueError"))
    assert main(["record"]) == 1
    assert outputs("p") == ["two\n"]
    assert records.load("p").packages == [KERAS, "six==1.1"]


def test_packages_that_are_the_record_s_may_differ_from_the_requirements(pinned_page, tmp_path):
    """Requirements were raised, but not installed yet: what runs is what was recorded."""
    (tmp_path / "requirements.txt").write_text(f"{KERAS}\nsix==1.1\n")
    pinned_page.write_text(pinned_page.read_text().replace("'one'", "'uno'"))
    assert main(["record"]) == 0
    assert outputs("p") == ["two\n", "uno\n"]


@pytest.mark.skipif(os.name == "nt", reason="signals")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
@pytest.mark.parametrize("versions", ["six==1.0", "six==1.1"], ids=["same packages", "other packages"])
def test_an_interrupted_run_leaves_a_record_that_can_be_read(page, tmp_path, number, versions):
    """It runs as a separate process, which is stopped in its second block, once its first is recorded."""
    main(["record", "a"])
    before = records.load("a")
    begun = tmp_path / "begun"
    waits = f"import pathlib, time\n\npathlib.Path({str(begun)!r}).touch()\ntime.sleep(60)\nprint('late')\n"
    page.write_text(f"```python\nprint('new')\n```\n\n```python\n{waits}```\n")
    code = "import sys, test_recording; sys.exit(test_recording.record_in(*sys.argv[1:]))"
    command = [sys.executable, "-c", code, str(tmp_path), versions]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(Path(__file__).parent), str(ROOT / "tests")])}
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True)
    while not (begun.exists() and (tmp_path / "recorded").exists()):
        assert process.poll() is None, process.stderr.read()
        time.sleep(0.01)
    process.send_signal(number)
    printed = process.communicate(timeout=30)[1]
    after = records.load("a")
    if number == signal.SIGINT:
        assert printed.rstrip().endswith("To continue: python -m evidence record")
    if number == signal.SIGINT and versions == "six==1.0":
        assert [outcome.output for outcome in after.outcomes.values()] == ["new\n"]
        return
    assert after == before
    assert ("a: 1 of 2 blocks ran." in printed) == (number == signal.SIGINT)


def record_in(folder, versions):
    """Record in a folder; write a file when the first outcome is there."""
    signal.signal(signal.SIGINT, signal.default_int_handler)  # A shell's background job ignores it.
    patch = pytest.MonkeyPatch()
    set_up(patch, Path(folder), [here(key="a"), here(key="b")])
    patch.setattr(Here, "versions", (KERAS, versions))
    recorded = records.recorded

    def recorded_and_said(block, outcome, **keywords):
        (Path(folder) / "recorded").touch()
        return recorded(block, outcome, **keywords)

    patch.setattr(records, "recorded", recorded_and_said)
    return main(["record", "a"])


RECIPE = """# Copy {#copy}

<!-- recipe: copy -> new -->

```python
# Put yours here: model
model = 1
# Keep this:
new = model
print(new)
```

"""


@pytest.fixture
def recipe_page(tmp_path, monkeypatch):
    """A page with two recipes and a block, in a guide with two kinds of model and `a`, where recipes are tried."""
    set_up(monkeypatch, tmp_path, [here(key="a", tries_recipes=True), here(key="b")])
    for name in "chain", "graph":
        (tmp_path / f"{name}.py").write_text(f'"""A {name}.\n\nMany.\n"""\n\nMIDDLE = "{name}"\n')
    (tmp_path / f"{trials.CHECKS}.py").write_text("def print_trial(**request):\n    print(request['recipe'].split())\n")
    monkeypatch.setattr(trials, "IN_KERAS", tmp_path)
    monkeypatch.setattr(trials, "checks_digest", lambda task: "digest")  # The real one keeps what it has read.
    monkeypatch.setattr(
        trials, "read_kinds", lambda: [trials.read_kind(tmp_path / f"{name}.py") for name in ("chain", "graph")]
    )
    path = tmp_path / "page.md"
    path.write_text(RECIPE + RECIPE.replace("copy}", "again}").replace("new", "other") + PAGE)
    return path


def test_recipes_are_tried_on_each_kind_of_model_where_the_environment_says_so(recipe_page, capsys):
    assert main(["record"]) == 0
    printed = capsys.readouterr().out
    assert "a: 4 blocks recorded" in printed
    assert "recipes/a: 4 trials recorded" in printed
    assert len(outputs("recipes/a")) == 4
    assert "'Keep', 'this:', 'new', '=', 'model'" in outputs("recipes/a")[0]
    assert not records.environment_file("recipes/b").exists()


def test_only_the_trials_of_a_recipe_that_changed_are_run_again(recipe_page, capsys):
    main(["record"])
    recipe_page.write_text(recipe_page.read_text().replace("print(other)", "print(other, 2)"))
    capsys.readouterr()
    main(["record"])
    printed = capsys.readouterr().out
    assert "recipes/a: 2 trials recorded" in printed
    assert len(outputs("recipes/a")) == 4


@pytest.mark.parametrize(("only", "recorded"), [("blocks", "a"), ("recipes", "recipes/a")])
def test_blocks_or_recipes_alone_are_recorded(recipe_page, only, recorded):
    main(["record", "--only", only, "a"])
    assert records.load_all().keys() == {recorded}


def test_large_kinds_of_model_are_left_out_and_keep_their_outcomes(recipe_page, monkeypatch, capsys):
    assert main(["record"]) == 0
    before = records.load("recipes/a").outcomes
    monkeypatch.setattr(trials.Kind, "large", property(lambda kind: kind.key == "graph"))
    monkeypatch.setattr(environments.Environment, "pinned", property(lambda environment: environment.key == "a"))
    monkeypatch.setattr(recording, "why_left_alone", lambda *arguments: None)
    capsys.readouterr()
    assert main(["record", "--all", "--only", "recipes-on-small-models", "a"]) == 0
    assert "recipes/a: 2 trials recorded" in capsys.readouterr().out
    assert records.load("recipes/a").outcomes == before


@pytest.fixture
def try_again(recipe_page):
    """Return a function that tries the recorded recipes again; it returns how many trials each process ran.

    The recipes' checks are made up, and so is Keras: `print_trial` prints the value of `printing`, an expression in
    which `before` is a list of the trials that the process ran before.
    """
    folder, pids = recipe_page.parent, recipe_page.parent / "pids.txt"
    (folder / "keras.py").write_text("class backend:\n    clear_session = backend = staticmethod(lambda: None)\n")
    shutil.copy(ONE_PROCESS, folder)

    def write_checks(printing):
        code = f"""
            import os
            before = []

            def print_trial(**request):
                with open({str(pids)!r}, "a") as file:
                    file.write(f"{{os.getpid()}} ")
                print({printing})
                before.append(request)
        """
        (folder / f"{trials.CHECKS}.py").write_text(textwrap.dedent(code))

    def run_again(printing):
        write_checks(printing)
        pids.write_text("")
        assert main(["record", "--all", "--only", "recipes"]) == 0
        return sorted(Counter(pids.read_text().split()).values())

    write_checks("'right'")
    main(["record", "--only", "recipes"])
    assert len(set(pids.read_text().split())) == 4
    return run_again


def test_recorded_trials_on_one_kind_run_in_one_process(try_again, capsys):
    before = files()
    assert try_again("'right'") == [2, 2]
    assert "recipes/a: 4 trials recorded" in capsys.readouterr().out
    assert files() == before


@pytest.mark.parametrize("printing", ["'wrong' if before else 'right'", "1 / 0 if before else 'right'"])
def test_a_trial_that_differs_behind_others_runs_again_alone(try_again, printing):
    before = files()
    assert try_again(printing) == [1, 1, 2, 2]
    assert files() == before


def test_what_has_changed_is_recorded_as_it_is_alone(try_again):
    assert try_again("['wrong', *before]") == [1, 1, 1, 1, 2, 2]
    assert outputs("recipes/a") == ["['wrong']\n"] * 4


def test_trials_behind_one_that_ends_the_process_run_alone(try_again):
    before = files()
    assert try_again("os._exit(1) if before else 'right'") == [1, 1, 2, 2]
    assert files() == before


def test_trials_with_other_packages_run_alone(try_again, monkeypatch):
    monkeypatch.setattr(Here, "versions", (KERAS, "six==2.0"))
    assert try_again("'right'") == [1, 1, 1, 1]


def test_a_runner_that_fails_on_recipes_says_what_to_run(recipe_page, capsys):
    (recipe_page.parent / f"{trials.CHECKS}.py").write_text("raise RuntimeError('no Keras')\n")
    assert main(["record", "--only", "recipes", "a"]) == 1
    error = capsys.readouterr().err
    assert "no Keras" in error
    assert "Then: python -m evidence record a" in error


def test_records_that_come_soon_after_a_save_are_saved_together(monkeypatch):
    """The more environments, the longer a save takes: a save for each would make the time grow with their square."""
    saved, clock = [], [0.0]

    def save_all(found, blocks):
        clock[0] += 1  # second
        saved.append([record.environment for record in found])

    monkeypatch.setattr(records, "save_all", save_all)
    monkeypatch.setattr(recording.time, "monotonic", lambda: clock[0])
    saves = recording.Saves()
    for key in "abc":
        saves.add(recording.Plan(SOME, records.Record(key), [], []))
    assert saved == [["a"]]
    clock[0] += 1 / recording.SAVE_SHARE
    saves.add(recording.Plan(SOME, records.Record("d"), [], []))
    assert saved == [["a"], ["b", "c", "d"]]
    saves.add(recording.Plan(SOME, records.Record("e"), [], []))
    saves.close()
    saves.close()
    assert saved[2:] == [["e"]]


def test_warnings_are_recorded(page, tmp_path, monkeypatch):
    set_up(monkeypatch, tmp_path, [here(key="a")])
    page.write_text("```python\nimport warnings\n\nwarnings.warn('slow')\n```\n")
    assert main(["record"]) == 0
    assert [outcome.warnings for outcome in records.load("a").outcomes.values()] == ["UserWarning: slow"]
