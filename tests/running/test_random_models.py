"""The recipes are right on models that nobody thought of, or refuse them as their pages say: made-up graphs of up to a
dozen layers, on vectors, sequences or images, and made-up Sequentials.

What this finds becomes a kind of model in `models/`. To search longer: `RANDOM_MODELS=200 pytest` and this file.
"""

import json
import os
import subprocess
import sys
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from evidence.findings.recipe_verdicts import read_refusals, verdict_on
from evidence.pages.recipes import all_recipes
from evidence.running.environments import read_environments
from evidence.running.execution import clean_environment
from evidence.running.records import RecordedOutcome
from evidence.running.trials import IN_KERAS, Kind

MODELS = int(os.environ.get("RANDOM_MODELS", "2"))
RECIPES = {recipe.address: recipe for recipe in all_recipes()}

# Layers that keep the shape of their input. With its bias, a relu lets some of its input through.
LAYERS = (
    'Dense(4, activation="tanh", name="{name}")',
    'Dense(4, activation="relu", bias_initializer="ones", name="{name}")',
    'Dense(4, use_bias=False, name="{name}")',
    'Dropout(0.5, name="{name}")',
    'BatchNormalization(name="{name}")',
    'BatchNormalization(scale=False, center=False, name="{name}")',
    'LayerNormalization(name="{name}")',
    'Activation("tanh", name="{name}")',
)
FOR_SEQUENCES = (
    'LSTM(4, activation="relu", bias_initializer="ones", return_sequences=True, name="{name}")',
    'Bidirectional(keras.layers.SimpleRNN(2, "relu", bias_initializer="ones", return_sequences=True), name="{name}")',
    'TimeDistributed(keras.layers.Dense(4, activation="relu", bias_initializer="ones"), name="{name}")',
)
FOR_IMAGES = (
    'Conv2D(4, 3, padding="same", use_bias=False, name="{name}")',
    'Conv2D(4, 3, padding="same", activation="relu", bias_initializer="ones", name="{name}")',
    'DepthwiseConv2D(3, padding="same", name="{name}")',
    'SeparableConv2D(4, 3, padding="same", name="{name}")',
    'RandomFlip("horizontal", name="{name}")',
)
WITHOUT_A_NAME = ("keras.ops.tanh({x})", "({x} * 2)", "shared({x})", 'base(name="{name}")({x})')
JOINED = (
    'keras.layers.Add(name="{name}")([{x}, {y}])',
    'keras.layers.Dense(4, name="{name}")(keras.layers.Concatenate()([{x}, {y}]))',
    "({x} + {y})",
)
HEADS = (
    'Dense(3, name="{name}")',
    'Dense(3, activation="softmax", name="{name}")',
)
SHAPES = {(4,): LAYERS, (5, 4): LAYERS + FOR_SEQUENCES, (5, 5, 4): LAYERS + FOR_IMAGES}
# Errors with which recipes refuse a model, as their pages say, and that no kind in `models/` needs.
REFUSES = {
    "how-to/grow-a-layer.md#function": ("AssertionError: the predictions changed", "ValueError: Input 0 "),
    "how-to/sequential-or-functional.md#flat": "ValueError: ",  # not a chain
}
FORK_FOR_EACH_LINE = """
import json, os, sys
import keras, keras.models, keras.layers, after_surgery

for line in sys.stdin:
    child = os.fork()
    if not child:
        try:
            after_surgery.print_trial(**json.loads(line))
            sys.stdout.flush()
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    print(flush=True)
"""


@st.composite
def graphs(draw):
    """Return a functional model as Python code: tensors are called t0, t1, ..., and "middle" is one of the layers."""
    shape = draw(st.sampled_from(sorted(SHAPES)))
    layers = tuple(f"keras.layers.{layer}({{x}})" for layer in SHAPES[shape])
    inputs = draw(st.integers(1, 2))
    lines = [f't{number} = keras.Input(SHAPE, name="in{number}")' for number in range(inputs)]
    used, size = set(), draw(st.integers(2, 9))
    middle = draw(st.integers(0, size - 1))
    for step in range(size):
        number = inputs + step
        x, y = (draw(st.sampled_from(range(number))) for _ in "xy")
        call = draw(st.sampled_from(layers if step == middle else layers + WITHOUT_A_NAME + JOINED))
        name = "middle" if step == middle else f"layer{number}"
        lines.append(f"t{number} = " + call.format(x=f"t{x}", y=f"t{y}", name=name))
        used |= {x, y} if "{y}" in call else {x}
    ends = [f"t{number}" for number in range(inputs + size) if number not in used]
    joined = f'keras.layers.Add(name="all")([{", ".join(ends)}])' if len(ends) > 1 else ends[0]
    heads = draw(st.lists(st.sampled_from(HEADS), min_size=1, max_size=2))
    outputs = [f"keras.layers.{head}(x)".format(name=f"head{number}") for number, head in enumerate(heads)]
    names = [f"t{number}" for number in range(inputs)]
    takes, gives = draw(st.tuples(*[st.sampled_from([as_list, as_dict])] * 2))
    made = f"return keras.Model({takes('in', names)}, {gives('out', outputs)})"
    return kind_of(shape, [*lines, f"x = {joined}", made], takes("in", [rows(number) for number in range(inputs)]))


@st.composite
def sequentials(draw):
    """Return a Sequential as Python code, from a list or with `add`."""
    shape = draw(st.sampled_from(sorted(SHAPES)))
    layers = tuple(f"keras.layers.{layer}({{x}})" for layer in SHAPES[shape])
    size = draw(st.integers(1, 6))
    middle = draw(st.integers(0, size - 1))
    lines = ["layers = [keras.Input(SHAPE)]"]
    for step in range(size):
        call = draw(st.sampled_from(layers if step == middle else (*layers, 'base(name="{name}")({x})')))
        name = "middle" if step == middle else f"layer{step}"
        lines.append(f"layers.append({call.removesuffix('({x})')})".format(name=name))
    lines.append(f"layers.append(keras.layers.{draw(st.sampled_from(HEADS))})".format(name="head"))
    by_add = ["model = keras.Sequential()", "for layer in layers: model.add(layer)", "return model"]
    return kind_of(shape, lines + draw(st.sampled_from([["return keras.Sequential(layers)"], by_add])), rows(0))


def rows(number):
    return f"np.random.RandomState({number}).rand(4, *SHAPE)"


def kind_of(shape, lines, data):
    """Return the code of a kind of model, as in a file in `models/`."""
    body = "\n    ".join(lines)
    return f"""import keras
import numpy as np

SHAPE = {shape}


def base(name):
    inputs = keras.Input(SHAPE)
    return keras.Model(inputs, keras.layers.Dense(4, activation="tanh")(inputs), name=name)


def model():
    shared = keras.layers.Dense(4, activation="tanh", name="shared")
    {body}


def data():
    return {data}
"""


def as_list(_, parts):
    return f"[{', '.join(parts)}]"


def as_dict(name, parts):
    return "{" + ", ".join(f'"{name}{number}": {part}' for number, part in enumerate(parts)) + "}"


@pytest.fixture(scope="module")
def trial(needs_tensorflow, tmp_path_factory):
    """A function that returns what a recipe does to a kind of model, in a fork of a process that has imported Keras."""
    if not hasattr(os, "fork"):
        pytest.skip("there is no fork here")
    variables = clean_environment() | {"PYTHONPATH": str(IN_KERAS)}
    folder = tmp_path_factory.mktemp("saved")  # Some recipes save a file.
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL, "cwd": folder}
    with subprocess.Popen([sys.executable, "-c", FORK_FOR_EACH_LINE], text=True, env=variables, **pipes) as process:

        def run(recipe, kind):
            request = {"kind": kind, "recipe": recipe.code, "task": recipe.task, "result": recipe.result}
            process.stdin.write(json.dumps(request) + "\n")
            process.stdin.flush()
            printed = iter(process.stdout.readline, "\n")
            return json.loads("".join(printed) or '{"is": "crashed"}')

        yield run
        process.stdin.close()


def judged(recipe, did):
    """Return the verdict on a recipe for a kind of model, as in the table of recipes."""
    pinned = next(environment for environment in read_environments().values() if environment.pinned)
    made_up = Kind("made_up", title="", who="", code="")
    return verdict_on(recipe, made_up, pinned, RecordedOutcome(json.dumps(did)), read_refusals())


SEARCH = settings(
    max_examples=MODELS,
    deadline=None,
    derandomize="RANDOM_MODELS" not in os.environ,
    suppress_health_check=[HealthCheck.too_slow],
)


@given(kind=graphs())
@settings(SEARCH, max_examples=2)
def test_a_wrong_recipe_is_noticed_on_made_up_graphs(trial, kind):
    recipe = RECIPES["how-to/remove-a-middle-layer.md#call-function"]
    assert "    return x\n" in recipe.code
    doubles = replace(recipe, code=recipe.code.replace("    return x\n", "    return 2 * x\n"))
    assert "other numbers" in trial(doubles, kind)["because"]


def kinds():
    """Models whose layers can all be trained: two normalizations in a row leave the layers before them no gradient."""
    return st.one_of(graphs(), sequentials()).filter(lambda kind: kind.count(".BatchNormalization(") < 3)


@pytest.mark.parametrize("address", RECIPES)
@given(kind=kinds())
@SEARCH
def test_recipes_are_right_on_made_up_models(trial, address, kind):
    recipe = RECIPES[address]
    verdict = judged(recipe, trial(recipe, kind))
    event(verdict.state)
    refused = verdict.state == "unclear" and address in REFUSES and verdict.detail.startswith(REFUSES[address])
    assert refused or verdict.state in {"right", "refused", "inapplicable"}, (
        f"{verdict.state}: {verdict.detail}\n{kind}"
    )
