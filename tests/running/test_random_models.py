"""The recipes for any model are right on models that nobody thought of: graphs of up to a dozen layers, made up here.

What this finds becomes a kind of model in `models/`. To search longer: `RANDOM_MODELS=200 pytest` and this file.
"""

import functools
import json
import os
import subprocess
import sys
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evidence.findings.recipe_verdicts import current_verdicts
from evidence.running.execution import clean_environment
from evidence.running.trials import IN_KERAS, read_kinds

MODELS = int(os.environ.get("RANDOM_MODELS", "4"))
WIDTH = 4

# How a layer is called on `{x}`, a tensor of that width; each keeps the width.
CHAINED = (
    'keras.layers.Dense(WIDTH, activation="tanh", name="{name}")({x})',
    'keras.layers.Dense(WIDTH, name="{name}")({x})',
    'keras.layers.Dropout(0.5, name="{name}")({x})',
    'keras.layers.BatchNormalization(name="{name}")({x})',
    'keras.layers.LayerNormalization(name="{name}")({x})',
    'keras.layers.Activation("tanh", name="{name}")({x})',
    "keras.ops.tanh({x})",
    "({x} * 2)",
    "shared({x})",
    'base(name="{name}")({x})',
)
JOINED = (
    'keras.layers.Add(name="{name}")([{x}, {y}])',
    'keras.layers.Dense(WIDTH, name="{name}")(keras.layers.Concatenate()([{x}, {y}]))',
    "({x} + {y})",
)
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
    """Return a kind of model as Python: tensors are called t0, t1, ..., and the layer "middle" stands somewhere."""
    inputs = draw(st.integers(1, 2))
    lines = [f't{number} = keras.Input((WIDTH,), name="in{number}")' for number in range(inputs)]
    used, size = set(), draw(st.integers(2, 9))
    middle = draw(st.integers(0, size - 1))
    for step in range(size):
        number = inputs + step
        x, y = (draw(st.sampled_from(range(number))) for _ in "xy")
        call = draw(st.sampled_from(CHAINED[:6] if step == middle else CHAINED + JOINED))
        name = "middle" if step == middle else f"layer{number}"
        lines.append(f"t{number} = " + call.format(x=f"t{x}", y=f"t{y}", name=name))
        used |= {x, y} if "{y}" in call else {x}
    ends = [f"t{number}" for number in range(inputs + size) if number not in used]
    joined = f'keras.layers.Add(name="all")([{", ".join(ends)}])' if len(ends) > 1 else ends[0]
    outputs = [f'keras.layers.Dense(3, name="head{number}")(x)' for number in range(draw(st.integers(1, 2)))]
    names = [f"t{number}" for number in range(inputs)]
    rows = [f"np.random.RandomState({number}).rand(4, WIDTH)" for number in range(inputs)]
    takes, gives = draw(st.tuples(*[st.sampled_from([as_list, as_dict])] * 2))
    body = "\n    ".join(
        [*lines, f"x = {joined}", f"return keras.Model({takes('in', names)}, {gives('out', outputs)})"]
    )
    return f"""import keras
import numpy as np

WIDTH = {WIDTH}


def base(name):
    inputs = keras.Input((WIDTH,))
    return keras.Model(inputs, keras.layers.Dense(WIDTH, activation="tanh")(inputs), name=name)


def model():
    shared = keras.layers.Dense(WIDTH, activation="tanh", name="shared")
    {body}


def data():
    return {takes("in", rows)}
"""


def as_list(_, parts):
    return f"[{', '.join(parts)}]"


def as_dict(name, parts):
    return "{" + ", ".join(f'"{name}{number}": {part}' for number, part in enumerate(parts)) + "}"


@pytest.fixture(scope="module")
def trial(needs_tensorflow):
    """A function that returns what a recipe does to a kind of model, in a fork of one process that imported Keras."""
    if not hasattr(os, "fork"):
        pytest.skip("there is no fork here")
    variables = clean_environment() | {"PYTHONPATH": str(IN_KERAS)}
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
    with subprocess.Popen([sys.executable, "-c", FORK_FOR_EACH_LINE], text=True, env=variables, **pipes) as process:

        def run(recipe, kind):
            request = {"kind": kind, "recipe": recipe.code, "task": recipe.task, "result": recipe.result}
            process.stdin.write(json.dumps(request) + "\n")
            process.stdin.flush()
            printed = iter(process.stdout.readline, "\n")
            return json.loads("".join(printed) or '{"is": "crashed"}')

        yield run
        process.stdin.close()


@functools.cache
def for_any_model():
    """The recipes that make a new model and are right on every kind of model in the records of the guide's own."""
    verdicts = current_verdicts()
    return [
        recipe
        for recipe in verdicts.recipes
        if ("call_function" in recipe.code or recipe.task == "copy")
        and {verdict.state for verdict in verdicts.of(recipe, verdicts.pinned)} == {"right"}
    ]


def test_a_model_as_people_have_it_passes(trial):
    [kind] = [kind for kind in read_kinds() if kind.key == "functional_chain"]
    assert len(for_any_model()) >= 5
    assert [trial(recipe, kind.code) for recipe in for_any_model()] == [{"is": "right"}] * len(for_any_model())


SEARCH = settings(
    max_examples=MODELS,
    deadline=None,
    derandomize="RANDOM_MODELS" not in os.environ,
    suppress_health_check=[HealthCheck.too_slow],
)


@given(kind=graphs())
@settings(SEARCH, max_examples=2)
def test_a_wrong_recipe_is_noticed_on_made_up_graphs(trial, kind):
    [recipe] = [recipe for recipe in for_any_model() if recipe.task == "leave_out_the_middle"]
    does_nothing = replace(recipe, code=recipe.code.replace("return args[0]", "return layer(*args, **kwargs)"))
    assert "other layers" in trial(does_nothing, kind)["because"]


@given(kind=graphs())
@SEARCH
def test_recipes_for_any_model_are_right_on_made_up_graphs(trial, kind):
    wrong = {}
    for recipe in for_any_model():
        did = trial(recipe, kind)
        if did != {"is": "right"}:
            wrong[recipe.address] = did
    assert not wrong, f"{wrong}\n{kind}"
