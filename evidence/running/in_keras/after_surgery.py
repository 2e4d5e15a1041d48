"""Tries a recipe on a model, and says what is wrong with what comes out.

It runs in an environment, on Keras 3 and NumPy alone, in a process of its own. A recipe is the code of a block without
the lines that readers replace with their own model (see `evidence.pages.recipes`); a kind of model is a file of
`models/`. What the recipe should have done is computed here in another way: layer by layer, with the model as it was.

A check that the kind of model fails before any surgery, such as saving a layer without `get_config`, is not held
against the recipe.
"""

from __future__ import annotations

import contextlib
import functools
import io
import json
import os
import re
import sys
import tempfile
import types
from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

import keras
import numpy as np

# Keras 3.0 to 3.15 on three backends: no one type fits.
Model: TypeAlias = Any
Layer: TypeAlias = Any
Array: TypeAlias = Any

ROWS = 4
TOLERANCE = 1e-3  # OpenVINO and mixed precision aside, float32 on each backend is far closer.


def print_trial(**request: str) -> None:
    """Print as JSON what `outcome_of` returns."""
    print(json.dumps(outcome_of(**request), sort_keys=True))


def outcome_of(kind: str, recipe: str, task: str, result: str) -> dict[str, Any]:
    """Return what a recipe did to a kind of model.

    `kind` and `recipe` are Python; `task` is the name of a function in TASKS; `result` is the variable that holds the
    model that the recipe makes. The answer is `{"is": "right"}`; `{"is": "raises", "error": ..., "message": ...}`;
    `{"is": "wrong", "because": [...]}`, which names the checks that failed; or `lacks` with an error, where this Keras
    cannot make such a model.
    """
    make = module_of(kind)
    try:
        case = Case(make)
    except (AttributeError, TypeError) as error:
        return {"is": "lacks", "error": type(error).__name__, "message": first_line(error)}
    wanted = TASKS[task](case)
    if wanted.in_place:
        train(case.model, case.data, eagerly=False)  # Whatever was traced may be stale after the recipe.
        case.model.predict(case.data, verbose=0)
        case.look_again()
        wanted = TASKS[task](case)
    scope = {"__name__": "__main__", "model": case.model, "data": case.data, **wanted.arguments}
    try:
        with silent_standard_output(), standard_error() as printed:
            exec(compile(recipe, "recipe", "exec"), scope)  # noqa: S102 (that is what a trial is)
            new = scope[result]
            outputs = run(new, case.data) if wanted.in_place else call(new, case.data)
    except Exception as error:
        return {"is": "raises", "error": type(error).__name__, "message": first_line(error)}
    faults = list(faults_of(new, outputs, case, wanted, make))
    if said := printed():
        faults.append("prints a warning: " + said)
    return {"is": "wrong", "because": faults} if faults else {"is": "right"}


# What a model is, and does ------------------------------------------------------------------------------------------


class Case:
    """A model with data for it, and what each of its layers puts out."""

    def __init__(self, make: Any) -> None:
        keras.utils.set_random_seed(0)
        self.model, self.data = make.model(), make.data()
        self.middle = getattr(make, "MIDDLE", "middle")
        self.look_again()

    def look_again(self) -> None:
        self.outputs, self.values, self.arguments = walk(self.model, self.data)
        self.weights = {layer.name: layer.get_weights() for layer in layers_of(self.model)}
        self.trainable = {layer.name: layer.trainable for layer in layers_of(self.model)}

    def walk(self, instead: dict[str, Callable[..., Any]]) -> Any:
        return walk(self.model, self.data, instead)[0]

    @property
    def last(self) -> str:
        return str(self.model.layers[-1].name)

    def names_without(self, name: str) -> list[str]:
        return [other for other in self.weights if other != name]


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


def train(model: Model, data: Any, eagerly: bool = True) -> None:
    """Compile, and make one step towards random targets with plain gradient descent."""
    targets = random_targets(model, data)
    loss = like(targets, lambda target: "mse")
    model.compile(optimizer=keras.optimizers.SGD(0.1), loss=loss, run_eagerly=eagerly)
    step(model, data, targets)


def step(model: Model, data: Any, targets: Any = None) -> None:
    reset_states(model)
    model.fit(data, random_targets(model, data) if targets is None else targets, batch_size=ROWS, verbose=0)


def random_targets(model: Model, data: Any) -> Any:
    random = np.random.RandomState(1)
    return like(call(model, data), lambda value: random.standard_normal(value.shape).astype("float32"))


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


# What must hold after a recipe --------------------------------------------------------------------------------------


class Wanted:
    """What a recipe is to do.

    arguments: what it gets besides `model` and `data`, by name.
    outputs: what the new model is to put out; `None` if that cannot be known.
    layers: names of the layers that it is to have, and of no others of the old model; `None`: any.
    in_place: whether the model itself is changed.
    shares: whether the new model holds the layers of the old one, or copies of them.
    """

    def __init__(
        self,
        arguments: dict[str, Any],
        outputs: Any,
        layers: list[str] | None = None,
        in_place: bool = False,
        shares: bool = True,
    ) -> None:
        self.arguments, self.outputs, self.layers = arguments, outputs, layers
        self.in_place, self.shares = in_place, shares


def faults_of(new: Model, outputs: Any, case: Case, wanted: Wanted, make: Any) -> Iterator[str]:
    """Yield what is wrong with the new model, in a few words each."""
    expected = wanted.outputs(new) if callable(wanted.outputs) else wanted.outputs
    if expected is not None and not close(expected, outputs):
        yield "other numbers"
    names = [layer.name for layer in layers_of(new)]
    if wanted.layers is not None and set(wanted.layers) != set(names) & set(case.weights):
        yield "other layers"
    kept = [layer for layer in new.layers if layer.name in case.weights and layer.get_weights()]
    if not all(
        map(arrays_equal, (case.weights[layer.name] for layer in kept), (layer.get_weights() for layer in kept))
    ):
        yield "other weights"
    if any(layer.trainable != case.trainable[layer.name] for layer in kept):
        yield "freezes or unfreezes a layer"
    old = {id(layer) for layer in case.model.layers}
    if not wanted.in_place:
        if any((id(layer) in old) != wanted.shares for layer in kept):
            yield "copies layers" if wanted.shares else "shares layers"
        if not close(case.outputs, call(case.model, case.data)):
            yield "changes the original"
    checks = [
        ("a layer runs more than once", lambda case: counts(case) <= {1}),
        ("cannot be cut again", cut_again),
        ("has no gradient at an inner layer", has_gradient),
        ("is different when saved and loaded", saves),
        ("trains other weights", trains_what_it_should),
    ]
    after = Surgery(new, case)
    for what, holds in checks:
        # The other is a model of this kind that no recipe has touched.
        if not succeeds(holds, after) and succeeds(holds, Surgery(make.model(), case)):
            yield what


class Surgery:
    """A model, and the data and the inner layer by which it is checked."""

    def __init__(self, model: Model, case: Case) -> None:
        self.model, self.data, self.middle = model, case.data, case.middle

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


def succeeds(holds: Callable[[Surgery], bool], case: Surgery) -> bool:
    try:
        with silent_standard_output(), standard_error():
            return bool(holds(case))
    except Exception:
        return False


def counts(case: Surgery) -> set[int]:
    """Return how often layers are called in one call of the model."""
    calls: dict[int, int] = {}
    original = keras.layers.Layer.__call__

    def counting(layer: Layer, *args: Any, **kwargs: Any) -> Any:
        calls[id(layer)] = calls.get(id(layer), 0) + 1
        return original(layer, *args, **kwargs)

    keras.layers.Layer.__call__ = counting
    try:
        case.model(as_tensors(case.data))
    finally:
        keras.layers.Layer.__call__ = original
    return set(calls.values())


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
    layer = inner_layer(case)
    if layer is None or keras.backend.backend() != "tensorflow":
        return True
    import tensorflow as tf

    model = case.copy
    pair = keras.Model(start_of(model), [model.get_layer(layer.name).output, *flatten(end_of(model))])
    inputs = as_tensors(case.data)
    with tf.GradientTape() as tape:
        tape.watch([tensor for tensor in flatten(inputs) if tensor.dtype.is_floating])
        inner, *outputs = pair(inputs)
        loss = sum(tf.reduce_sum(tf.cast(value, "float32") ** 2) for value in outputs)
    return tape.gradient(loss, inner) is not None


def saves(case: Surgery) -> bool:
    with tempfile.TemporaryDirectory() as folder:
        path = f"{folder}/model.keras"
        case.model.save(path)
        return close(call(case.model, case.data), call(keras.models.load_model(path), case.data))


def trains_what_it_should(case: Surgery) -> bool:
    """Say whether a step of training moves each layer that is to be trained, and no weight that is not.

    It need not move each weight of a layer: what scales the input of a BatchNormalization has no gradient.
    """
    before = weights_by_id(case.model)
    train(case.model, case.data)
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


# What the recipes are to do -----------------------------------------------------------------------------------------


def end_at_the_middle(case: Case) -> Wanted:
    return Wanted({"end": case.middle}, case.values[case.middle])


def leave_out_the_last(case: Case) -> Wanted:
    """The new model ends in what the last layer was given."""
    return Wanted({}, as_arrays(case.arguments[case.last][0]), case.names_without(case.last))


def take_off_the_last(case: Case) -> Wanted:
    wanted = leave_out_the_last(case)
    wanted.in_place = True
    return wanted


def leave_out_the_middle(case: Case) -> Wanted:
    def pass_on(layer: Layer, *args: Any, **kwargs: Any) -> Any:
        return args[0]

    return Wanted({"remove": case.middle}, case.walk({case.middle: pass_on}), case.names_without(case.middle))


def put_in_behind_the_middle(case: Case) -> Wanted:
    def double(layer: Layer, *args: Any, **kwargs: Any) -> Any:
        return keras.layers.Rescaling(2.0)(layer(*args, **kwargs))  # It hands on a mask, which `* 2` would not.

    return Wanted(
        {"after": case.middle, "make": lambda: keras.layers.Rescaling(2.0, name="new")},
        case.walk({case.middle: double}),
        list(case.weights),
    )


def new_head(case: Case) -> Wanted:
    """A Dense of 5 stands in place of the last layer; other outputs stay."""

    def outputs(new: Model) -> Any:
        [head] = [layer for layer in layers_of(new) if layer.name not in case.weights]
        return case.walk({case.last: lambda layer, *args, **kwargs: head(*args)})

    return Wanted({"classes": 5}, outputs, case.names_without(case.last))


def copy(case: Case) -> Wanted:
    return Wanted({}, case.outputs, list(case.weights), shares=False)


def pair(case: Case) -> Wanted:
    return Wanted({"inner": case.middle}, [case.values[case.middle], *flatten(case.outputs)])


TASKS = {
    task.__name__: task
    for task in (
        end_at_the_middle,
        leave_out_the_last,
        take_off_the_last,
        leave_out_the_middle,
        put_in_behind_the_middle,
        new_head,
        copy,
        pair,
    )
}


# Values, and what is printed ----------------------------------------------------------------------------------------


def flatten(structure: Any) -> list[Any]:
    """Return the leaves of lists, tuples and dicts; a dict's in the order of its keys, as Keras does."""
    if isinstance(structure, dict):
        structure = [structure[key] for key in sorted(structure)]
    if isinstance(structure, (list, tuple)):
        return [leaf for part in structure for leaf in flatten(part)]
    return [structure]


def like(structure: Any, make: Callable[[Any], Any]) -> Any:
    if isinstance(structure, dict):
        return {key: like(part, make) for key, part in structure.items()}
    if isinstance(structure, (list, tuple)):
        return [like(part, make) for part in structure]
    return make(structure)


def as_tensors(structure: Any) -> Any:
    return like(structure, keras.ops.convert_to_tensor)


def as_arrays(structure: Any) -> Any:
    return like(structure, lambda value: np.array(keras.ops.convert_to_numpy(value)))


def close(one: Any, other: Any) -> bool:
    """Say whether two structures hold the same numbers, whatever lists or dicts they are in."""
    one, other = flatten(one), flatten(other)
    return len(one) == len(other) and all(
        a.shape == b.shape and np.allclose(a.astype("float32"), b.astype("float32"), atol=TOLERANCE, rtol=TOLERANCE)
        for a, b in zip(one, other, strict=True)
    )


def arrays_equal(one: list[Array], other: list[Array]) -> bool:
    return len(one) == len(other) and all(map(np.array_equal, one, other))


def module_of(source: str) -> types.ModuleType:
    """Return a module made of source code; what it registers and pickles belongs to it."""
    module = types.ModuleType("kind")
    sys.modules["kind"] = module
    exec(compile(source, "kind", "exec"), module.__dict__)  # noqa: S102 (a file of models/)
    return module


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


def first_line(error: Exception) -> str:
    return next((line.strip() for line in str(error).splitlines() if line.strip()), "")[:200]
