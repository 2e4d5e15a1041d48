"""What must hold of a model that a recipe has made.

A check that the kind of model fails before any surgery, such as saving a layer without `get_config`, is not held
against the recipe.
"""

from __future__ import annotations

import contextlib
import functools
import io
import os
import re
import sys
import tempfile
from collections.abc import Callable, Iterator
from typing import Any

import keras
import numpy as np

from after_surgery.case import (
    Case,
    Layer,
    Model,
    call,
    end_of,
    layers_of,
    reset_states,
    start_of,
    step,
    targets_like,
    train,
    walk,
    weights_by_id,
)
from after_surgery.tasks import NewModel
from after_surgery.values import arrays_equal, as_arrays, as_tensors, close, flatten, like


class Surgery:
    """A model, and the data and the inner layer by which it is checked."""

    def __init__(self, model: Model, data: Any, middle: str, compiled: bool = False) -> None:
        self.model, self.data, self.middle = model, data, middle
        self.compiled = compiled  # whether the recipe compiles it, so that `fit` must be right as it is

    @functools.cached_property
    def called(self) -> tuple[Any, set[int]]:
        """What the model puts out, and how often its layers are called for that."""
        calls: dict[int, int] = {}
        original = keras.layers.Layer.__call__

        def counting(layer: Layer, *args: Any, **kwargs: Any) -> Any:
            calls[id(layer)] = calls.get(id(layer), 0) + 1
            return original(layer, *args, **kwargs)

        reset_states(self.model)
        keras.layers.Layer.__call__ = counting
        try:
            outputs = self.model(as_tensors(self.data), training=False)
        finally:
            keras.layers.Layer.__call__ = original
        return as_arrays(outputs), set(calls.values())

    @functools.cached_property
    def copy(self) -> Model:
        """A copy of the model, each layer of which was called once. The guide says when to make one."""
        copy = keras.models.clone_model(self.model)
        if not copy.built:
            copy.build(self.model.input_shape)
        copy.set_weights(self.model.get_weights())
        for layer in copy._flatten_layers():
            if isinstance(layer, keras.layers.Normalization):
                layer.finalize_state()
        return copy


def faults_of(new: Model, outputs: Any, case: Case, wanted: NewModel, make: Any, *, in_place: bool) -> Iterator[str]:
    """Yield what is wrong with the new model, in a few words each."""
    expected = wanted.outputs(new) if callable(wanted.outputs) else wanted.outputs
    if expected is not None and not close(expected, outputs):
        yield "other numbers"
    names = {layer.name for layer in layers_of(new)}
    missing_or_more = wanted.layers is not None and set(wanted.layers) != names & set(case.weights)
    if missing_or_more or not names >= set(wanted.adds):
        yield "other layers"
    if wanted.has is not None and not wanted.has(new):
        yield "is not such a model"
    kept = [layer for layer in new.layers if layer.name in case.weights and layer.get_weights()]
    if not all(
        map(arrays_equal, (case.weights[layer.name] for layer in kept), (layer.get_weights() for layer in kept))
    ):
        yield "other weights"
    trainable = {**case.trainable, **dict.fromkeys(wanted.frozen, False)}
    if any(layer.trainable != trainable[layer.name] for layer in kept):
        yield "freezes or unfreezes a layer"
    old = {id(layer) for layer in case.model.layers}
    if not in_place:
        if any((id(layer) in old) != wanted.shares for layer in kept if layer.name not in wanted.made_again):
            yield "copies layers" if wanted.shares else "shares layers"
        if not close(case.outputs, call(case.model, case.data)):
            yield "changes the original"
    checks = [
        ("a layer runs more than once", lambda case: case.called[1] <= {1}),
        ("cannot be cut again", cut_again),
        ("has no gradient at an inner layer", has_gradient),
        ("is different when saved and loaded", saves),
        ("trains other weights", trains_what_it_should),
    ]
    after = Surgery(new, case.data if wanted.data is None else wanted.data, case.middle, in_place)
    for what, holds in checks:
        # The other is a model of this kind that no recipe has touched.
        if not succeeds(holds, after) and succeeds(holds, Surgery(make.model(), case.data, case.middle)):
            yield what


def succeeds(holds: Callable[[Surgery], bool], case: Surgery) -> bool:
    try:
        with silent_standard_output(), standard_error():
            return bool(holds(case))
    except Exception:
        return False


def inner_layer(case: Surgery) -> Layer | None:
    """Return a layer that is called once, before the last: the middle one if it is still there; `None` if none is."""
    once = [
        layer
        for layer in case.model.layers[-2::-1]
        if not isinstance(layer, (keras.layers.InputLayer, keras.Model)) and calls_of(case.model, layer) == 1
    ]
    return next((layer for layer in once if layer.name == case.middle), once[0] if once else None)


def calls_of(model: Model, layer: Layer) -> int:
    """Return how often a functional model calls a layer; a Sequential calls each of its layers once."""
    if isinstance(model, keras.Sequential):
        return 1
    return sum(node.operation is layer for nodes in model._nodes_by_depth.values() for node in nodes)


def cut_again(case: Surgery) -> bool:
    layer = inner_layer(case)
    if layer is None:
        return True
    values = walk(case.model, case.data)[1][layer.name]
    model = case.copy
    cut = keras.Model(start_of(model), model.get_layer(layer.name).output)
    return close(values, call(cut, case.data))


def has_gradient(case: Surgery) -> bool:
    """Say whether a gradient leads from the output to an inner layer, in one model of both."""
    layer, backend = inner_layer(case), keras.backend.backend()
    if layer is None or backend not in {"tensorflow", "torch", "jax"}:
        return True
    model = case.copy
    inner_output = model.get_layer(layer.name).output
    pair = keras.Model(start_of(model), [inner_output, *flatten(end_of(model))])
    inputs = as_tensors(case.data)
    if backend == "jax":
        return has_gradient_on_jax(pair, model.get_layer(layer.name), len(flatten(inner_output)), inputs)
    if backend == "torch":
        import torch

        for tensor in flatten(inputs):
            if tensor.is_floating_point():
                tensor.requires_grad_()
        inner, *outputs = pair(inputs)
        loss = sum(torch.sum(value.float() ** 2) for value in outputs)
        return bool(torch.autograd.grad(loss, inner, allow_unused=True)[0] is not None)
    import tensorflow as tf

    with tf.GradientTape() as tape:
        tape.watch([tensor for tensor in flatten(inputs) if tensor.dtype.is_floating])
        inner, *outputs = pair(inputs)
        loss = sum(tf.reduce_sum(tf.cast(value, "float32") ** 2) for value in outputs)
    return bool(tape.gradient(loss, inner) is not None)


def has_gradient_on_jax(pair: Model, layer: Layer, count: int, inputs: Any) -> bool:
    """Say whether the outputs of a pair, behind `count` of a layer, change with what that layer puts out.

    JAX differentiates functions of their arguments, and an inner layer's values are none. So something is added to
    them, and the derivative is taken by how much of it.
    """
    import jax

    original = layer.call

    def loss(amount: Any) -> Any:
        def shifted(value: Any) -> Any:
            shift = np.random.RandomState(0).standard_normal(value.shape)
            return value + (amount * shift).astype(value.dtype) if "float" in str(value.dtype) else value

        def call_shifted(*args: Any, **kwargs: Any) -> Any:
            return like(original(*args, **kwargs), shifted)

        layer.call = call_shifted
        weights = [
            [weight.value for weight in group] for group in (pair.trainable_variables, pair.non_trainable_variables)
        ]
        outputs, _ = pair.stateless_call(*weights, inputs, training=False)
        return sum((value.astype("float32") ** 2).sum() for value in flatten(outputs)[count:])

    return bool(jax.grad(loss)(0.0) != 0)


def saves(case: Surgery) -> bool:
    with tempfile.TemporaryDirectory() as folder:
        path = f"{folder}/model.keras"
        case.model.save(path)
        return close(case.called[0], call(keras.models.load_model(path), case.data))


def trains_what_it_should(case: Surgery) -> bool:
    """Say whether a step of training moves each layer that is to be trained, and no weight that is not.

    It need not move each weight of a layer: what scales the input of a BatchNormalization has no gradient.
    """
    before, targets = weights_by_id(case.model), targets_like(case.called[0])
    if case.compiled:
        step(case.model, case.data, targets)
    else:
        train(case.model, case.data, targets)
    moved = {key for key, value in weights_by_id(case.model).items() if not np.array_equal(before[key], value)}
    may_move = {id(weight) for weight in case.model.trainable_weights}
    for layer in case.model._flatten_layers():
        if layer.trainable and isinstance(layer, keras.layers.BatchNormalization):
            may_move.update(id(weight) for weight in layer.non_trainable_weights)
        own = {id(weight) for weight in layer.trainable_weights}
        if own and not layer._layers and not own & moved:
            return False
    may_move.update(id(weight) for weight in case.model.weights if "state" in weight.name)
    return moved <= may_move


# What is printed ----------------------------------------------------------------------------------------------------


def silent_standard_output() -> contextlib.AbstractContextManager[Any]:
    return contextlib.redirect_stdout(io.StringIO())


@contextlib.contextmanager
def standard_error() -> Iterator[Callable[[], str]]:
    """Catch what is written to standard error, by C++ as well; yield a function that returns it."""
    with tempfile.TemporaryFile() as file:
        sys.stderr.flush()
        kept = os.dup(2)
        os.dup2(file.fileno(), 2)
        text: list[str] = []
        try:
            yield lambda: "".join(text)
        finally:
            sys.stderr.flush()
            os.dup2(kept, 2)
            os.close(kept)
            file.seek(0)
            text.append(warning_in(file.read().decode("utf-8", "replace")))


def warning_in(printed: str) -> str:
    """Return the first warning in what was printed, without its place; "" if there is none."""
    lines = [line for line in printed.splitlines() if re.search(r"warn", line, re.IGNORECASE)]
    return re.sub(r"^.*?(?=\w*Warning: )", "", lines[0])[:200] if lines else ""
