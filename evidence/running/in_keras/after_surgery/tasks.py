"""What recipes are to do: each public function is a task.

A task takes a case and returns what is wanted. It works that out in another way than the recipe: from what the layers
of the old model put out. A new task makes no trial of another stale (see
`evidence.running.trials`).
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np

from after_surgery.case import Case, Layer, Model, layers_of, walk
from after_surgery.values import as_arrays, flatten, like


@dataclass
class NewModel:
    """A model that a recipe is to make."""

    arguments: dict[str, Any]  # what the recipe gets besides `model` and `data`, by name
    outputs: Any  # what the new model is to put out, or a function of it; `None` if that cannot be known
    layers: list[str] | None = None  # the layers of the old model that it is to have, by name; `None`: any
    adds: Iterable[str] = ()  # names of layers that the old model has not
    shares: bool = True  # whether the new model holds the layers of the old one, or copies of them
    made_again: Iterable[str] = ()  # names of layers that are new ones of an old name
    frozen: Iterable[str] = ()  # names of the layers that are not to be trained afterwards
    data: Any = None  # what the new model takes; `None`: what the old one takes
    has: Callable[[Model], bool] | None = None  # what else is to be true of it


@dataclass
class Answer:
    """Something that a recipe is to find out about a model."""

    arguments: dict[str, Any]
    answer: Any
    agrees: Callable[[Any, Any], bool] = operator.eq  # takes what the recipe found, and the answer


def _in_place(task: Callable[[Case], NewModel]) -> Callable[[Case], NewModel]:
    """Mark a task that changes the model itself, which has been trained and has predicted before."""
    task.in_place = True  # type: ignore[attr-defined]
    return task


class LackingError(Exception):
    """The model has nothing that the task is about."""


# Less of a model ----------------------------------------------------------------------------------------------------


def end_at_the_middle(case: Case) -> NewModel:
    return NewModel({"end": case.middle}, case.values[case.middle])


def leave_out_the_last(case: Case) -> NewModel:
    """The new model ends in what the last layer was given."""
    return NewModel({}, as_arrays(case.arguments[case.last][0]), case.names_without(case.last))


@_in_place
def take_off_the_last(case: Case) -> NewModel:
    outputs = as_arrays(case.arguments[case.last][0])
    return NewModel({}, outputs, case.names_without(case.last))


def leave_out_the_middle(case: Case) -> NewModel:
    def pass_on(layer: Layer, *args: Any, **kwargs: Any) -> Any:
        return args[0]

    return NewModel({"remove": case.middle}, case.walk({case.middle: pass_on}), case.names_without(case.middle))


def leave_out_dropout(case: Case) -> NewModel:
    dropouts = [layer.name for layer in layers_of(case.model) if isinstance(layer, keras.layers.Dropout)]
    if not dropouts:
        raise LackingError("a Dropout layer")
    return NewModel({}, case.outputs, case.names_without(*dropouts))


def leave_out_augmentation(case: Case) -> NewModel:
    """The layers that augment in training, and models of nothing else, are gone; in `predict` they did nothing."""

    def augments(layer: Layer) -> bool:
        if isinstance(layer, keras.Sequential):
            return all(map(augments, layer.layers))
        return type(layer).__name__.startswith("Random")

    names = [layer.name for layer in layers_of(case.model) if augments(layer)]
    if not names:
        raise LackingError("augmentation")
    return NewModel({}, case.outputs, case.names_without(*names))


def fold_normalizations(case: Case) -> NewModel:
    """Each BatchNormalization that alone is given what a convolution or a Dense puts out is gone; others stay."""
    norms = [layer for layer in layers_of(case.model) if isinstance(layer, keras.layers.BatchNormalization)]
    if not norms:
        raise LackingError("a BatchNormalization among its own layers")
    random = np.random.RandomState(0)

    def train(norm: Layer, x: Any, **_: Any) -> Any:
        """Give it other weights, as training would: a new one does next to nothing. Numbers keep their size."""
        for weight in norm.weights:
            size = np.square(as_arrays(x)).mean(tuple(range(len(x.shape) - 1)))
            about = size if weight.name == "moving_variance" else as_arrays(weight)
            weight.assign(about * random.uniform(0.8, 1.2, about.shape) + random.uniform(0, 0.2, about.shape))
        return norm(x, training=False)

    case.walk({norm.name: train for norm in norms})
    case.look()
    calls: list[tuple[str, list[bytes], list[bytes]]] = []  # of each, the layer, what it is given, what it puts out

    def look(layer: Layer, *args: Any, **kwargs: Any) -> Any:
        put_out = layer(*args, **kwargs)
        calls.append((layer.name, *([part.tobytes() for part in flatten(as_arrays(each))] for each in (args, put_out))))
        return put_out

    case.walk(dict.fromkeys(case.values, look))
    called = [name for name, _, _ in calls]
    activations = {layer.name: getattr(layer, "activation", None) for layer in layers_of(case.model)}
    gone, changed = [], []
    for norm in norms:
        value = calls[called.index(norm.name)][1][0]
        makers = [name for name, _, put_out in calls if value in put_out]
        readers = [name for name, given, _ in calls if value in given]
        once = len(makers) == len(readers) == called.count(norm.name) == called.count(makers[0]) == 1
        if once and activations.get(makers[0]) is keras.activations.linear:
            gone.append(norm.name)
            changed.append(makers[0])
    for name in changed:
        case.weights.pop(name)  # Its new kernel is judged by the numbers alone.
    return NewModel({}, case.outputs, case.names_without(*gone), adds=changed, shares=False)


def begin_behind_the_middle(case: Case) -> NewModel:
    """The new model takes what the middle layer puts out, and puts out what the old one does."""
    return NewModel({"start": case.middle}, case.outputs, data=case.values[case.middle])


# More of a model ----------------------------------------------------------------------------------------------------


def put_in_behind_the_middle(case: Case) -> NewModel:
    def double(layer: Layer, *args: Any, **kwargs: Any) -> Any:
        return keras.layers.Rescaling(2.0)(layer(*args, **kwargs))  # It hands on a mask, which `* 2` would not.

    return NewModel(
        {"after": case.middle, "make": lambda: keras.layers.Rescaling(2.0, name="new")},
        case.walk({case.middle: double}),
        list(case.weights),
    )


def put_in_front(case: Case) -> NewModel:
    if any(np.asarray(part).dtype.kind != "f" for part in flatten(case.data)):
        raise LackingError("numbers that can be scaled as its input")
    halves = like(case.data, lambda part: np.asarray(part) / 2)
    return NewModel({"make": lambda: keras.layers.Rescaling(0.5)}, walk(case.model, halves)[0])


def put_behind(case: Case) -> NewModel:
    """Another model takes what this one puts out."""
    value, *others = flatten(case.outputs)
    if others:
        raise LackingError("one output")
    second = keras.Sequential([keras.Input(value.shape[1:]), keras.layers.Dense(2, name="of_the_second")])
    return NewModel({"second": second}, as_arrays(second(keras.ops.convert_to_tensor(value))))


def grow_a_layer(case: Case) -> NewModel:
    """The middle layer, or else the first that can, has three more units or filters; the outputs stay."""
    sizes = {
        layer.name: {size: getattr(layer, size) + 3}
        for layer in layers_of(case.model)[:-1]
        for size in ("units", "filters")
        if isinstance(getattr(layer, size, None), int)
    }
    if not sizes:
        raise LackingError("a layer with units or filters before the last")
    name = case.middle if case.middle in sizes else next(iter(sizes))
    [[size, number]] = sizes[name].items()
    old = {layer.name: layer for layer in layers_of(case.model)}
    weights = dict(case.weights)
    case.weights.clear()  # They are compared here, as some are larger in the new model.

    def has_grown(new: Model) -> bool:
        return getattr(new.get_layer(name), size) == number and all(
            new.get_layer(each) is not layer
            and new.get_layer(each).trainable == layer.trainable
            and all(
                np.array_equal(now[tuple(map(slice, before.shape))], before)
                for now, before in zip(new.get_layer(each).get_weights(), weights[each], strict=True)
            )
            for each, layer in old.items()
        )

    return NewModel({"name": name, "settings": sizes[name]}, case.outputs, adds=list(old), has=has_grown)


def new_head(case: Case) -> NewModel:
    """A Dense of 5 stands in place of the last layer with weights, and nothing behind it; other outputs stay."""
    names = [layer.name for layer in layers_of(case.model)]
    last = max(number for number, name in enumerate(names) if case.weights[name])
    head, behind = names[last], names[last + 1 :]

    def outputs(new: Model) -> Any:
        [new_head] = [layer for layer in layers_of(new) if layer.name not in case.weights]
        skipped = dict.fromkeys(behind, lambda layer, x, **kwargs: x)
        return case.walk({**skipped, head: lambda layer, *args, **kwargs: new_head(*args)})

    return NewModel({"classes": 5}, outputs, case.names_without(head, *behind))


# The same model, made or set otherwise ------------------------------------------------------------------------------


def copy(case: Case) -> NewModel:
    return NewModel({}, case.outputs, list(case.weights), shares=False)


def make_functional(case: Case) -> NewModel:
    if not isinstance(case.model, keras.Sequential):
        raise LackingError("a Sequential")

    def is_functional(new: Model) -> bool:
        return not isinstance(new, keras.Sequential) and bool(new.inputs)

    return NewModel({}, case.outputs, list(case.weights), has=is_functional)


def flatten_models_inside(case: Case) -> NewModel:
    if not any(isinstance(layer, keras.Model) for layer in case.model.layers):
        raise LackingError("a model inside")

    def is_flat(new: Model) -> bool:
        return not any(isinstance(layer, keras.Model) for layer in new.layers)

    return NewModel({}, case.outputs, has=is_flat)


def flatten_into_a_sequential(case: Case) -> NewModel:
    if not any(isinstance(layer, keras.Model) for layer in case.model.layers):
        raise LackingError("a model inside")

    def is_flat(new: Model) -> bool:
        return isinstance(new, keras.Sequential) and not any(isinstance(layer, keras.Model) for layer in new.layers)

    return NewModel({}, case.outputs, has=is_flat)


@_in_place
def rename_the_middle(case: Case) -> NewModel:
    return NewModel(
        {"old": case.middle, "new": "renamed"},
        case.outputs,
        case.names_without(case.middle),
        adds=["renamed"],
    )


def turn_relu_into_elu(case: Case) -> NewModel:
    """Each layer that has the activation relu, at any depth, gets elu; the original keeps it."""
    relu, elu = keras.activations.relu, keras.activations.elu

    def with_relu(layer: Layer) -> list[Layer]:
        """Return the layer and those inside that hold relu. A recurrent layer only shows what its cell holds."""
        inside = layer._flatten_layers() if isinstance(layer, keras.layers.Layer) else []
        return [inner for inner in inside if vars(inner).get("activation") is relu]

    def call(layer: Layer, *args: Any, **kwargs: Any) -> Any:
        changed = with_relu(layer)
        for inner in changed:
            inner.activation = elu
        try:
            return layer(*args, **kwargs)
        finally:
            for inner in changed:
                inner.activation = relu

    names = [layer.name for layer in layers_of(case.model) if with_relu(layer)]
    if not names:
        raise LackingError("a layer with the activation relu")
    outputs = case.walk(dict.fromkeys(names, call))
    return NewModel({"old": "relu", "new": "elu"}, outputs, list(case.weights), shares=False)


@_in_place
def make_the_middle_linear(case: Case) -> NewModel:
    activation = vars(case.model.get_layer(case.middle)).get("activation")
    if activation is None:
        raise LackingError("an activation in the layer")  # A recurrent layer only shows its cell's.
    linear = _call_with_activation(activation, keras.activations.linear)
    return NewModel({"name": case.middle, "new": "linear"}, case.walk({case.middle: linear}), list(case.weights))


def _with_activation(layer: Layer, activation: Any) -> list[Layer]:
    """Return the layer and those inside that have this activation. (What is called may also be an operation.)"""
    inside = layer._flatten_layers() if isinstance(layer, keras.layers.Layer) else []
    return [inner for inner in inside if getattr(inner, "activation", None) is activation]


def _call_with_activation(old: Any, new: Any) -> Callable[..., Any]:
    """Return a function that calls a layer as if it had another activation."""

    def call(layer: Layer, *args: Any, **kwargs: Any) -> Any:
        changed = _with_activation(layer, old)
        for inner in changed:
            inner.activation = new
        try:
            return layer(*args, **kwargs)
        finally:
            for inner in changed:
                inner.activation = old

    return call


def change_a_setting(case: Case) -> NewModel:
    """One setting of the middle layer is another in the new model."""
    layer = case.model.get_layer(case.middle)
    settings = {"activation": "elu", "rate": 0.25, "epsilon": 0.5, "threshold": 0.5, "keepdims": False}
    key, value = next(((key, settings[key]) for key in settings if hasattr(layer, key)), ("", None))
    if not key or layer._layers:  # A layer of layers hands a setting on when it is made.
        raise LackingError("a setting of the layer that can be changed")
    new_value = keras.activations.get(value) if key == "activation" else value

    def call(layer: Layer, *args: Any, **kwargs: Any) -> Any:
        old_value = getattr(layer, key)
        setattr(layer, key, new_value)
        try:
            return layer(*args, **kwargs)
        finally:
            setattr(layer, key, old_value)

    def is_changed(new: Model) -> bool:
        return bool(getattr(new.get_layer(case.middle), key) == new_value)

    arguments = {"name": case.middle, "settings": {key: value}}
    outputs = case.walk({case.middle: call})
    return NewModel(arguments, outputs, list(case.weights), shares=False, has=is_changed)


def compute_in_bfloat16(case: Case) -> NewModel:
    """Each layer but the last computes in bfloat16, with weights in float32; quantized layers stay as they are.

    In float16, `fit` may skip the first steps until it has found a scale for the loss.
    """
    policy = "mixed_bfloat16"

    def to_change(layer: Layer) -> list[Layer]:
        inside = layer._flatten_layers() if isinstance(layer, keras.layers.Layer) else []
        return [
            inner
            for inner in inside
            if "float" in inner.compute_dtype and not getattr(inner.dtype_policy, "quantization_mode", None)
        ]

    def set_policy(layer: Layer, new: Any) -> None:
        layer.dtype_policy = new
        if isinstance(layer, keras.layers.Normalization):
            layer.finalize_state()  # It keeps its mean in the dtype that it computes with.

    def call(layer: Layer, *args: Any, **kwargs: Any) -> Any:
        policies = [(inner, inner.dtype_policy) for inner in to_change(layer)]
        for inner, _ in policies:
            set_policy(inner, keras.DTypePolicy(policy))
        try:
            return layer(*args, **kwargs)
        finally:
            for inner, old in policies:
                set_policy(inner, old)

    def computes_in_it(new: Model) -> bool:
        kept = new.get_layer(case.last).compute_dtype == case.model.get_layer(case.last).compute_dtype
        changed = [inner for layer in layers_of(new) if layer.name != case.last for inner in to_change(layer)]
        return kept and all(inner.dtype_policy.name == policy for inner in [new, *changed])

    names = case.names_without(case.last)
    arguments = {"policy": policy, "keep": [case.last]}
    outputs = case.walk(dict.fromkeys(names, call))
    return NewModel(arguments, outputs, list(case.weights), shares=False, has=computes_in_it)


def average_of_two(case: Case) -> NewModel:
    """Each weight is the mean of those of two models of this kind; a whole number is that of the first."""
    import sys

    other = sys.modules["kind"].model()
    walk(other, case.data)  # A Sequential without an input has no weights before.

    def mean(one: Any, two: Any) -> Any:
        return one if one.dtype.kind in "iub" else (one + two) / 2

    before = case.model.get_weights()
    case.model.set_weights([mean(*pair) for pair in zip(before, other.get_weights(), strict=True)])
    case.look()
    outputs, weights = case.outputs, case.weights
    case.model.set_weights(before)
    case.look()
    case.weights = weights
    return NewModel({"members": [case.model, other]}, outputs, list(case.weights), shares=False)


def merge_lora(case: Case) -> NewModel:
    """What LoRA has learned is in the kernels of layers without LoRA."""
    layers = [inner for inner in case.model._flatten_layers() if hasattr(inner, "lora_enabled")]
    if not layers:
        raise LackingError("a layer that can have LoRA")
    random = np.random.RandomState(0)
    for layer in layers:
        if not layer.lora_enabled:
            layer.enable_lora(2)
        # What LoRA adds is about half as large as the kernel: with more of it, a deep model has no gradient left.
        kernel = next(weight for weight in layer.weights if weight.name in {"kernel", "embeddings"})
        size = min(0.3, float(np.std(keras.ops.convert_to_numpy(kernel))) ** 0.5)
        for weight in layer.weights:
            if weight.name.startswith("lora_"):
                weight.assign(random.uniform(-size, size, weight.shape))
    case.model.compile()  # Without it, `predict` goes on without LoRA.
    case.look()
    changed = [layer.name for layer in layers_of(case.model) if {*layer._flatten_layers()} & {*layers}]
    outputs = case.outputs
    for name in changed:
        case.weights.pop(name)  # What its kernel is now is judged by the numbers alone.

    def is_merged(new: Model) -> bool:
        return not any(getattr(layer, "lora_enabled", False) for layer in new._flatten_layers())

    return NewModel({}, outputs, list(case.weights), adds=changed, shares=False, has=is_merged)


@_in_place
def freeze_up_to_the_middle(case: Case) -> NewModel:
    names = [layer.name for layer in layers_of(case.model)]
    frozen = names[: names.index(case.middle) + 1]
    return NewModel({"last": case.middle}, case.outputs, names, frozen=frozen)


def save_and_load(case: Case) -> NewModel:
    return NewModel({}, case.outputs, list(case.weights), shares=False)


# What layers put out, and what a model is ---------------------------------------------------------------------------


def pair(case: Case) -> NewModel:
    return NewModel({"inner": case.middle}, [case.values[case.middle], *flatten(case.outputs)])


def every_output(case: Case) -> NewModel:
    """A dict of what each layer puts out, by name."""
    names = case.weights
    return NewModel({}, {name: value for name, value in case.values.items() if name in names})


def logits(case: Case) -> NewModel:
    """What the softmax at the end is given."""
    softmax, end = keras.activations.softmax, case.model.layers[-1]
    has_softmax = getattr(end, "activation", None) is softmax
    if isinstance(end, keras.layers.Softmax) or (has_softmax and not end.weights):
        return NewModel({}, as_arrays(case.arguments[case.last][0]))
    if not has_softmax:
        raise LackingError("a softmax at the end")
    outputs = case.walk({case.last: _call_with_activation(softmax, keras.activations.linear)})
    return NewModel({}, outputs, made_again=[case.last])


def copy_the_middle_layer(case: Case) -> Answer:
    """A layer of its own that puts out the same."""
    layer = case.model.get_layer(case.middle)

    def is_copy(found: Any, answer: Any) -> bool:
        own = not {id(weight) for weight in found.weights} & {id(weight) for weight in layer.weights}
        named = found.name != layer.name and found.trainable == layer.trainable
        put_out = as_arrays(found(*case.arguments[case.middle]))
        return own and named and np.allclose(put_out, case.values[case.middle], atol=1e-3)

    return Answer({"layer": layer, "name": "copy"}, "a copy", is_copy)


def is_a_chain(case: Case) -> Answer:
    """Whether each layer takes what the one before puts out, and nothing else, so that a Sequential can hold them."""
    model = case.model
    if isinstance(model, keras.Sequential):
        return Answer({}, True)
    nodes = [node for depth in model._nodes_by_depth.values() for node in depth if not node.is_input]
    used = [id(tensor) for node in nodes for tensor in node.arguments.keras_tensors]
    ends = len(model.inputs) == len(model.outputs) == 1
    once = all(len(node.arguments.keras_tensors) == len(node.outputs) == 1 for node in nodes)
    layers_alone = all(isinstance(node.operation, keras.layers.Layer) for node in nodes)
    return Answer({}, ends and once and layers_alone and len(set(used)) == len(used) == len(nodes))


def names_of_every_layer(case: Case) -> Answer:
    """The names of all layers, those of models inside included, in order."""

    def names(model: Model) -> list[str]:
        return [
            name
            for layer in layers_of(model)
            for name in [layer.name, *(names(layer) if isinstance(layer, keras.Model) else [])]
        ]

    return Answer({}, names(case.model))


def shapes_by_layer(case: Case) -> Answer:
    """The shapes of what each layer puts out, without the batch, by name. A size that is open is `None`."""

    def agrees(found: Any, answer: Any) -> bool:
        return found.keys() == answer.keys() and all(
            len(shape) == len(size) and all(a in {None, b} for a, b in zip(shape, size, strict=True))
            for name in answer
            for shape, size in zip(found[name], answer[name], strict=True)
        )

    shapes = {
        layer.name: [value.shape[1:] for value in flatten(case.values[layer.name])] for layer in layers_of(case.model)
    }
    return Answer({}, shapes, agrees)
