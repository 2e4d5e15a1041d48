"""A release that lacks a block's idiom can't show what the block is about."""

import pytest
from made_up import BLOCK

from evidence.findings.idioms import missing_idiom, surgery_line
from evidence.pages.blocks import Block
from evidence.running.records import RecordedOutcome


@pytest.mark.parametrize(
    ("error", "message", "line", "words"),
    [
        ("AttributeError", "module 'keras' has no attribute 'Sequential'", 3, "needs `keras.Sequential`"),
        ("AttributeError", "module 'tensorflow_core.keras.utils' has no attribute 'x'", 5, "needs `keras.utils.x`"),
        ("AttributeError", "module 'keras.api._v2.keras' has no attribute 'ops'", 5, "needs `keras.ops`"),
        ("ModuleNotFoundError", "No module named 'keras.saving'", 1, "needs `keras.saving`"),
        ("ImportError", "cannot import name 'ops' from 'keras'", 1, "needs `ops`"),
        (
            "TypeError",
            "f() got an unexpected keyword argument 'call_function'",
            5,
            "needs `clone_model(call_function=...)`",
        ),
        (
            "TypeError",
            "The added layer must be an instance of class Layer. Found: KerasTensor(...)",
            5,
            "needs `keras.Input` in a Sequential",
        ),
        ("NotImplementedError", "`fit` is not supported with openvino backend", 5, "needs a backend that trains"),
        ("NotImplementedError", "fit not implemented for the NumPy backend", 5, "needs a backend that trains"),
        ("TypeError", "model is wrong", 3, "line 3, before the surgery, raises `TypeError`"),
        ("TypeError", "model is wrong", 4, None),
        ("TypeError", "model is wrong", None, None),
        ("TypeError", None, 4, None),
        ("AttributeError", "'Functional' object has no attribute 'pop'", 4, None),
        ("ModuleNotFoundError", "No module named 'numpy'", 5, None),
        ("TypeError", "f() got an unexpected keyword argument 'name'", 5, None),
    ],
)
def test_lacking_the_idiom_is_not_another_behaviour(error, message, line, words):
    assert missing_idiom(BLOCK, RecordedOutcome("", error, message, line)) == words


def test_a_block_that_ran_or_was_not_measured_lacks_nothing():
    assert missing_idiom(BLOCK, RecordedOutcome("module 'keras' has no attribute 'Sequential'\n")) is None
    assert missing_idiom(BLOCK, None) is None


@pytest.mark.parametrize(
    ("code", "line"),
    [
        (BLOCK.code, 4),
        ("print(1)\n", 0),
        ("no python\n", 0),
        ("from keras.layers import Dense\nmodel.add(Dense(3))\nprint(model.layers)\n", 3),
        ("model.add(keras.layers.Dense(3))\nmodel.pop()\n", 2),  # `keras.layers` is a module
        ("print(model.fit)\nprint(b.outputs)\na.inputs\n", 2),
        ("def f():\n    a.inputs\nlayers = []\nb.pop()\n", 2),
    ],
)
def test_the_surgery_begins_where_layers_are_touched(code, line):
    assert surgery_line(code) == line


def test_a_block_without_surgery_is_never_before_it():
    block = Block("docs/page.md", 1, "f()\n", "1\n")
    assert missing_idiom(block, RecordedOutcome("", "TypeError", "model is wrong", 1)) is None
