"""The checks after a recipe notice what is wrong: each is tested with a recipe that is wrong only in that way."""

import functools
import json

import pytest

from evidence.pages.blocks import Block
from evidence.pages.recipes import Recipe
from evidence.running.trials import read_kinds, trials

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
FREEZE = """
for layer in model.layers:
    layer.trainable = False
    if layer.name == last:
        break
new = model
"""
COPY = """
new = keras.models.clone_model(model)
new.set_weights(model.get_weights())
"""
SKIP_NORM = """
def call(layer, *args, **kwargs):
    return args[0] if layer.name == "norm" else layer(*args, **kwargs)

graph = keras.Model(model.inputs[0], model.outputs[0])
new = keras.models.clone_model(graph, call_function=call)
for layer in new.layers[1:]:
    layer.set_weights(model.get_layer(layer.name).get_weights())
"""
DROP_LORA = """
def plain(layer):
    config = {name: value for name, value in layer.get_config().items() if "lora" not in name}
    return layer.__class__.from_config(config)

new = keras.models.clone_model(model, clone_function=plain)
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
    "still a Sequential": (
        "make_functional",
        "sequential_from_a_list",
        "new = keras.Sequential([keras.Input((6,)), *model.layers])",
        ["is not such a model"],
    ),
    "frozen, and not compiled again": (
        "freeze_up_to_the_middle",
        "sequential_from_a_list",
        FREEZE,
        ["trains other weights"],
    ),
    "frozen and compiled again": (
        "freeze_up_to_the_middle",
        "sequential_from_a_list",
        FREEZE + "model.compile('sgd', 'mse')",
        [],
    ),
    "an activation is set, and not compiled": (
        "make_the_middle_linear",
        "sequential_from_a_list",
        "model.get_layer(name).activation = keras.activations.linear\nnew = model",
        ["other numbers"],
    ),
    "nothing is renamed": (
        "rename_the_middle",
        "functional_chain",
        "new = model",
        ["other layers"],
    ),
    "nothing is put in front": (
        "put_in_front",
        "functional_chain",
        "inputs = keras.Input((6,))\nnew = keras.Model(inputs, model(inputs))",
        ["other numbers"],
    ),
    "no second model": (
        "put_behind",
        "functional_chain",
        "new = keras.Model(model.input, model.output)",
        ["other numbers"],
    ),
    "one output is missing": (
        "every_output",
        "functional_chain",
        "new = keras.Model(model.input, {layer.name: layer.output for layer in model.layers[1:-1]})",
        ["other numbers"],
    ),
    "the original's activation is changed": (
        "turn_relu_into_elu",
        "functional_chain",
        "model.layers[1].activation = keras.activations.elu\nnew = model",
        ["shares layers", "changes the original"],
    ),
    "still a softmax": (
        "logits",
        "functional_with_a_softmax_layer",
        "new = keras.Model(model.input, model.output)",
        ["other numbers"],
    ),
    "a Dropout is left": (
        "leave_out_dropout",
        "layers_batchnorm_and_dropout",
        "new = keras.Model(model.inputs[0], model.outputs[0])",
        ["other layers"],
    ),
    "still nested": (
        "flatten_models_inside",
        "functional_with_a_nested_base",
        "new = keras.Model(model.input, model.output)",
        ["is not such a model"],
    ),
    "a normalization is only skipped": (
        "fold_normalizations",
        "layers_batchnorm_and_dropout",
        SKIP_NORM,
        ["other numbers"],
    ),
    "a normalization is left": (
        "fold_normalizations",
        "layers_batchnorm_and_dropout",
        COPY,
        ["other layers"],
    ),
    "augmentation is left": (
        "leave_out_augmentation",
        "layers_augmentation",
        f"new = keras.models.clone_model(model, {SAME})",
        ["other layers"],
    ),
    "nothing grows": (
        "grow_a_layer",
        "functional_chain",
        COPY,
        ["is not such a model"],
    ),
    "a setting is not changed": (
        "change_a_setting",
        "functional_chain",
        COPY,
        ["other numbers", "is not such a model"],
    ),
    "computes in float32": (
        "compute_in_bfloat16",
        "functional_chain",
        COPY,
        ["is not such a model"],
    ),
    "flat, but no Sequential": (
        "flatten_into_a_sequential",
        "sequential_around_a_sequential_base",
        "new = keras.Model(model.inputs[0], model.outputs[0])",
        ["is not such a model"],
    ),
    "one member is forgotten": (
        "average_of_two",
        "functional_chain",
        "[model, _] = members" + COPY,
        ["other numbers", "other weights"],
    ),
    "LoRA is dropped": (
        "merge_lora",
        "sequential_from_a_list",
        DROP_LORA,
        ["other numbers"],
    ),
    "LoRA is left": (
        "merge_lora",
        "sequential_from_a_list",
        COPY,
        ["is not such a model"],
    ),
    "a layer is not copied": (
        "copy_the_middle_layer",
        "functional_chain",
        "new = layer",
        ["answers <Dense name=middle, built=True>; 'a copy' is right"],
    ),
    "a wrong answer": (
        "is_a_chain",
        "functional_with_a_skip_connection",
        "new = True",
        ["answers True; False is right"],
    ),
    "a right answer": ("is_a_chain", "functional_chain", "new = True", []),
    "a layer is forgotten": (
        "names_of_every_layer",
        "functional_chain",
        "new = ['first', 'middle']",
        ["answers ['first', 'middle']; ['first', 'middle', 'head'] is right"],
    ),
    "a shape is open": (
        "shapes_by_layer",
        "functional_chain",
        "new = {'first': [(5,)], 'middle': [(None,)], 'head': [(3,)]}",
        [],
    ),
    "a warning": (
        "leave_out_the_middle",
        "functional_chain",
        SKIP + "import warnings\nwarnings.warn('take care')",
        ["prints a warning: UserWarning: take care"],
    ),
}
NO_SOFTMAX = ("logits", "functional_with_dict_inputs", "new = model")


@functools.cache
def block_of(case):
    task, kind, code, *_ = NO_SOFTMAX if case == "no softmax" else CASES[case]
    recipe = Recipe(Block("docs/page.md", 1, code, None), "heading", task, "new", (), f"import keras\n{code}\n")
    [trial] = trials([recipe], [each for each in read_kinds() if each.key == kind])
    return trial.block


def blocks_in_keras(tests):
    return map(block_of, [*CASES, "no softmax"])


def test_a_model_without_what_the_task_is_about_is_not_tried(outcome_in_keras):
    assert json.loads(outcome_in_keras(block_of("no softmax")).output) == {
        "is": "lacks",
        "error": "LackingError",
        "message": "a softmax at the end",
    }


@pytest.mark.parametrize("name", CASES)
def test_what_is_wrong_is_noticed(name, outcome_in_keras):
    outcome = outcome_in_keras(block_of(name))
    assert outcome.error is None, outcome.error
    faults = CASES[name][-1]
    wanted = {"is": "wrong", "because": faults} if faults else {"is": "right"}
    assert json.loads(outcome.output) == wanted
