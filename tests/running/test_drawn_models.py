"""Each picture shows the layers and connections of the models that its block makes, and nothing else."""

import pytest

from evidence.pages.blocks import EXPECTED_OUTPUT
from evidence.pages.picture_reader import read_picture
from evidence.running.drawn_models import all_drawn_blocks, check_drawn, differences, drawn_blocks

BLOCK = """```python
import keras
from keras.layers import Add, Dense

inputs = keras.Input((4,))
shared = Dense(4, name="shared")
x = shared(inputs)
x = shared(Add(name="add")([inputs, x]))
base = keras.Model(inputs, x, name="base")
start = keras.Input((4,), name="start")
model = keras.Model(start, Dense(2, name="head")(base(start)))
cut = keras.Sequential([keras.Input((4,)), model.layers[-1]])
other = keras.Input((4,))
popped = keras.Sequential([keras.Input((4,)), Dense(4, name="one"), Dense(2, name="two")])
popped.compile()
popped.predict(keras.ops.ones((2, 4)), verbose=0)
two = popped.pop()
print(1)
```
"""
BASE = "input -> shared#1 -> add -> shared#2; input -> add"
CASES = {
    f"base: {BASE}": [],
    f"model: start -> base[{BASE}] -> head": [],
    "model: start -> base -> head": [],  # The base may stay closed.
    "other, inputs: inputs; other": [],
    "model: start -> base -> head=\ncut: input -> head=": [],
    "base: input -> shared#1 -> add -> shared#2": [
        "`base` has the connection `input -> add`, which the picture lacks."
    ],
    f"base: {BASE}; shared#1 -> shared#2": ["`base` has no connection `shared#1 -> shared#2`."],
    "model: start -> base": ["`model` has the layer `head`, which the picture lacks."],
    "model: start -> base -> head -> softmax": ["`model` has no layer `softmax`."],
    "model: start -> base[input] -> head": [
        "`model` has the layer `add`, which the picture lacks in `base`.",
        "`model` has the layer `shared#1`, which the picture lacks in `base`.",
        "`model` has the layer `shared#2`, which the picture lacks in `base`.",
    ],
    "model: start -> base -> head[x]": ["`model` has a layer `head` that isn't a model."],
    "model: start -> base= -> head=\ncut: input -> head=": ["`base=` of `model` is in no other model."],
    "popped.layers: one, -two\npopped: input -> one\npopped.predict_function: one, two": [],
    "popped.layers: one, two\npopped.predict_function: one, -two": [
        "`popped.layers` has no layer `two`.",
        "`popped.predict_function` has the layer `two`, which the picture lacks.",
    ],
    "popped.layers: one, -three": ["`-three` of `popped.layers` is in no other panel."],
    "popped.predict_function: two, one": ["`popped.predict_function` lists them as `one, two`."],
    "model: start -> base= -> head\ncut: input -> head": [
        "`base=` of `model` is in no other model.",
        "`head` of `model` is also in `cut`: mark it as `head=` here and there.",
        "`head` of `cut` is also in `model`: mark it as `head=` here and there.",
    ],
}


DRAWN = [*drawn_blocks("docs/page.md", BLOCK + "".join(f"\n```picture\n{case}\n```\n" for case in CASES))]
WITHOUT_A_MODEL = f"{BLOCK}\n{EXPECTED_OUTPUT}\n```text\n1\n```\n\n```picture\nnone: a\n```\n"
[DRAWN_WITHOUT_A_MODEL] = drawn_blocks("docs/page.md", WITHOUT_A_MODEL)


def blocks_in_keras(tests):
    return [drawn.probe for drawn in [*all_drawn_blocks(), *DRAWN, DRAWN_WITHOUT_A_MODEL]]


def test_every_picture_shows_what_its_block_makes(outcome_in_keras):
    found = [*check_drawn(all_drawn_blocks(), outcome_in_keras)]
    assert not found, "\n".join(map(str, found)) + "\n\nThen: pytest tests/running/test_drawn_models.py"


@pytest.fixture(scope="module")
def problems(outcome_in_keras):
    """The problems on a page with all cases below its block, by the text of each case."""
    found = [*check_drawn(DRAWN, outcome_in_keras)]
    return {
        case: [problem for problem in found if problem.line == each.line]
        for case, each in zip(CASES, DRAWN, strict=True)
    }


@pytest.mark.parametrize("case", CASES)
def test_a_difference_is_told(problems, case):
    told = [
        f"docs/page.md:{problem.line}: {text} Fix the picture, or the block on line 1."
        for problem, text in zip(problems[case], CASES[case], strict=True)
    ]
    assert [str(problem) for problem in problems[case]] == told


def test_a_picture_of_a_variable_that_the_block_lacks_is_told(outcome_in_keras):
    line = WITHOUT_A_MODEL.split("\n").index("```picture") + 1
    assert [drawn.line for drawn in drawn_blocks("docs/page.md", WITHOUT_A_MODEL)] == [line]
    [problem] = check_drawn([DRAWN_WITHOUT_A_MODEL], outcome_in_keras)
    assert str(problem) == f"docs/page.md:{line}: the models of the block above cannot be read: KeyError: 'none'"


def test_every_panel_is_compared():
    picture = read_picture(["model: a -> b", "new: a"])
    made = {"layers": {"a": {"identity": 1, "inside": None}}, "edges": []}
    assert [*differences(picture, [made, made])] == ["`model` has no layer `b`."]
