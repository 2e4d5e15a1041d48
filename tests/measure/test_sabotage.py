"""Faults are made in a copy of Keras, one at a time; a block that then behaves differently has noticed the fault."""

import contextlib
from collections import Counter
from pathlib import Path

import pytest

from evidence.__main__ import main
from evidence.files import ROOT
from evidence.pages.blocks import Block
from evidence.running import records
from evidence.running.environments import pinned_environment
from evidence.running.execution import Error, Outcome
from evidence.running.records import Record, RecordedOutcome
from measure import sabotage
from measure.sabotage import Fault, SabotageError, Witnesses

PINNED = pinned_environment()
FAULT = Fault("answer", "models/model.py", "ANSWER = 42", "ANSWER = 41", "The `ANSWER` is 42.", "docs/b.md")
ANSWERS = Block("docs/b.md", 3, "import keras\nprint(keras.ANSWER)\n", "42\n")
# The quick one first, and before it the one with the word.
OTHERS = [
    Block("docs/a.md", 1, "print('slow')\n", "slow\n"),
    Block("docs/a.md", 5, "print('quick')\n", "quick\n"),
    Block("docs/a.md", 9, "ANSWER = 1\nprint(ANSWER)\n", "1\n"),
]


@pytest.fixture(autouse=True)
def noticed(tmp_path, monkeypatch):
    """Where the blocks that noticed faults are remembered."""
    monkeypatch.setattr(sabotage, "NOTICED", tmp_path / "cache" / "sabotage.json")
    return sabotage.NOTICED


@pytest.fixture
def packages(tmp_path):
    """A folder of packages with a made-up Keras in it."""
    model = tmp_path / "installed" / FAULT.path
    model.parent.mkdir(parents=True)
    model.write_text("# the answer\nANSWER = 42\n")
    return tmp_path / "installed"


@pytest.fixture
def executions(monkeypatch):
    """Executions that read the answer from the made-up Keras: the arguments with which each was made."""
    made = []

    class FakeExecution(contextlib.nullcontext):
        def __init__(self, to_run, *, python, variables, limits, jobs):
            super().__init__(self)
            made.append((list(to_run), jobs, variables.get("PYTHONPATH")))
            self.to_run, self.path = to_run, variables.get("PYTHONPATH")

        def outcomes(self):
            answer = Path(self.path, FAULT.path).read_text().split("= ")[1] if self.path else "42\n"
            for block in self.to_run:
                output = answer if block == ANSWERS else block.expected_output
                yield block, Outcome(output, None, 0.1, stderr="UserWarning: not a behaviour\n")

        def close(self):
            pass

    monkeypatch.setattr(sabotage, "Execution", FakeExecution)
    return made


@pytest.fixture
def witnesses(monkeypatch):
    return make_witnesses(monkeypatch, [*OTHERS, ANSWERS])


def make_witnesses(monkeypatch, blocks):
    record = Record(PINNED.key, outcomes={block.digest: RecordedOutcome(block.expected_output) for block in blocks})
    monkeypatch.setattr(records, "load", lambda key: record)
    monkeypatch.setattr(sabotage.blocks, "all_blocks", lambda: blocks)
    return Witnesses(PINNED, blocks, record)


def test_there_are_enough_faults_in_all_parts_of_keras_that_the_guide_is_about():
    faults = sabotage.read_faults()
    assert len(faults) >= 60
    names = [fault.name for fault in faults]
    assert len(set(names)) == len(names)
    of_folder = Counter(Path(fault.file).parts[0] for fault in faults)
    assert of_folder.keys() >= {"models", "layers", "ops", "trainers", "backend", "optimizers", "saving"}
    assert {fault.file for fault in faults} >= {
        "models/sequential.py",
        "models/functional.py",
        "models/model.py",
        "models/cloning.py",
        "layers/layer.py",
        "trainers/trainer.py",
        "backend/tensorflow/trainer.py",
        "optimizers/base_optimizer.py",
        "saving/saving_lib.py",
    }
    assert [fault.page for fault in faults if not (ROOT / fault.page).is_file()] == []


@pytest.mark.parametrize("fault", sabotage.read_faults(), ids=lambda fault: fault.name)
def test_each_fault_has_one_place_in_the_installed_keras_and_leaves_it_python(fault):
    pytest.importorskip("tensorflow", reason="the pinned Keras is not installed")
    code = (sabotage.installed_packages() / fault.path).read_text(encoding="utf-8")
    assert code.count(fault.was) == 1
    compile(code.replace(fault.was, fault.becomes), fault.file, "exec")


def test_a_fault_is_made_in_the_copy_and_mended_afterwards(packages):
    path = packages / FAULT.path
    before = path.stat()
    with sabotage.broken(packages, FAULT):
        assert path.read_text() == "# the answer\nANSWER = 41\n"
    assert path.read_text() == "# the answer\nANSWER = 42\n"
    assert path.stat().st_mtime_ns == before.st_mtime_ns  # So Python's compiled version of it stays valid.
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize(("was", "count"), [("ANSWER = 43", 0), ("n", 2)])
def test_a_fault_without_exactly_one_place_is_refused(packages, was, count):
    fault = Fault(**vars(FAULT) | {"was": was})
    (packages / FAULT.path).write_text("# nn\n")
    with (
        pytest.raises(SabotageError, match=rf"`was` occurs {count} times\. Fix it in measure/sabotage\.toml"),
        sabotage.broken(packages, fault),
    ):
        raise AssertionError


def test_keras_is_copied_with_the_name_of_the_folder_of_packages(monkeypatch, packages):
    monkeypatch.setattr(sabotage, "installed_packages", lambda: packages)
    with sabotage.copy_of_keras() as copy:
        assert copy.name == "site-packages"
        assert (copy / FAULT.path).read_text() == (packages / FAULT.path).read_text()
        assert records.normalised(f"{copy}/keras/src/models/model.py") == "keras/src/models/model.py"
    assert not copy.exists()


def test_without_keras_the_command_says_what_to_install(witnesses, monkeypatch, capsys):
    monkeypatch.setattr(sabotage.importlib.util, "find_spec", lambda name: None)
    assert main(["sabotage", sabotage.read_faults()[0].name]) == 1
    assert capsys.readouterr().err.endswith("pip install -r requirements.txt\n")


def test_blocks_of_the_page_run_first_then_those_with_the_words(witnesses):
    one, two, with_word = OTHERS
    assert FAULT.words == {"ANSWER"}
    assert witnesses.in_order(FAULT) == [ANSWERS, with_word, one, two]


def test_the_block_that_noticed_a_fault_runs_first_the_next_time(monkeypatch, witnesses, packages, executions, noticed):
    monkeypatch.setattr(sabotage, "installed_packages", lambda: packages)
    elsewhere = Fault(**vars(FAULT) | {"page": "docs/a.md", "breaks": "The guide is right."})
    assert witnesses.in_order(elsewhere)[-1] == ANSWERS
    sabotage.run([elsewhere])
    again = make_witnesses(monkeypatch, [*OTHERS, ANSWERS])
    assert again.in_order(elsewhere) == [ANSWERS, *OTHERS]
    noticed.write_text('{"answer": "a block that is gone"}')
    assert make_witnesses(monkeypatch, [*OTHERS, ANSWERS]).in_order(elsewhere)[-1] == ANSWERS


def test_a_fault_is_noticed_by_the_block_that_does_something_else(witnesses, packages, executions):
    assert witnesses.first_to_notice(FAULT, packages) == ANSWERS
    assert executions == [(witnesses.in_order(FAULT), 1, str(packages))]
    harmless = Fault(**vars(FAULT) | {"was": "# the answer", "becomes": "# an answer"})
    assert witnesses.first_to_notice(harmless, packages) is None


def test_an_error_notices_a_fault_too(witnesses, packages, executions, monkeypatch):
    def outcomes(self):
        yield ANSWERS, Outcome("42\n", Error("ValueError", "no answer", 4, ""), 0.1)

    monkeypatch.setattr(sabotage.Execution, "outcomes", outcomes)
    assert witnesses.first_to_notice(FAULT, packages) == ANSWERS


def test_a_fault_with_which_keras_cannot_be_imported_is_named(witnesses, packages, executions, monkeypatch):
    def outcomes(self):
        raise RuntimeError("the runner ended early:\nImportError")
        yield

    monkeypatch.setattr(sabotage.Execution, "outcomes", outcomes)
    with pytest.raises(SabotageError, match="answer: the runner ended early:\nImportError\nFix it in"):
        witnesses.first_to_notice(FAULT, packages)


def test_all_faults_are_tried_and_what_none_notices_is_listed(witnesses, packages, executions, monkeypatch, capsys):
    monkeypatch.setattr(sabotage, "installed_packages", lambda: packages)
    harmless = Fault(**vars(FAULT) | {"name": "harmless", "was": "# the", "becomes": "# an"})
    assert sabotage.run([FAULT]) == []
    printed = capsys.readouterr().out
    assert printed.startswith("answer    0 s  docs/b.md:3\n")
    assert "1 of 1 faults noticed: 100.0% (target: at least 97%)" in printed
    assert executions[-1] == ([ANSWERS], sabotage.CORES, None)  # It runs once more, on the unchanged Keras.

    assert sabotage.run([FAULT, harmless]) == ["Too few are noticed. Show each claim listed above in a block."]
    printed = capsys.readouterr().out
    assert "1 of 2 faults noticed: 50.0%" in printed
    assert "No block shows: The `ANSWER` is 42. (harmless, keras/src/models/model.py; docs/b.md)\n" in printed


def test_a_block_that_also_differs_with_keras_as_it_is_has_noticed_nothing(
    witnesses, packages, executions, monkeypatch, capsys
):
    monkeypatch.setattr(sabotage, "installed_packages", lambda: packages)
    monkeypatch.setattr(
        sabotage.Execution,
        "outcomes",
        lambda self: ((block, Outcome("43\n", None, 0.1)) for block in self.to_run if block == ANSWERS),
    )
    [problem] = sabotage.run([FAULT])
    assert problem.startswith("docs/b.md:3 differs from its record even on the unchanged Keras.")
    assert problem.endswith(" To record it again: python -m evidence record --all docs/b.md")


def test_an_interruption_keeps_what_was_found(witnesses, packages, executions, monkeypatch, capsys):
    monkeypatch.setattr(sabotage, "installed_packages", lambda: packages)

    def interrupted(faults, witnesses):
        yield sabotage.Finding(FAULT, ANSWERS, 1.0)
        raise KeyboardInterrupt

    monkeypatch.setattr(sabotage, "tried", interrupted)
    assert sabotage.run([FAULT, FAULT, FAULT]) == ["Interrupted: 2 faults were not tried."]
    assert "1 of 1 faults noticed" in capsys.readouterr().out


def test_what_runs_is_stopped_when_it_is_interrupted(witnesses, packages, executions, monkeypatch):
    monkeypatch.setattr(sabotage, "installed_packages", lambda: packages)
    stopped = []
    monkeypatch.setattr(witnesses, "stop", lambda: stopped.append(True))
    findings = sabotage.tried([FAULT, FAULT], witnesses)
    assert next(findings).noticed_by == ANSWERS
    findings.close()
    assert stopped == [True]


def test_blocks_that_are_not_recorded_are_named(monkeypatch):
    with pytest.raises(SabotageError, match=r"To record them: python -m evidence record docs/b\.md$"):
        Witnesses(PINNED, [ANSWERS], Record(PINNED.key))


@pytest.mark.parametrize(
    ("arguments", "names"),
    [
        (["pop-returns-nothing", "compile-takes-adam"], ["pop-returns-nothing", "compile-takes-adam"]),
        (["--only", "optimizers/adam.py"], ["adam-has-one-slot"]),
        ([], [fault.name for fault in sabotage.read_faults()]),
    ],
)
def test_the_command_tries_the_faults_named_or_those_of_a_file(monkeypatch, arguments, names):
    asked = []
    monkeypatch.setattr(sabotage, "run", lambda faults: asked.extend(faults) or [])
    assert main(["sabotage", *arguments]) == 0
    assert [fault.name for fault in asked] == names


@pytest.mark.parametrize("arguments", [["no-such-fault"], ["--only", "models/nothing.py"]])
def test_an_unknown_fault_or_file_is_refused(arguments, capsys):
    assert main(["sabotage", *arguments]) == 1
    assert capsys.readouterr().err.endswith("They are listed in measure/sabotage.toml\n")
