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


def new_head(case: Case) -> NewModel:
    """A Dense of 5 stands in place of the last layer; other outputs stay."""

    def outputs(new: Model) -> Any:
        [head] = [layer for layer in layers_of(new) if layer.name not in case.weights]
        return case.walk({case.last: lambda layer, *args, **kwargs: head(*args)})

    return NewModel({"classes": 5}, outputs, case.names_without(case.last))


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
    names = [layer.name for layer in layers_of(case.model) if _with_activation(layer, relu)]
    if not names:
        raise LackingError("a layer with the activation relu")
    outputs = case.walk(dict.fromkeys(names, _call_with_activation(relu, elu)))
    return NewModel({"old": "relu", "new": "elu"}, outputs, list(case.weights), shares=False)


@_in_place
def make_the_middle_linear(case: Case) -> NewModel:
    activation = getattr(case.model.get_layer(case.middle), "activation", None)
    if activation is None:
        raise LackingError("an activation in the layer")
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
