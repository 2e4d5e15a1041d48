"""The warnings that a block writes to standard error are recorded."""

import pytest
from made_up import BLOCK

from evidence.running import records
from evidence.running.execution import Error, Outcome
from evidence.running.standard_error import warnings_in

KERAS = "/home/me/.venv/lib/python3.11/site-packages/keras/src/layers/core/dense.py:93"
NO_INPUT_SHAPE = "UserWarning: Do not pass an `input_shape`/`input_dim` argument to a layer."


@pytest.mark.parametrize(
    ("text", "warnings"),
    [
        ("", None),
        (f"{KERAS}: {NO_INPUT_SHAPE}\n  super().__init__(**kwargs)\n", NO_INPUT_SHAPE),
        ("page.md:3: DeprecationWarning: `model` is old.\n", "DeprecationWarning: `model` is old."),
        ("UserWarning: without a place\n", "UserWarning: without a place"),
        ("WARNING:absl:You are saving as HDF5. \n", "WARNING:absl:You are saving as HDF5."),
        ("ERROR:root:no\n", "ERROR:root:no"),
        ("WARNING:tensorflow:\nThe following Variables\nwere used\n", "WARNING:tensorflow:The following Variables"),
        ("ERROR:tensorflow:=====\nObject was never used\n=====\n", "ERROR:tensorflow:Object was never used"),
        # below the first line: values, which differ from run to run
        ("a.py:1: UserWarning: no match\nExpected: ['a']\n [0.1 0.2]\n  warn(\n", "UserWarning: no match"),
        # in order and without repeats
        ("a.py:1: UserWarning: b\na.py:1: UserWarning: a\na.py:9: UserWarning: b\n", "UserWarning: b\nUserWarning: a"),
        # its counts differ from release to release
        (
            "".join(f"WARNING:tensorflow:{n} out of the last {n} calls to <f> triggered retracing.\n" for n in (5, 6)),
            "WARNING:tensorflow:… out of the last … calls to <f> triggered retracing.",
        ),
        # about TensorFlow, and about the machine
        (f"WARNING:tensorflow:From {KERAS}: calling Zeros.__init__ is deprecated\nInstructions for updating:\n", None),
        ("Using TensorFlow backend.\n2026-01-01 00:00:00.1: W tensorflow/core/a.cc:9] Warning: no GPU\n", None),
        ("W0000 00:00:1.2 3 computation_placer.cc:177] already registered\n", None),
        ("WARNING:tensorflow:Callback method `on_train_batch_end` is slow compared to the batch time\n", None),
    ],
)  # fmt: skip
def test_the_first_line_of_each_warning_is_kept(text, warnings):
    assert warnings_in(text) == warnings


def test_a_block_is_recorded_with_its_warnings_whether_or_not_it_raised():
    stderr = f"{KERAS}: UserWarning: <Dense object at 0x7f0123456789>\n"
    for error in None, Error("ValueError", "no", BLOCK.line + 1, ""):
        outcome = Outcome("", error, 0.1, stderr=stderr)
        assert records.recorded(BLOCK, outcome).warnings == "UserWarning: <Dense object at 0x…>"
