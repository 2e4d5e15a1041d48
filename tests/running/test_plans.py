"""Plans run with what their environments need, on all cores, and an interruption keeps what may be kept.

The execution is a fake: it says what blocks did, but runs none.
"""

import os
import re
import threading
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from listed import JAX
from listed import LAST_TF_KERAS as TF_KERAS

from evidence.pages.blocks import Block
from evidence.running import recording, records
from evidence.running.environments import read_environments
from evidence.running.execution import Error, Outcome
from evidence.running.recording import Plan, Saves, carry_out, run
from evidence.running.records import Record, RecordedOutcome, Run

ONE, TWO, THREE = (Block("docs/page.md", line, f"print({line})\n", None) for line in (1, 11, 21))
WAIT_SECONDS = 20  # at most, for another thread


class FakeExecution:
    """Each block prints its line after a second, unless the tests set up the class to stop that."""

    started: list["FakeExecution"]
    before_outcome = staticmethod(lambda execution, block: None)

    def __init__(self, blocks, **options):
        self.blocks, self.options = blocks, options
        self.import_seconds, self.versions = 2.0, {"keras": "9.9.1", "python": "3.11.7"}
        self.left, self.added_jobs, self.closed = len(blocks), 0, threading.Event()
        self.added = threading.Semaphore(0)
        self.started.append(self)

    def outcomes(self):
        for block in self.blocks:
            self.before_outcome(self, block)
            self.left -= 1
            yield block, Outcome(f"{block.line}\n", None, 1.0)

    def outcome(self, block):
        """What a block prints in the second runner, which new blocks have."""
        return Outcome("else\n" if block == TWO else f"{block.line}\n", None, 1.0)

    def add_job(self):
        self.added_jobs += 1
        self.added.release()

    def close(self):
        self.closed.set()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


@pytest.fixture(autouse=True)
def started(tmp_path, monkeypatch):
    """The executions in the order in which they were started."""
    executions = []
    monkeypatch.setattr(records, "FOLDER", tmp_path)
    monkeypatch.setattr(FakeExecution, "started", executions, raising=False)
    monkeypatch.setattr(recording, "Execution", FakeExecution)
    return executions


def plan_for(environment, *blocks, **values):
    record = Record(environment.key, packages=["numpy==2.0"], python=environment.python)
    return Plan(environment, record, [ONE, TWO, THREE], list(blocks), **values)


def carried_out(plan, jobs=1):
    shown, running = [], set()
    faults = carry_out(plan, jobs, running, Saves(), lambda *values: shown.append(values))
    assert not running
    return faults, shown


@pytest.mark.parametrize("environment", [JAX, TF_KERAS], ids=lambda environment: environment.key)
def test_blocks_run_with_what_their_environment_needs(started, environment):
    assert carried_out(plan_for(environment, ONE), jobs=3)[0] == []
    assert started[0].options == {
        "python": environment.interpreter,
        "variables": environment.variables,
        "imports": ["keras", "keras.models", "keras.layers"],
        "module": environment.module,
        "limits": recording.LIMITS,
        "seconds": {},
        "jobs": 3,
    }
    assert recording.LIMITS.seconds == 300
    assert started[0].closed.is_set()


def test_progress_counts_the_seconds_that_the_last_recording_took():
    plan = plan_for(JAX, ONE, TWO)
    plan.expected = Run(import_seconds=4.0, block_seconds=3.0)
    key = JAX.key
    assert plan.expected_seconds == 4.0 + 3.0 + 3.0
    assert carried_out(plan)[1] == [(key, None, 0), (key, ONE, 3.0 + 4.0), (key, TWO, 3.0)]
    assert plan_for(JAX, ONE).expected_seconds == recording.UNKNOWN_IMPORT + recording.UNKNOWN_BLOCK


def test_the_seconds_of_a_plan_are_those_of_its_import_and_its_blocks():
    plan = plan_for(JAX, ONE, TWO)
    carried_out(plan)
    assert plan.run_seconds == 2.0 + 1.0 + 1.0
    assert records.load(JAX.key).run == Run(records.load(JAX.key).run.date, "3.11.7", 2.0, 1.0)
    assert records.load(JAX.key).keras == "9.9.1"


def test_an_outcome_without_an_import_has_no_import_seconds(monkeypatch):
    def forget_import(execution, block):
        execution.import_seconds = None

    monkeypatch.setattr(FakeExecution, "before_outcome", staticmethod(forget_import))
    plan = plan_for(JAX, ONE)
    carried_out(plan)
    assert plan.run_seconds == 1.0
    assert records.load(JAX.key).run.import_seconds == 0.0


def test_the_date_is_that_of_the_run(monkeypatch):
    carried_out(plan_for(JAX, ONE))
    assert records.load(JAX.key).run.date == datetime.now(UTC).date().isoformat()


def test_a_run_that_adds_to_a_record_is_not_the_one_that_made_it():
    made = Run("2026-01-02", "3.11.6", 3.0, 0.5)
    plan = plan_for(JAX, ONE)
    plan.record.run = made
    carried_out(plan)
    assert records.load(JAX.key).run == made
    assert records.load(JAX.key).outcomes.keys() == {ONE.digest}


def end_early(execution, block):
    if block != ONE:
        raise RuntimeError("the runner ended early")


@pytest.mark.parametrize("replaces", [False, True])
def test_an_early_end_keeps_what_was_run_unless_it_would_replace_a_record(monkeypatch, capsys, replaces):
    old = Record(JAX.key, "3.14", ["numpy==1.0"], {ONE.digest: RecordedOutcome("old\n")}, python=JAX.python)
    records.save_all([old], [ONE])
    monkeypatch.setattr(FakeExecution, "before_outcome", staticmethod(end_early))
    faults, _ = carried_out(plan_for(JAX, ONE, TWO, replaces=replaces))
    assert faults == [f"{JAX.key}: the runner ended early\nThen: python -m evidence record {JAX.key}"]
    printed = capsys.readouterr()
    assert not printed.out
    if replaces:
        assert records.load(JAX.key) == old
        assert printed.err == (
            f"{JAX.key}: 1 of 2 blocks ran. The old record, with other packages, stays until all have run.\n"
        )
    else:
        assert records.load(JAX.key).outcomes == {ONE.digest: RecordedOutcome("1\n")}
        assert not printed.err


@pytest.mark.parametrize(("left_alone", "word"), [(None, "recorded"), ("a reason", "run")])
def test_a_record_is_written_unless_it_is_left_alone(capsys, left_alone, word):
    plan = plan_for(JAX, ONE, TWO, left_alone=left_alone)
    assert carried_out(plan)[0] == []
    assert capsys.readouterr().out == f"{JAX.key}: 2 blocks {word}\n"
    assert plan.complete
    assert bool(records.load(JAX.key).outcomes) == (left_alone is None)


def test_an_error_is_explained_with_its_place():
    error = Error("ValueError", "no", 12, "Traceback ...\n")
    assert recording.explain(ONE, error) == "docs/page.md:12: ValueError: no\nTraceback ...\n"
    assert recording.explain(TWO, replace(error, line=None)).startswith("docs/page.md:11: ValueError: no\n")


def test_the_longest_plan_is_carried_out_first(started, monkeypatch):
    monkeypatch.setattr(os, "cpu_count", lambda: 1)
    assert run([plan_for(JAX, ONE), plan_for(TF_KERAS, ONE, TWO, THREE)]) == []
    assert [execution.options["module"] for execution in started] == ["tensorflow.keras", "keras"]
    assert [execution.added_jobs for execution in started] == [0, 0]


def test_a_single_plan_runs_one_block_more_than_there_are_cores(started, monkeypatch):
    monkeypatch.setattr(os, "cpu_count", lambda: 4)
    assert run([plan_for(JAX, ONE)]) == []
    assert [execution.options["jobs"] for execution in started] == [5]


def test_the_cores_of_a_plan_that_has_ended_go_to_one_that_runs(started, monkeypatch, capsys):
    monkeypatch.setattr(os, "cpu_count", lambda: 4)

    def wait_for_jobs(execution, block):
        if execution.options["module"] == "keras":
            for _ in range(2):
                assert execution.added.acquire(timeout=WAIT_SECONDS)

    monkeypatch.setattr(FakeExecution, "before_outcome", staticmethod(wait_for_jobs))
    assert run([plan_for(JAX, ONE), plan_for(TF_KERAS, ONE)]) == []
    assert {execution.options["jobs"] for execution in started} == {2}
    [jax] = [execution for execution in started if execution.options["module"] == "keras"]
    assert jax.added_jobs == 2
    last = capsys.readouterr().out.splitlines()[-1]
    assert re.match(r"2 outcomes in \d+ s, ", last)  # On a busy machine, it takes longer than no time at all.
    # Two imports of 2 s and two blocks of 1 s, on four cores.
    assert last.endswith(" times the minimum: 2 s, which 2 imports and the blocks themselves take, 4 at a time")


def test_the_faults_of_all_plans_are_returned(monkeypatch, capsys):
    monkeypatch.setattr(FakeExecution, "before_outcome", staticmethod(end_early))
    faults = run([plan_for(JAX, TWO), plan_for(TF_KERAS, TWO)])
    assert sorted(fault.split(":")[0] for fault in faults) == [JAX.key, TF_KERAS.key]
    assert run([]) == []


class Interruption(BaseException):
    """As Ctrl+C raises it; an uncaught KeyboardInterrupt would end pytest."""


def test_an_interruption_closes_what_runs_and_keeps_what_it_has(started, monkeypatch):
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    begun = threading.Event()

    def interrupt(execution, block):
        if execution.options["module"] == "keras":
            assert begun.wait(WAIT_SECONDS)
            raise Interruption
        if block == TWO:
            begun.set()
            assert execution.closed.wait(WAIT_SECONDS)
            raise RuntimeError("closed")

    monkeypatch.setattr(FakeExecution, "before_outcome", staticmethod(interrupt))
    waiting = plan_for(read_environments()["tf-2.14"])
    with pytest.raises(Interruption):
        run([plan_for(JAX, ONE), plan_for(TF_KERAS, ONE, TWO), waiting])
    assert records.load(TF_KERAS.key).outcomes == {ONE.digest: RecordedOutcome("1\n")}


def test_a_new_block_that_prints_something_else_each_time_is_not_recorded(started):
    plan = plan_for(JAX, ONE, TWO)
    plan.new = [ONE, TWO]
    [fault], _ = carried_out(plan)
    assert fault.startswith("docs/page.md:11: the block prints something different each time")
    assert plan.record.outcomes.keys() == {ONE.digest}
    assert [execution.blocks for execution in started] == [[ONE, TWO], [ONE, TWO]]
    assert {execution.options["seconds"][ONE] for execution in started} == {30.0}
    assert all(execution.closed.is_set() for execution in started)
