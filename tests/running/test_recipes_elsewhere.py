"""Recipes on models that aren't among the kinds, and with names that the model lacks: right, or an error."""

import functools

import pytest

from evidence.pages.blocks import Block
from evidence.pages.recipes import all_recipes

CHAIN = """
model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(4, name="a"), keras.layers.Dense(3, name="b")])
data = np.ones((2, 4))
"""
MAKE = "make = lambda: keras.layers.ReLU(name='new')\n"
# The new parts of each weight, after a few training steps. All of them must have moved.
TRAINED = """
old, before = model.trainable_weights, [np.array(weight) for weight in new.trainable_weights]
new.compile(keras.optimizers.Adam(0.01), "mse")
new.fit(data, np.random.default_rng(1).normal(size=new.predict(data, verbose=0).shape), epochs=4, verbose=0)
for was, start, now in zip(old, before, new.trainable_weights, strict=True):
    part = np.ones(now.shape, bool)
    part[tuple(map(slice, was.shape))] = False
    assert np.all((np.array(now) != start)[part]), now.path
print("all learn:", sum(was.shape != now.shape for was, now in zip(old, new.weights)) > 1)
"""


def grown(layers, shape, settings):
    """Return code that makes a chain of layers; the first one is to grow."""
    return f"""
from keras.layers import *
numbers = np.random.default_rng(0)
data = numbers.uniform(size=(8, *{shape}))
model = keras.Sequential([keras.Input({shape}), {layers}, Dense(2)])
name, settings = model.layers[0].name, {settings}
"""


ATTENTION = """
from keras.layers import *
data = np.random.default_rng(0).uniform(size=(8, 5, 3))
inputs = keras.Input((5, 3))
x = MultiHeadAttention(2, 3, name="attention")(inputs, inputs)
model = keras.Model(inputs, Dense(2)(GlobalAveragePooling1D()(x)))
name, settings = "attention", {"num_heads": 4}
"""
TWO_HEADS = """
inputs = keras.Input((4,))
heads = keras.Model(inputs, [keras.layers.Dense(2)(inputs), keras.layers.Dense(3)(inputs)], name="heads")
model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(4, name="a"), keras.layers.Dense(4), heads])
data = np.random.default_rng(0).uniform(size=(8, 4))
name, settings = "a", {"units": 6}
"""
NORMALIZED = """
numbers = np.random.default_rng(0).uniform(5, 9, size=(20, 4))
scale = keras.layers.Normalization()
scale.adapt(numbers)
base = keras.Sequential([keras.Input((4,)), scale, keras.layers.Dense(3)], name="base")
layer, name = base, "copy"
"""
PREDICTS_THE_SAME = """
print("same:", np.allclose(layer.predict(numbers, verbose=0), copy.predict(numbers, verbose=0), atol=1e-3))
"""
GATED = """
class Gate(keras.layers.Layer):
    def call(self, gate, x):
        return keras.ops.sigmoid(gate) * x

inputs = keras.Input((4,))
gate, x = keras.layers.Dense(4)(inputs), keras.layers.Dense(4)(inputs)
model = keras.Model(inputs, Gate(name="gate")({arguments}))
remove = "gate"
"""
ADDED = """
inputs = keras.Input((4,))
a, b = keras.layers.Dense(4)(inputs), keras.layers.Dense(4)(inputs)
model = keras.Model(inputs, keras.layers.Dense(3)(keras.layers.Add(name="add")([a, b])))
remove = "add"
"""
STANDARDISED = """
class Conv2D(keras.layers.Conv2D):
    def call(self, x):
        kernel = self.kernel - keras.ops.mean(self.kernel)
        return keras.ops.conv(x, kernel, padding="valid", data_format="channels_last") + self.bias

numbers = np.random.default_rng(0)
model = keras.Sequential([
    keras.Input((6, 6, 3)), Conv2D(4, 3, name="own"), keras.layers.BatchNormalization(name="kept"),
    keras.layers.Conv2D(5, 3), keras.layers.BatchNormalization(name="gone"), keras.layers.Flatten(),
    keras.layers.Dense(1000, activation="softmax"),
])
for layer in model.layers:
    if isinstance(layer, keras.layers.BatchNormalization):
        layer.set_weights([numbers.uniform(0.5, 2, weight.shape) for weight in layer.get_weights()])
data = numbers.uniform(size=(2, 6, 6, 3))
"""
# a recipe, the reader's lines, what runs after it; then the last output, or the error
RIGHT = {
    "before a SeparableConv2D": (
        "grow-a-layer.md#function",
        grown("Conv2D(4, 3), SeparableConv2D(5, 3), GlobalAveragePooling2D()", (8, 8, 3), {"filters": 6}),
        TRAINED,
        "all learn: True",
    ),
    "before a DepthwiseConv1D": (
        "grow-a-layer.md#function",
        grown("Conv1D(4, 3), DepthwiseConv1D(3), GlobalAveragePooling1D()", (8, 3), {"filters": 6}),
        TRAINED,
        "all learn: True",
    ),
    "a Conv2DTranspose": (
        "grow-a-layer.md#function",
        grown("Conv2DTranspose(4, 3), GlobalAveragePooling2D()", (8, 8, 3), {"filters": 6}),
        TRAINED,
        "all learn: True",
    ),
    "before a Conv2DTranspose": (
        "grow-a-layer.md#function",
        grown("Conv2D(4, 3), Conv2DTranspose(5, 3), GlobalAveragePooling2D()", (8, 8, 3), {"filters": 6}),
        TRAINED,
        "all learn: True",
    ),
    "an EinsumDense": (
        "grow-a-layer.md#function",
        grown("EinsumDense('ab,bcd->acd', (2, 3)), EinsumDense('acd,cde->ae', (5,))", (4,), {"output_shape": (4, 3)}),
        TRAINED,
        "all learn: True",
    ),
    "heads of attention": ("grow-a-layer.md#function", ATTENTION, TRAINED, "all learn: True"),
    "a Sequential that ends in two heads": (
        "grow-a-layer.md#function",
        TWO_HEADS,
        "print('outputs:', len(new.outputs))",
        "outputs: 2",
    ),
    "a Normalization inside": ("grow-a-layer.md#copy-a-layer", NORMALIZED, PREDICTS_THE_SAME, "same: True"),
    "a convolution of one's own": (
        "fold-batch-normalization.md#fold-batch-normalization",
        STANDARDISED,
        "print('same, gone, left:', same, [name for name in norms if name not in left])",
        "same, gone, left: True ['gone']",
    ),
}
LACKING = "no_such_layer"
REFUSED = {
    "two tensors": ("remove-a-middle-layer.md#call-function", GATED.format(arguments="gate, x"), "ValueError"),
    "a tensor by keyword": (
        "remove-a-middle-layer.md#call-function",
        GATED.format(arguments="gate, x=x"),
        "ValueError",
    ),
    "a list of two": ("remove-a-middle-layer.md#call-function", ADDED, "ValueError"),
    "a layer to keep": (
        "mixed-precision.md#change",
        f"{CHAIN}policy, keep = 'mixed_float16', ['b', {LACKING!r}]",
        "AssertionError",
    ),
    "the Input": (
        "insert-or-replace-a-layer.md#insert",
        f"{CHAIN}{MAKE}after = model.inputs[0].name",
        "AssertionError",
    ),
} | {
    f"{address}, {names[0]}": (
        address,
        "\n".join([CHAIN, MAKE, *(f"{name} = {LACKING!r}" for name in names), "settings = {'units': 9}"]),
        error,
    )
    for address, names, error in [
        ("change-a-setting.md#change-a-setting", ["name"], "ValueError"),
        ("change-the-activation.md#activation", ["name", "new"], "ValueError"),
        ("cut-a-functional-model.md#cut", ["end"], "KeyError"),
        ("freeze-layers.md#freeze-layers", ["last"], "ValueError"),
        ("get-an-intermediate-output.md#intermediate", ["end"], "KeyError"),
        ("grow-a-layer.md#function", ["name"], "ValueError"),
        ("insert-or-replace-a-layer.md#insert", ["after"], "AssertionError"),
        ("remove-a-middle-layer.md#call-function", ["remove"], "AssertionError"),
        ("remove-a-middle-layer.md#remove-middle", ["remove"], "ValueError"),
        ("rename-layers.md#rename", ["old", "new"], "ValueError"),
        ("surgery-on-branched-models.md#rebuild", ["after"], "AssertionError"),
        ("take-out-a-part.md#take-out-a-part", ["start"], "KeyError"),
    ]
}


@functools.cache
def block_of(case):
    """Return a recipe's block with other lines in place of the reader's, as a reader would replace them."""
    address, yours, *behind, _ = (RIGHT | REFUSED)[case]
    [recipe] = [recipe for recipe in all_recipes() if recipe.address == f"how-to/{address}"]
    before, _, kept = recipe.code.partition("# Keep this:")
    code = f"import keras\nimport numpy as np\n{before}\n{yours}\n{kept}\n{''.join(behind)}"
    return Block(recipe.block.page, 1, code, None)


def blocks_in_keras(tests):
    return map(block_of, RIGHT | REFUSED)


@pytest.mark.parametrize("name", RIGHT)
def test_a_recipe_is_right_for(name, outcome_in_keras):
    outcome = outcome_in_keras(block_of(name))
    assert outcome.error is None, outcome.error
    assert outcome.output.splitlines()[-1] == RIGHT[name][-1]


@pytest.mark.parametrize("name", REFUSED)
def test_a_recipe_refuses(name, outcome_in_keras):
    outcome = outcome_in_keras(block_of(name))
    error = outcome.error
    assert error, outcome.output
    assert error.type == REFUSED[name][-1], error
