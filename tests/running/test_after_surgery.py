"""The checks after a recipe notice what is wrong: each of them with a recipe that is wrong in that way alone."""

import json

import pytest

from evidence.pages.blocks import Block
from evidence.pages.recipes import Recipe
from evidence.running.execution import KERAS_IMPORTS, Execution
from evidence.running.trials import CHECKS, IN_KERAS, read_kinds, trials

SAME = "clone_function=lambda layer: layer"
SKIP = """
def call(layer, *args, **kwargs):
    return args[0] if layer.name == remove else layer(*args, **kwargs)

new = keras.models.clone_model(model, clone_function=lambda layer: layer, call_function=call)
"""
INSERT = """
def call(layer, *args, **kwargs):
    x = layer(*args, **kwargs)
    return make()(x) if layer.name == after else x

new = keras.models.clone_model(model, clone_function=lambda layer: layer, call_function=call)
"""
WITHOUT_CONFIG = """
class Double(keras.layers.Rescaling):
    def get_config(self):
        raise NotImplementedError

make = lambda: Double(2.0, name="new")
"""
IDLE_HEAD = """
class Idle(keras.layers.Dense):
    def call(self, x):
        return x[:, :5]

new = keras.Model(model.input, Idle(classes, name="idle")(model.layers[-1].input))
"""
# task, kind of model, the recipe, and what is wrong with it
CASES = {
    "right": ("leave_out_the_middle", "functional_chain", SKIP, []),
    "nothing is removed": (
        "leave_out_the_middle",
        "functional_chain",
        f"new = keras.models.clone_model(model, {SAME})",
        ["other numbers", "other layers"],
    ),
    "weights are not copied": (
        "copy",
        "functional_chain",
        "new = keras.models.clone_model(model)",
        ["other numbers", "other weights"],
    ),
    "a Normalization computes with what it had": (
        "copy",
        "layers_adapted_normalization",
        "new = keras.models.clone_model(model)\nnew.set_weights(model.get_weights())",
        ["other numbers", "cannot be cut again", "is different when saved and loaded"],
    ),
    "layers are copied": (
        "put_in_behind_the_middle",
        "functional_chain",
        INSERT + "copy = keras.models.clone_model(new)\ncopy.set_weights(new.get_weights())\nnew = copy",
        ["copies layers"],
    ),
    "layers are shared": (
        "copy",
        "functional_chain",
        f"new = keras.models.clone_model(model, {SAME})",
        ["shares layers"],
    ),
    "the original is changed": (
        "end_at_the_middle",
        "functional_chain",
        """
new = keras.Model(model.input, model.get_layer(end).output)
head = model.layers[-1]
head.set_weights([2 * weight for weight in head.get_weights()])
""",
        ["changes the original"],
    ),
    "a layer is frozen": (
        "leave_out_the_middle",
        "functional_chain",
        SKIP + "new.layers[1].trainable = False",
        ["freezes or unfreezes a layer"],
    ),
    "layers are called twice": (
        "pair",
        "sequential_by_add",
        "new = keras.Model(model.inputs[0], [model.get_layer(inner).output, *model.outputs])",
        ["a layer runs more than once"],
    ),
    "no gradient passes": (
        "put_in_behind_the_middle",
        "functional_chain",
        "plain = make\nmake = lambda: lambda x: keras.ops.stop_gradient(plain()(x))" + INSERT,
        ["has no gradient at an inner layer", "trains other weights"],
    ),
    "the new layer has no config": (
        "put_in_behind_the_middle",
        "functional_chain",
        WITHOUT_CONFIG + INSERT,
        ["cannot be cut again", "has no gradient at an inner layer", "is different when saved and loaded"],
    ),
    "the new layer does not learn": (
        "new_head",
        "functional_chain",
        IDLE_HEAD,
        ["is different when saved and loaded", "trains other weights"],
    ),
    "pop without compile": (
        "take_off_the_last",
        "sequential_from_a_list",
        "model.pop()\nnew = model",
        ["other numbers"],
    ),
    "a warning": (
        "leave_out_the_middle",
        "functional_chain",
        SKIP + "import warnings\nwarnings.warn('take care')",
        ["prints a warning: UserWarning: take care"],
    ),
}


@pytest.fixture(scope="module")
def outcomes(needs_tensorflow):
    """What the checks say of each case, and of a model and a recipe that raise."""
    kinds = {kind.key: kind for kind in read_kinds()}
    blocks = {}
    for name, (task, kind, code, _) in CASES.items():
        block = Block("docs/page.md", 1, code, None)
        recipe = Recipe(block, "heading", task, "new", (), f"import keras\n{code}\n")
        [trial] = trials([recipe], [kinds[kind]])
        blocks[name] = trial.block
    variables = {"PYTHONPATH": str(IN_KERAS)}
    with Execution(list(blocks.values()), variables=variables, imports=[*KERAS_IMPORTS, CHECKS]) as execution:
        yield {name: execution.outcome(block) for name, block in blocks.items()}


@pytest.mark.parametrize("name", CASES)
def test_what_is_wrong_is_noticed(name, outcomes):
    assert outcomes[name].error is None, outcomes[name].error
    faults = CASES[name][-1]
    wanted = {"is": "wrong", "because": faults} if faults else {"is": "right"}
    assert json.loads(outcomes[name].output) == wanted
