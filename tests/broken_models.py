"""Models broken on purpose, each with what `explain` has to say about it.

Run as a script, it prints what `explain` finds in them and in the kinds of model in `models/`, and whether looking
changed anything. It needs only Keras and NumPy, so it runs in each environment, and looks at all models in one
process.
"""

import contextlib
import io
import json
import os
import pathlib
import random
import re
import sys
import time
import traceback

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
from explain import explain, findings
from keras import layers

X, Y = np.ones((8, 4), "float32"), np.ones((8, 3), "float32")
STEPS = np.ones((8, 3, 4), "float32")
BROKEN = []  # functions that make a model


def wrong(*codes):
    """Mark a function that makes a model; `explain` must say that this is wrong with it, and nothing else."""
    return noted


def good_to_know(*codes):
    """Mark a function that makes a model with nothing wrong; `explain` must say this about it, and nothing else."""
    return noted


def noted(make):
    BROKEN.append(make)
    return make


def chain(*ends):
    """Return a Sequential from a list: Dense "first" and "head", and what comes after them."""
    list_of_layers = [keras.Input((4,)), layers.Dense(6, activation="relu", name="first")]
    return keras.Sequential([*list_of_layers, layers.Dense(3, name="head"), *ends], name="chain")


def fitted(model, y=Y):
    model.compile("sgd", "mse")
    model.fit(X, y, verbose=0)
    return model


def predicted(model, *rows):
    for number in rows or (8,):
        model.predict(np.ones((number, 4), "float32"), verbose=0)
    return model


@wrong("stale-predict")
def a_layer_popped_after_predict():
    model = predicted(chain())
    model.pop()
    return model


@wrong("stale-predict")
def a_softmax_popped_after_predict():
    model = predicted(chain(layers.Softmax(name="softmax")))
    model.pop()
    return model


@wrong("stale-predict")
def the_second_of_two_activations_popped():
    model = predicted(chain(layers.Activation("tanh"), layers.Activation("sigmoid")))
    model.pop()
    return model


@wrong("stale-predict")
def a_layer_added_after_predict():
    model = predicted(chain())
    model.add(layers.Dense(5, name="new"))
    return model


@wrong("stale-predict")
def a_layer_without_weights_added_after_predict():
    model = predicted(chain())
    model.add(layers.Softmax(name="softmax"))
    return model


@wrong("stale-predict")
def a_head_of_the_same_width_put_in_after_predict():
    model = predicted(chain(), 8, 5)
    model.pop()
    model.add(layers.Dense(3, name="new_head"))
    return model


@wrong("stale-predict")
def popped_after_predict_with_jit():
    model = chain(layers.Softmax(name="softmax"))
    model.compile("sgd", "mse", jit_compile=True)
    predicted(model).pop()
    return model


@wrong("stale-fit", "optimizer-of-others", "optimizer-lacks")
def a_head_of_the_same_width_put_in_after_fit():
    model = fitted(chain())
    model.pop()
    model.add(layers.Dense(3, name="new_head"))
    return model


@wrong("stale-fit", "optimizer-of-others")
def popped_after_fit():
    model = fitted(chain())
    model.pop()
    return model


@wrong("stale-fit")
def a_softmax_popped_after_fit():
    model = fitted(chain(layers.Softmax(name="softmax")))
    model.pop()
    return model


@wrong("stale-fit", "stale-evaluate")
def a_softmax_popped_after_fit_with_several_steps():
    model = chain(layers.Softmax(name="softmax"))
    model.compile("sgd", "mse", steps_per_execution=2)
    model.fit(X, Y, batch_size=2, verbose=0, validation_data=(X, Y))
    model.pop()
    return model


@wrong("stale-evaluate")
def popped_after_evaluate():
    model = chain(layers.Softmax(name="softmax"))
    model.compile("sgd", "mse")
    model.evaluate(X, Y, verbose=0)
    model.pop()
    return model


@wrong("stale-predict", "stale-evaluate", "stale-fit", "optimizer-of-others")
def popped_after_everything():
    model = fitted(chain())
    model.evaluate(X, Y, verbose=0)
    predicted(model).pop()
    return model


@wrong("optimizer-of-others", "optimizer-lacks")
def compiled_again_with_the_old_optimizer():
    model = fitted(chain())
    model.pop()
    model.add(layers.Dense(3, name="new_head"))
    model.compile(model.optimizer, "mse")
    return model


@wrong("optimizer-of-others")
def popped_and_compiled_with_the_old_optimizer():
    model = fitted(chain())
    model.pop()
    model.compile(model.optimizer, "mse")
    return model


@wrong("optimizer-of-others", "optimizer-lacks")
def one_optimizer_for_two_models():
    other, model = fitted(chain()), chain()
    model.compile(other.optimizer, "mse")
    return model


@wrong("optimizer-lacks")
def unfrozen_with_the_old_optimizer():
    model = chain()
    model.layers[0].trainable = False
    fitted(model).layers[0].trainable = True
    model.compile(model.optimizer, "mse")
    return model


@wrong("frozen-after-fit")
def frozen_after_fit():
    model = fitted(chain())
    model.layers[0].trainable = False
    return model


@wrong("frozen-after-fit")
def a_whole_model_frozen_after_fit():
    model = fitted(chain())
    model.trainable = False
    return model


@wrong("frozen-after-fit")
def frozen_inside_a_base_after_fit():
    model = fitted(nested(name="base"))
    model.get_layer("base").layers[0].trainable = False
    return model


@wrong("unfrozen-after-fit", "optimizer-lacks")
def unfrozen_after_fit():
    model = chain()
    model.layers[0].trainable = False
    fitted(model).layers[0].trainable = True
    return model


@wrong("old-activation")
def an_activation_set_after_predict():
    model = chain(layers.Dense(3, activation="softmax", name="last"))
    predicted(model).layers[-1].activation = keras.activations.linear
    return model


@wrong("old-activation")
def an_activation_set_after_fit():
    model = fitted(chain())
    model.layers[0].activation = keras.activations.tanh
    return model


@wrong("old-activation")
def an_activation_set_with_automatic_names():
    model = keras.Sequential([keras.Input((4,)), layers.Dense(4, activation="relu"), layers.Dense(3)])
    predicted(model).layers[1].activation = keras.activations.softmax
    return model


@wrong("old-setting")
def a_rate_set_after_fit():
    model = fitted(chain(layers.Dropout(0.5, name="dropout")))
    model.layers[-1].rate = 0.1
    return model


def each_step(layer):
    """Return a model with a layer in TimeDistributed."""
    return keras.Sequential([keras.Input((3, 4)), layers.TimeDistributed(layer, name="each"), layers.Dense(2)])


@wrong("old-activation")
def an_activation_set_in_time_distributed_after_predict():
    model = each_step(layers.Dense(4, activation="relu", name="inner"))
    model.predict(STEPS, verbose=0)
    model.layers[0].layer.activation = keras.activations.tanh
    return model


@wrong("old-activation")
def an_activation_set_in_a_model_in_time_distributed():
    inner = [keras.Input((4,)), layers.Dense(4, activation="relu", name="one"), layers.Dense(3, name="two")]
    model = each_step(keras.Sequential(inner, name="inner"))
    model.predict(STEPS, verbose=0)
    model.layers[0].layer.layers[0].activation = keras.activations.tanh
    return model


@wrong("old-setting")
def a_rate_set_in_time_distributed_after_fit():
    model = each_step(layers.Dropout(0.5, name="inner"))
    model.compile("sgd", "mse")
    model.fit(STEPS, STEPS[..., :2], verbose=0)
    model.layers[0].layer.rate = 0.1
    return model


@wrong("old-lora", "optimizer-lacks", "frozen-after-fit")
def lora_enabled_after_fit():
    model = fitted(chain())
    model.layers[0].enable_lora(2)
    return model


@wrong("list-gone")
def the_private_list_popped():
    model = chain()
    (model._layers if hasattr(model, "_layers") else model._self_tracked_trackables).pop()
    return model


@wrong("list-idle")
def the_private_list_appended():
    model = chain()
    listed = model._layers if hasattr(model, "_layers") else model._self_tracked_trackables
    listed.append(layers.Dense(2, name="idle"))
    return model


@wrong("list-gone")
def the_private_list_of_a_functional_model_popped():
    model = nested(name="base")
    (model._layers if hasattr(model, "_layers") else model._self_tracked_trackables).pop()
    return model


def nested(**kwargs):
    base = keras.Sequential([keras.Input((4,)), layers.Dense(6, name="a"), layers.Dense(5, name="b")], **kwargs)
    inputs = keras.Input((4,))
    return keras.Model(inputs, layers.Dense(3, name="head")(base(inputs)), name="outer")


@wrong("inner-changed")
def a_base_popped_inside_a_model():
    model = nested(name="base")
    model.get_layer("base").pop()
    return model


@wrong("stale-predict")
def a_softmax_popped_inside_a_model():
    base = keras.Sequential([keras.Input((4,)), layers.Dense(5, name="b"), layers.Softmax(name="softmax")], name="base")
    inputs = keras.Input((4,))
    model = keras.Model(inputs, layers.Dense(3, name="head")(base(inputs)), name="outer")
    predicted(model)
    base.pop()
    return model


class Holder:
    def __init__(self, **held):
        self.__dict__.update(held)


class Hidden(keras.Model):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.first = layers.Dense(6, name="first")
        self.parts = Holder(hidden=layers.Dense(3, name="hidden"))

    def call(self, x):
        return self.parts.hidden(self.first(x))


@wrong("untracked")
def a_layer_in_an_object():
    return predicted(Hidden(name="hidden"))


class Net(keras.Model):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.first = layers.Dense(6, name="first")
        self.head = layers.Dense(3, activation="softmax", name="head")

    def call(self, x):
        return self.head(self.first(x))


@wrong("stale-predict")
def an_attribute_replaced_after_predict():
    model = predicted(Net(name="net"))
    new = layers.Dense(3, name="new_head")
    new.build((None, 6))
    if hasattr(getattr(model, "_tracker", None), "unlock"):
        model._tracker.unlock()
    model.head = new
    return model


@wrong("old-activation")
def an_activation_of_a_subclassed_model_set_after_predict():
    model = predicted(Net(name="net"))
    model.head.activation = keras.activations.linear
    return model


@wrong("stale-fit", "optimizer-of-others", "optimizer-lacks")
def a_functional_subclass_with_a_popped_base():
    model = fitted(nested(name="base"))
    base = model.get_layer("base")
    base.pop()
    base.add(layers.Dense(5, name="c"))
    return model


@wrong("normalization-differs")
def weights_set_on_an_adapted_layer():
    layer = layers.Normalization(name="normalization")
    layer.adapt(np.random.RandomState(0).rand(16, 4))
    model = keras.Sequential([keras.Input((4,)), layer, layers.Dense(3, name="head")])
    model.set_weights([weight * 2 for weight in model.get_weights()])
    return model


@wrong("float16-head")
def a_head_in_float16():
    mixed = {"dtype": "mixed_float16"}
    return keras.Sequential([keras.Input((4,)), layers.Dense(6, name="first", **mixed), layers.Dense(3, **mixed)])


class Squared(layers.Layer):
    def call(self, x):
        return x * x


class Doubled(layers.Layer):
    def call(self, x, training=None):
        return x * 2.0 if training else x


class Unchanged(layers.Layer):
    def call(self, x):
        return x


@wrong("stale-predict")
def a_layer_of_ones_own_without_weights_added_after_predict():
    model = predicted(chain())
    model.add(Squared(name="squared"))
    return model


@wrong("stale-predict")
def popped_from_a_list_that_holds_the_layer_twice():
    twice = layers.Dense(4, name="twice")
    model = predicted(keras.Sequential([keras.Input((4,)), twice, layers.ReLU(name="relu"), twice]))
    model.pop()
    return model


@wrong("stale-predict")
def two_layers_in_another_order():
    model = predicted(keras.Sequential([keras.Input((4,)), layers.Dense(4, name="one"), layers.Dense(4, name="two")]))
    two, one = model.layers[1], model.layers[0]
    model.pop()
    model.pop()
    model.add(two)
    model.add(one)
    return model


@wrong("old-setting")
def a_scale_set_after_predict():
    model = predicted(chain(layers.Rescaling(0.5, name="rescaling")))
    model.layers[-1].scale = 2.0
    return model


@wrong("old-setting")
def a_slope_set_after_predict():
    model = predicted(chain(layers.LeakyReLU(0.3, name="leaky")))
    last = model.layers[-1]
    setattr(last, "negative_slope" if hasattr(last, "negative_slope") else "alpha", 0.1)
    return model


@wrong("old-setting")
def a_momentum_set_after_fit():
    model = fitted(chain(layers.BatchNormalization(name="norm")))
    model.layers[-1].momentum = 0.5
    return model


@wrong("old-setting")
def a_rate_of_a_subclassed_model_set_after_fit():
    model = fitted(Auxiliary(name="net"))
    model.drop.rate = 0.1
    return model


@wrong("old-activation")
def gelu_replaced_by_softplus_after_predict():
    model = predicted(chain(layers.Dense(3, activation="gelu", name="last")))
    model.layers[-1].activation = keras.activations.softplus
    return model


@wrong("old-activation")
def an_activation_set_in_mixed_precision():
    model = predicted(chain(layers.Dense(3, activation="gelu", name="last", dtype="mixed_bfloat16")))
    model.layers[-1].activation = keras.activations.tanh
    return model


def adapted_twice(width):
    random, layer = np.random.RandomState(0), layers.Normalization(name="normalization")
    layer.adapt(random.rand(16, width))
    model = keras.Sequential([keras.Input((width,)), layer, layers.Dense(3, name="head")])
    model.predict(np.ones((8, width), "float32"), verbose=0)
    layer.adapt(9 * random.rand(16, width))
    return model


@wrong("old-setting")
def adapted_again_after_predict():
    return adapted_twice(4)


@wrong("old-setting")
def adapted_to_many_features_again_after_predict():
    """TensorFlow passes more than 128 numbers to a trace instead of keeping them in it."""
    return adapted_twice(400)


class Auxiliary(keras.Model):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.head, self.auxiliary = layers.Dense(3, name="head"), layers.Dense(3, name="auxiliary")
        self.drop = layers.Dropout(0.5, name="drop")

    def call(self, x, training=None):
        x = self.drop(x)
        return self.head(x) + self.auxiliary(x) if training else self.head(x)


@good_to_know("dropout")
def a_head_only_used_in_training():
    return predicted(fitted(Auxiliary(name="net")))


class Contrastive(keras.Model):
    """A projection that only `train_step` runs, as in SimCLR."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.encoder, self.projection = layers.Dense(3, name="encoder"), layers.Dense(3, name="projection")

    def call(self, x):
        return self.encoder(x)

    def train_step(self, data):
        outputs = self.projection(self(data[0], training=True))
        return {"mean": outputs[0, 0]}


@good_to_know()
def a_projection_only_used_in_train_step():
    model = predicted(fitted(Contrastive(name="net")))
    return predicted(model, 8, 5)


@good_to_know("operations")
def gradients_that_are_stopped():
    stop = getattr(keras, "ops", None) or sys.modules["tensorflow"]
    inputs = keras.Input((4,))
    stopped = stop.stop_gradient(layers.Dense(6, name="first")(inputs))
    return fitted(keras.Model(inputs, layers.Dense(3, name="head")(stopped)))


@good_to_know("inputs")
def an_output_without_a_loss():
    inputs = keras.Input((4,))
    model = keras.Model(inputs, [layers.Dense(3, name="one")(inputs), layers.Dense(3, name="two")(inputs)])
    model.compile("sgd", ["mse", None])
    model.fit(X, [Y, Y] if not hasattr(keras, "ops") else Y, verbose=0)
    return model


@good_to_know("dropout")
def on_one_replica():
    with sys.modules["tensorflow"].distribute.MirroredStrategy(["/cpu:0"]).scope():
        model = chain(layers.Dropout(0.5, seed=1, name="dropout"))
        model.compile("adam", "mse")
    model.fit(X, Y, verbose=0)
    return predicted(model)


@good_to_know()
def layers_of_ones_own_that_do_nothing_in_predict():
    return predicted(fitted(chain(Squared(name="squared"), Doubled(name="doubled"), Unchanged(name="unchanged"))))


@good_to_know("dropout", "inputs")
def one_of_each_kind_of_layer():
    """Each leaves in a trace what it leaves there on its own."""
    flat, steps, image = keras.Input((4,)), keras.Input((6, 4)), keras.Input((8, 8, 4))
    some = [
        (
            flat,
            (
                "LeakyReLU PReLU ELU ReLU Softmax BatchNormalization LayerNormalization UnitNormalization Rescaling "
                "GaussianNoise GaussianDropout Dropout AlphaDropout Flatten ActivityRegularization"
            ),
        ),
        (
            steps,
            (
                "GlobalAveragePooling1D GlobalMaxPooling1D AveragePooling1D MaxPooling1D SpatialDropout1D Permute "
                "ZeroPadding1D UpSampling1D Cropping1D BatchNormalization"
            ),
        ),
        (
            image,
            (
                "GlobalAveragePooling2D GlobalMaxPooling2D AveragePooling2D MaxPooling2D SpatialDropout2D "
                "ZeroPadding2D UpSampling2D Cropping2D BatchNormalization LayerNormalization"
            ),
        ),
    ]
    given = {"Rescaling": [0.5], "GaussianNoise": [0.1], "Permute": [(2, 1)]}
    given.update({kind: [2] for _, kinds in some for kind in kinds.split() if re.match("(Average|Max)Pool", kind)})
    given.update({kind: [0.5] for _, kinds in some for kind in kinds.split() if "Dropout" in kind})
    made = [getattr(layers, kind)(*given.get(kind, []))(inputs) for inputs, kinds in some for kind in kinds.split()]
    activations = "elu exponential gelu hard_sigmoid linear relu selu sigmoid softmax softplus softsign swish tanh"
    made += [layers.Dense(4, activation=kind)(flat) for kind in activations.split()]
    made += [layers.Conv1D(3, 2, activation="gelu")(steps), layers.SeparableConv1D(3, 2)(steps)]
    made += [kind(3, 2)(image) for kind in (layers.Conv2D, layers.Conv2DTranspose, layers.SeparableConv2D)]
    made += [layers.DepthwiseConv2D(2)(image), layers.LSTM(3)(steps), layers.MultiHeadAttention(2, 3)(steps, steps)]
    made += [
        layers.TimeDistributed(layers.Dense(3, activation="gelu"))(steps),
        layers.TimeDistributed(layers.Dropout(0.5))(steps),
        layers.Attention()([steps, steps]),
        layers.Dot(1)([flat, flat]),
        layers.Bidirectional(layers.GRU(3))(steps),
    ]
    made += [getattr(layers, kind)()([flat, flat]) for kind in ["Add", "Average", "Concatenate", "Maximum", "Multiply"]]
    ends = layers.Concatenate()([layers.Flatten()(each) for each in made])
    model = keras.Model([flat, steps, image], layers.Dense(3)(ends))
    model.compile("sgd", "mse")
    data = [np.ones((8, *shape), "float32") for shape in ((4,), (6, 4), (8, 8, 4))]
    model.fit(data, Y, verbose=0)
    model.evaluate(data, Y, verbose=0)
    model.predict(data, verbose=0)
    return model


@good_to_know()
def an_activation_in_a_cell():
    """The page says that you can't see whether it was set."""
    both = layers.Bidirectional(layers.SimpleRNN(3, return_sequences=True), name="both")
    model = keras.Sequential([keras.Input((3, 4)), both, layers.SimpleRNN(3, activation="relu", name="last")])
    model.predict(STEPS, verbose=0)
    model.layers[-1].cell.activation = keras.activations.sigmoid
    return model


@good_to_know("not-built")
def a_sequential_without_an_input_shape():
    return keras.Sequential([layers.Dense(6, name="first"), layers.Dense(3, name="head")])


@good_to_know("not-built")
def a_subclassed_model_that_was_not_called():
    return Net(name="net")


@good_to_know()
def a_subclassed_model_in_use():
    return predicted(fitted(Net(name="net")))


@good_to_know("no-graph")
def a_sequential_of_a_dict():
    class Sum(layers.Layer):
        def call(self, x):
            return x["one"] + x["two"]

    model = keras.Sequential([Sum(name="sum"), layers.Dense(3, name="head")])
    model.predict({"one": X, "two": X}, verbose=0)
    return model


@good_to_know("vocabulary")
def a_layer_with_a_vocabulary():
    words = layers.StringLookup(vocabulary=["cat", "dog"], name="words")
    inputs = keras.Input((1,), dtype="string")
    return keras.Model(inputs, layers.Embedding(4, 2, name="vectors")(words(inputs)))


@good_to_know("frozen", "frozen-norm")
def a_frozen_batch_normalization():
    model = chain(layers.BatchNormalization(name="norm"))
    model.layers[-1].trainable = False
    return fitted(model)


@good_to_know("several-chains")
def made_of_another_models_layers():
    model = chain(layers.Softmax(name="softmax"))
    fitted(model).pop()
    model = keras.Sequential(model.layers[:1], name="shorter")
    model.build((None, 4))
    return predicted(fitted(model, np.ones((8, 6), "float32")))


@good_to_know("several-chains")
def popped_and_compiled_with_a_new_optimizer():
    model = predicted(fitted(chain(layers.Softmax(name="softmax"))))
    model.pop()
    return predicted(fitted(model), 8, 5)


@good_to_know("frozen")
def trained_in_two_steps():
    model = chain()
    model.layers[0].trainable = False
    fitted(fitted(model))
    model.layers[1].trainable = False
    model.layers[0].trainable = True
    return fitted(model)


@good_to_know()
def eager():
    model = chain(layers.Softmax(name="softmax"))
    model.compile("sgd", "mse", run_eagerly=True)
    model.fit(X, Y, verbose=0)
    return model


@good_to_know()
def a_chain_with_automatic_names():
    model = keras.Sequential([keras.Input((4,)), *[layers.Dense(4, activation="relu") for _ in range(12)]])
    return predicted(fitted(model, np.ones((8, 4), "float32")))


def everything(model):
    """Return what looking must not change: functions and traces, names, weights, optimizer, random numbers."""
    names = "train_function", "test_function", "predict_function"
    functions = [getattr(model, name, None) for name in names]
    traces = [id(each) for function in functions for each in all_concrete(function)]
    inside = list(model._flatten_layers())
    optimizer = getattr(model, "optimizer", None)
    slots = getattr(optimizer, "variables", [])
    slots = slots() if callable(slots) else slots
    states = [np.asarray(keras.ops.convert_to_numpy(each) if hasattr(keras, "ops") else each) for each in slots]
    held = [value for layer in inside for value in (layer.variables if layer.built else [])]
    held = [np.asarray(keras.ops.convert_to_numpy(each) if hasattr(keras, "ops") else each) for each in held]
    return [
        [id(function) for function in functions],
        traces,
        [(id(layer), layer.name, layer.built, layer.trainable, len(layer._inbound_nodes)) for layer in inside],
        [(str(value.dtype), value.tobytes()) for value in states + held],
        sorted(vars(model)),
        random.getstate(),
        [str(part) for part in np.random.get_state()],
        counters(),
    ]


def all_concrete(function, depth=6):
    if hasattr(function, "_list_all_concrete_functions"):
        yield from function._list_all_concrete_functions()
        function = function._python_function
    for cell in getattr(function, "__closure__", None) or () if depth else ():
        with contextlib.suppress(ValueError):
            yield from all_concrete(cell.cell_contents, depth - 1)


def counters():
    """Return the numbers that Keras appends to automatic names, and its own seed."""
    try:
        from keras.src.backend.common import global_state

        kept = vars(global_state.GLOBAL_STATE_TRACKER)
        return str({name: str(value) for name, value in kept.items()})
    except ImportError:
        uids = keras.backend.get_uid.__globals__["PER_GRAPH_OBJECT_NAME_UIDS"]
        return str([dict(each) for each in uids.values()])


def look(make):
    """Return the codes and sentences of the findings, and whether looking changed anything."""
    model = make()
    before = everything(model)
    start = time.perf_counter()
    found = findings(model)
    seconds = time.perf_counter() - start
    with contextlib.redirect_stdout(io.StringIO()):
        explain(model)
    after = everything(model)
    changed = [number for number, part in enumerate(before) if part != after[number]]
    return {
        "codes": [each.code for each in found if each.code != "kind"],
        "wrong": [each.code for each in found if each.wrong],
        "sentences": [each.sentence for each in found],
        "changed": changed,
        "seconds": seconds,
    }


def kind(path, use):
    """Return a function that makes a kind of model, and trains and predicts with it."""

    def make():
        module = {"__name__": "kind"}
        exec(compile(path.read_text(encoding="utf-8"), path.name, "exec"), module)  # noqa: S102
        model = module["model"]()
        if use:
            outputs = model.predict(module["data"](), verbose=0)
            model.compile("sgd", "mse")
            model.fit(module["data"](), outputs, verbose=0)
        return model

    return make


def attempt(make):
    try:
        return look(make)
    except Exception as error:
        return {"error": "".join(traceback.format_exception(type(error), error, error.__traceback__))}


def main():
    """Print the findings, as JSON by name.

    Arguments may be files in `models/`, which it looks at twice: as made, and after they have predicted and learned.
    Those that start with a minus sign are only made. Other arguments name the only models to take from this file.
    """
    kinds = [argument for argument in sys.argv[1:] if argument.endswith(".py")]
    names = [argument for argument in sys.argv[1:] if argument not in kinds]
    found = {make.__name__: attempt(make) for make in BROKEN if not names or make.__name__ in names}
    for argument in kinds:
        path = pathlib.Path(argument.lstrip("-"))
        found[path.stem] = attempt(kind(path, use=False))
        if not argument.startswith("-"):
            found[path.stem + ", used"] = attempt(kind(path, use=True))
    print("\n" + json.dumps(found))


if __name__ == "__main__":
    main()
