"""A model to be tried, and what each of its layers puts out, found by running it layer by layer."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, TypeAlias

import keras
import numpy as np

from after_surgery.values import Array, as_arrays, as_tensors, flatten, like

# Keras 3.0 to 3.15 on three backends: no one type fits.
Model: TypeAlias = Any
Layer: TypeAlias = Any

ROWS = 4


class Case:
    """A model with data for it, and what each of its layers puts out, as it was before the recipe."""

    def __init__(self, make: Any) -> None:
        keras.utils.set_random_seed(0)
        self.model, self.data = make.model(), make.data()
        self.middle = getattr(make, "MIDDLE", "middle")
        self.look()

    def train_and_predict(self) -> None:
        """Have `fit` and `predict` traced, so that they are stale after whatever needs `compile`."""
        train(self.model, self.data, targets_like(call(self.model, self.data)), eagerly=False)
        self.model.predict(self.data, verbose=0)
        self.look()

    def look(self) -> None:
        self.__dict__.pop("_walked", None)
        self.weights = {layer.name: layer.get_weights() for layer in layers_of(self.model)}
        self.trainable = {layer.name: layer.trainable for layer in layers_of(self.model)}

    @functools.cached_property
    def _walked(self) -> tuple[Any, dict[str, Any], dict[str, tuple[Any, ...]]]:
        return walk(self.model, self.data)

    @property
    def outputs(self) -> Any:
        return self._walked[0]

    @property
    def values(self) -> dict[str, Any]:
        """What each layer puts out, by name."""
        return self._walked[1]

    @property
    def arguments(self) -> dict[str, tuple[Any, ...]]:
        """What each layer is given, by name."""
        return self._walked[2]

    def walk(self, instead: dict[str, Callable[..., Any]]) -> Any:
        return walk(self.model, self.data, instead)[0]

    @property
    def last(self) -> str:
        return str(self.model.layers[-1].name)

    def names_without(self, *names: str) -> list[str]:
        return [other for other in self.weights if other not in names]


def walk(model: Model, data: Any, instead: Any = ()) -> tuple[Any, dict[str, Any], dict[str, tuple[Any, ...]]]:
    """Run a model layer by layer; return its outputs, and by name what each layer put out, and what it was given.

    `instead` maps names of layers to functions that stand for their calls: they get the layer and its arguments.
    """
    instead = dict(instead)
    values, given = {}, {}
    reset_states(model)

    def call_layer(layer: Layer, *args: Any, **kwargs: Any) -> Any:
        given[layer.name] = args
        if getattr(layer, "_call_has_training_arg", False):
            kwargs["training"] = False  # By default, augmentation augments.
        values[layer.name] = instead.get(layer.name, just_call)(layer, *args, **kwargs)
        return values[layer.name]

    if isinstance(model, keras.Sequential):
        outputs = as_tensors(data)
        for layer in model.layers:
            outputs = call_layer(layer, outputs)
    else:
        tensors = dict(zip(map(id, model.inputs), flatten(as_tensors(data)), strict=True))
        for _, nodes in sorted(model._nodes_by_depth.items(), reverse=True):
            for node in nodes:
                if not node.is_input and all(id(tensor) in tensors for tensor in node.arguments.keras_tensors):
                    args, kwargs = node.arguments.fill_in(tensors)
                    made = flatten(call_layer(node.operation, *args, **kwargs))
                    tensors.update(zip(map(id, node.outputs), made, strict=True))
        outputs = [tensors[id(tensor)] for tensor in model.outputs]
    return as_arrays(outputs), {name: as_arrays(value) for name, value in values.items()}, given


def just_call(layer: Layer, *args: Any, **kwargs: Any) -> Any:
    return layer(*args, **kwargs)


def call(model: Model, data: Any) -> Any:
    reset_states(model)
    return as_arrays(model(as_tensors(data), training=False))


def run(model: Model, data: Any) -> Any:
    reset_states(model)
    return as_arrays(model.predict(data, verbose=0))


def train(model: Model, data: Any, targets: Any, eagerly: bool = True) -> None:
    """Compile, and make one step towards the targets with plain gradient descent."""
    loss = like(targets, lambda target: "mse")
    model.compile(optimizer=keras.optimizers.SGD(0.1), loss=loss, run_eagerly=eagerly)
    step(model, data, targets)


def step(model: Model, data: Any, targets: Any) -> None:
    """Make one step of training with what the model was compiled with."""
    reset_states(model)
    model.fit(data, targets, batch_size=ROWS, verbose=0)


def targets_like(outputs: Any) -> Any:
    """Return random targets for outputs of these shapes."""
    random = np.random.RandomState(1)
    return like(outputs, lambda value: random.standard_normal(value.shape).astype("float32"))


def reset_states(model: Model) -> None:
    for layer in model._flatten_layers():
        if getattr(layer, "stateful", False) and hasattr(layer, "reset_state"):
            layer.reset_state()


def layers_of(model: Model) -> list[Layer]:
    """Return the layers of a model but for its inputs, which a Sequential does not list either."""
    return [layer for layer in model.layers if not isinstance(layer, keras.layers.InputLayer)]


def weights_by_id(model: Model) -> dict[int, Array]:
    return {id(weight): np.array(keras.ops.convert_to_numpy(weight)) for weight in model.weights}


def start_of(model: Model) -> Any:
    """Return the symbolic input of a model as it takes it: a tensor, or a structure of them."""
    return model.inputs[0] if isinstance(model, keras.Sequential) else model.input


def end_of(model: Model) -> Any:
    return model.outputs[0] if isinstance(model, keras.Sequential) else model.output
