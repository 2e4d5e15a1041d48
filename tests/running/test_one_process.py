"""Several pieces of code run in one process, one after the other, and one that takes too long ends it."""

import json
import signal
import subprocess
import sys

import pytest

from evidence.pages.blocks import Block
from evidence.running.trials import IN_KERAS
from evidence.running.trials_again import one_after_the_other, printed_in

TRACES = """
import keras

model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
model.predict(keras.ops.ones((1, 2)), verbose=0)
print(model.name)
"""
TRACED_OFTEN = one_after_the_other([Block("docs/page.md", 1, TRACES, None)] * 6, 60)


def printed(folder, *codes, seconds=60):
    """Return what each code printed, and the exit status. Keras is made up; it counts how often it was reset."""
    (folder / "keras.py").write_text(
        "resets = []\n\n\nclass backend:\n    clear_session = staticmethod(lambda: resets.append(1))\n"
        "    backend = staticmethod(lambda: 'numpy')\n"
    )
    code = f"import one_process\n\none_process.print_outputs({list(codes)!r}, seconds={seconds})\n"
    paths = [str(folder), str(IN_KERAS)]
    command = [sys.executable, "-c", f"import sys\n\nsys.path[:0] = {paths!r}\n{code}"]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    return [printed_in(line) for line in ended.stdout.splitlines()], ended.returncode


def test_each_piece_of_code_begins_without_the_names_of_the_one_before(tmp_path):
    code = "print(sorted(globals()))\nx = 1\nimport keras\nprint(len(keras.resets))"
    [first, second], status = printed(tmp_path, code, code)
    assert status == 0
    assert first.splitlines()[0] == second.splitlines()[0]
    assert [text.splitlines()[1] for text in (first, second)] == ["1", "2"]


def blocks_in_keras(tests):
    return [TRACED_OFTEN]


def test_keras_and_tensorflow_count_from_the_start_for_each_piece_of_code(outcome_in_keras):
    outcome = outcome_in_keras(TRACED_OFTEN)
    assert [printed_in(line) for line in outcome.output.splitlines()] == ["sequential\n"] * 6
    assert "retracing" not in outcome.stderr


def test_an_error_ends_only_the_piece_of_code_that_raises_it(tmp_path):
    assert printed(tmp_path, "print(1)", "1 / 0", "print(2)") == (["1\n", None, "2\n"], 0)


@pytest.mark.skipif(not hasattr(signal, "SIGALRM"), reason="Windows has no alarm")
def test_the_process_ends_if_a_piece_of_code_takes_too_long(tmp_path):
    assert printed(tmp_path, "print(1)", "while True: pass", "print(2)", seconds=1) == (["1\n"], -signal.SIGALRM)


@pytest.mark.parametrize("line", ['"cut', "null", "3", "text"])
def test_a_line_that_is_no_output_counts_as_none(line):
    assert printed_in(line) is None
    assert printed_in(json.dumps("text\n")) == "text\n"
