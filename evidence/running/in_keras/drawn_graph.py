"""Reads from Keras what a picture shows: the layers of a model, and which takes the output of which. For Keras 3.

Of a list these are its layers, and of `predict_function` those whose weights its traces use.

A graph is `{"layers": {key: {"identity": int, "inside": graph or None}}, "edges": [[key, key]]}`. A layer's key is its
name, with the number of the call for a layer that is called several times: "shared#2". An input without a name of its
own is called "input"; each of several such goes by the variable that holds it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from functools import reduce
from typing import Any

import keras

from evidence.running import watch


def print_graphs(variables: Mapping[str, Any], panels: Iterable[Iterable[str]]) -> None:
    """Print the graph of each panel's variables in one line, as JSON; they hold models, tensors, lists or functions."""
    print(json.dumps([graph_of([held(variables, name) for name in panel], variables) for panel in panels]))


def held(variables: Mapping[str, Any], name: str) -> Any:
    """Return what a variable holds, or an attribute of it: "model.layers"."""
    first, *attributes = name.split(".")
    return reduce(getattr, attributes, variables[first])


def graph_of(values: Sequence[Any], variables: Mapping[str, Any]) -> dict[str, Any]:
    """Return the graph of everything that models and tensors are computed from, or the layers of a list or function."""
    [first, *_] = values
    listed = first if isinstance(first, list) else traced_layers(first, variables)
    if listed is not None:
        return {"layers": {layer.name: {"identity": id(layer), "inside": None} for layer in listed}, "edges": []}
    nodes: dict[int, tuple[Any, Any]] = {}  # calls, each with its layer
    for value in values:
        collect(ends_of(value), nodes)
    calls: dict[int, list[Any]] = {}  # by layer, in their order
    for layer, node in nodes.values():
        calls.setdefault(id(layer), []).append(node)
    for layer, _ in nodes.values():
        calls[id(layer)].sort(key=layer._inbound_nodes.index)

    unnamed = [layer for layer, _ in nodes.values() if is_unnamed_input(layer)]

    def key_of(tensor: Any) -> str:
        layer, node = source(tensor)
        name = layer.name
        if is_unnamed_input(layer):
            held_by = next((name for name, value in variables.items() if value is tensor), name)
            name = "input" if len(unnamed) == 1 else held_by
        return name if len(calls[id(layer)]) == 1 else f"{name}#{calls[id(layer)].index(node) + 1}"

    layers, edges = {}, []
    for layer, node in nodes.values():
        key = key_of(node.output_tensors[0])
        if key in layers:
            raise ValueError(f"two layers are called {key!r}: give them names")
        inside = graph_of([layer], variables) if isinstance(layer, keras.Model) else None
        layers[key] = {"identity": id(layer), "inside": inside}
        edges += [[key_of(tensor), key] for tensor in node.input_tensors]
    return {"layers": layers, "edges": edges}


def traced_layers(function: Any, variables: Mapping[str, Any]) -> list[Any] | None:
    """Return the layers that `variables` hold, also in lists and models, and that a function's traces use weights of.

    `None` for what has no traces.
    """
    traces = None if isinstance(function, keras.Model) else watch.traced(function)
    if traces is None:
        return None
    parts = [part for value in variables.values() for part in (value if isinstance(value, list) else [value])]
    layers = [layer for part in parts if isinstance(part, keras.Layer) for layer in getattr(part, "layers", [part])]
    owners = {id(weight.value): layer for layer in layers for weight in layer.weights}
    used = [owners[id(variable)] for trace in traces for variable in trace.graph.variables]
    return list({id(layer): layer for layer in used}.values())


def ends_of(value: Any) -> list[Any]:
    """Return the tensors at which a model ends and begins, or a tensor itself."""
    return [*value.outputs, *value.inputs] if isinstance(value, keras.Model) else [value]


def collect(tensors: Iterable[Any], nodes: dict[int, tuple[Any, Any]]) -> None:
    for tensor in tensors:
        layer, node = source(tensor)
        if id(node) not in nodes:
            nodes[id(node)] = layer, node
            collect(node.input_tensors, nodes)


def source(tensor: Any) -> tuple[Any, Any]:
    """Return the layer that made a tensor, and the call that did."""
    layer, index, _ = tensor._keras_history
    return layer, layer._inbound_nodes[index]


def is_unnamed_input(layer: Any) -> bool:
    automatic = "input_layer", "keras_tensor"
    return isinstance(layer, keras.layers.InputLayer) and layer.name.startswith(automatic)
