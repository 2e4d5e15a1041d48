"""A runner that stays takes blocks as they come, and stops them."""

import os
import signal
import time
from concurrent.futures import TimeoutError as NotYet
from queue import Queue

import pytest

from evidence.pages.blocks import Block
from evidence.running.execution import Limits
from evidence.running.warm_keras import WarmKeras

LIMITS = Limits(seconds=30)
ways = pytest.mark.parametrize(
    "fork", [pytest.param(True, marks=pytest.mark.skipif(os.name == "nt", reason="Windows cannot fork")), False]
)
ENDLESS = "print('begun', flush=True)\nwhile True:\n    pass"


@pytest.fixture
def warm():
    """Start runners that import next to nothing."""
    started = []

    def warm(imports=("json",), **options):
        started.append(WarmKeras(imports=imports, **{"limits": LIMITS, "jobs": 2, **options}))
        return started[-1]

    yield warm
    for each in started:
        each.close()


def block(code, line=10):
    return Block("docs/page.md", line, code, None)


@ways
def test_each_block_that_comes_later_is_a_fresh_interpreter(warm, fork):
    keras = warm(fork=fork)
    code = "import json\nprint(hasattr(json, 'changed'))\njson.changed = True"
    for _ in range(2):
        outcome = keras.submit(block(code)).outcome.result(30)
        assert (outcome.output, outcome.error) == ("False\n", None)
    assert keras.alive
    assert not keras.busy


@ways
def test_an_error_has_its_line(warm, fork):
    error = warm(fork=fork).submit(block("print(1)\n1 / 0")).outcome.result(30).error
    assert (error.type, error.line) == ("ZeroDivisionError", 12)


@ways
def test_a_block_is_stopped_at_once_and_says_where_it_was(warm, fork):
    keras, printed = warm(fork=fork), Queue()
    run = keras.submit(block(ENDLESS), printed.put)
    assert printed.get(timeout=30) == "begun\n", "What is printed shows while the block runs."
    start = time.monotonic()
    keras.stop(run)
    outcome = run.outcome.result(30)
    assert time.monotonic() - start < 1
    assert (outcome.output, outcome.error.type, outcome.error.message) == ("begun\n", "Stopped", "was stopped")
    if os.name != "nt":
        assert outcome.error.line in {12, 13}
    assert keras.submit(block("print(2)")).outcome.result(30).output == "2\n"


def test_a_block_that_still_waits_can_be_stopped(warm):
    keras = warm(jobs=1)
    keras.ready.result(30)
    running, waiting = keras.submit(block(ENDLESS)), keras.submit(block("print(2)"))
    keras.stop(waiting)
    assert waiting.outcome.result(30).error.message == "was stopped"
    with pytest.raises(NotYet):
        running.outcome.result(0.1)
    keras.stop(running)
    keras.stop(waiting)  # which has no effect: it has ended


def test_what_comes_while_it_imports_is_not_lost(warm, tmp_path, monkeypatch):
    """It is more than a pipe holds, and nobody should have to wait for the runner to read it."""
    (tmp_path / "slow.py").write_text("import time\ntime.sleep(1)")
    keras = warm(imports=["slow"], variables={"PYTHONPATH": str(tmp_path)}, fork=os.name != "nt")
    start = time.monotonic()
    runs = [keras.submit(block(f"print({number})\n" + "#" * 50_000)) for number in range(5)]
    assert time.monotonic() - start < 0.5
    assert [run.outcome.result(30).output for run in runs] == [f"{number}\n" for number in range(5)]
    assert keras.ready.result() >= (1 if os.name != "nt" else 0)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such signal")
def test_a_runner_that_dies_says_so_and_takes_nothing_more(warm):
    keras = warm()
    run = keras.submit(block(ENDLESS))
    keras.ready.result(30)
    keras._process.send_signal(signal.SIGKILL)
    with pytest.raises(RuntimeError, match="the runner ended early"):
        run.outcome.result(30)
    assert not keras.alive
    keras._reader.join()
    with pytest.raises(RuntimeError, match="has ended"):
        keras.submit(block("print(1)"))
    keras.stop(run)


@pytest.mark.skipif(os.name == "nt", reason="Windows cannot fork: the runner itself imports nothing")
def test_a_runner_that_cannot_import_says_so(warm):
    keras = warm(imports=["no_such_module"])
    with pytest.raises(RuntimeError, match="No module named 'no_such_module'"):
        keras.submit(block("print(1)")).outcome.result(30)
    with pytest.raises(RuntimeError):
        keras.ready.result(30)


@pytest.mark.skipif(os.name == "nt", reason="asks for a process by its number")
def test_it_ends_with_whoever_started_it(warm):
    """Its standard input ends then."""
    keras = warm()
    outcome = keras.submit(block("import os\nprint(os.getppid())")).outcome.result(30)
    runner = int(outcome.output)
    keras._stdin.close()
    for _ in range(500):
        if not keras.alive:
            break
        time.sleep(0.01)
    assert keras._process.pid == runner
    assert not keras.alive


def test_a_block_that_is_stopped_may_ignore_the_question_where_it_is(warm):
    if os.name == "nt":
        pytest.skip("Windows has no signals to ask with")
    keras, printed = warm(), Queue()
    deaf = "import signal\nsignal.signal(signal.SIGUSR1, signal.SIG_IGN)\n" + ENDLESS
    run = keras.submit(block(deaf), printed.put)
    printed.get(timeout=30)
    start = time.monotonic()
    keras.stop(run)
    assert run.outcome.result(30).error.message == "was stopped"
    assert time.monotonic() - start < 2
