"""Writes what a step of a program did to each part of its models: a lane for each part.

In a lane, `<ins>` is what the step added and `<del>` what it removed. `evidence/running/watch.py` describes what is
known about a step.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from html import escape
from typing import Any

from evidence.running.steps import Steps
from evidence.site.graph_svg import Graph, draw
from evidence.site.html import code, counted
from evidence.site.statements import called

State = Mapping[str, Any]  # of a step, or of one model in it

FUNCTIONS = {"predict": "predict", "test": "evaluate", "train": "fit"}  # what readers call to run them
START: State = {"models": {}, "nodes": [], "layers": []}


def lanes(program: Steps) -> dict[str, Callable[[State, State, str], str]]:
    """Return the lanes that a program needs, by name.

    Each writes the HTML for a step, given the previous step, the step, and its statement.
    """
    weighted = set(layers_with_weights(program))

    def program_traces(before: State, step: State, old: State, model: State) -> str:
        return traces(before, step, old, model, weighted)

    models = [model for step in program for model in step["models"].values()]
    found: dict[str, Callable[[State, State, str], str]] = {
        "List": lambda before, step, _: each_model(before, step, layer_list),
        "Graph": lambda before, step, _: graph(before, step),
    }
    if any(model["functions"] for model in models):
        found["Traces"] = lambda before, step, statement: (
            each_model(before, step, program_traces) + python_run(step, statement)
        )
    if any(model.get("optimizer", {}).get("slots") for model in models):
        found["Optimizer"] = lambda before, step, _: each_model(before, step, optimizer)
    if any(step["printed"] for step in program):
        found["Prints"] = lambda _before, step, _: step["printed"] and f"<samp>{escape(step['printed'])}</samp>"
    return found


def each_model(before: State, step: State, html: Callable[[State, State, State, State], str]) -> str:
    """Return the HTML for each model of a step, beside the variable's name if there are several."""
    was, ran, copies = before["models"], step.get("ran", {}), step.get("copies", {})
    parts = {
        name: html(before, step, was.get(name, {}), {**model, "ran": ran.get(name, {}), "copy": copies.get(name)})
        for name, model in step["models"].items()
    }
    if len(parts) == 1:
        return next(iter(parts.values()))
    return "".join(f'<span class="variable">{code(name)} {html}</span>' for name, html in parts.items() if html)


def added(html: str, known: object) -> str:
    """Return something in its element: `<ins>` unless the step before already had it."""
    tag = "span" if known else "ins"
    return f"<{tag}>{html}</{tag}>"


def removed(names: Iterable[str]) -> list[str]:
    return [f"<del>{name}</del>" for name in names]


def name_of(step: State, number: int) -> str:
    return escape(step["layers"][number][0])


def layer_list(before: State, step: State, old: State, model: State) -> str:
    """Return the list of layers: the private one, if there is one, with marks on what `layers` lacks.

    Below it is the copy that the statement got from `layers`, with marks on what the copy lacks or has in addition.
    """
    now, was = (state.get("list", state.get("layers", [])) for state in (model, old))
    private = {number: " <small>private</small>" for number in now if number not in model["layers"]}
    chips = [added(name_of(step, number) + private.get(number, ""), number in was) for number in now]
    chips += removed(name_of(before, number) for number in was if number not in now)
    return (" ".join(chips) or "empty") + copied(step, model)


def copied(step: State, model: State) -> str:
    if (copy := model["copy"]) is None:
        return ""
    chips = [added(name_of(step, number), number in model["layers"]) for number in copy]
    chips += removed(name_of(step, number) for number in model["layers"] if number not in copy)
    return f' <span class="copy">a copy: {" ".join(chips) or "empty"}</span>'


def graph(before: State, step: State) -> str:
    """Return a drawing of all symbolic calls, or a phrase if there are none."""
    nodes = {(layer, index): [tuple(source) for source in sources] for layer, index, sources, _ in step["nodes"]}
    if not any(nodes.values()):
        layers = any(model["layers"] for model in step["models"].values())
        return "none: a call runs the list" if layers else "none"
    known = {(layer, index) for layer, index, _, _ in before["nodes"]}
    several = {layer for layer, index in nodes if index}
    outputs: dict[tuple[int, int], list[str]] = {}
    for name, model in step["models"].items():
        for layer, index in model["outputs"]:
            outputs.setdefault((layer, index), []).append(name)
    picture = Graph(
        sources=nodes,
        names={node: step["layers"][node[0]][0] for node in nodes},
        notes={(layer, index): with_times(shape) for layer, index, _, shape in step["nodes"]},
        calls={node: node[1] + 1 for node in nodes if node[0] in several},
        outputs=outputs,
        new=nodes.keys() - known,
    )
    moved = any(
        model["outputs"] != before["models"].get(name, {}).get("outputs") for name, model in step["models"].items()
    )
    return added(draw(picture), not (picture.new or moved))


def with_times(shape: str) -> str:
    return shape.replace("x", "×")


def traces(before: State, step: State, old: State, model: State, weighted: set[int]) -> str:
    """Return what is compiled for `predict`, `evaluate` and `fit`, which parts the step ran, and which are stale."""
    parts = []
    for function, state in model["functions"].items():
        runs, was = code(FUNCTIONS[function]), old.get("functions", {}).get(function)
        if state["runs"] == "python":
            parts.append(added(f"{runs} runs Python each time", was))
        elif isinstance(state["traces"], int):
            parts.append(added(f"{runs} has {counted(state['traces'], 'trace')}", state == was))
        else:
            known = was["traces"] if was else []
            for place, trace in enumerate(state["traces"]):
                ran = " <strong>ran now</strong>" if place in model["ran"].get(function, ()) else ""
                stale = " <em>stale</em>" if is_stale(trace, step, model, weighted) else ""
                parts.append(added(f"{runs} {in_and_out(step, trace)}{ran}{stale}", trace in known))
    parts += removed(code(FUNCTIONS[name]) for name in old.get("functions", {}) if name not in model["functions"])
    return " ".join(parts)


def in_and_out(step: State, trace: Sequence[Any]) -> str:
    """Return the shapes that a trace takes and returns, and the layers whose weights it uses."""
    takes, gives, *used = trace
    layers = ", ".join(name_of(step, number) for numbers in used for number in numbers)
    return with_times(takes + (f" → {gives}" if gives else "")) + (f" with {layers}" if layers else "")


def layers_with_weights(program: Steps) -> Iterable[int]:
    """Yield the layers whose weights some trace of a program uses."""
    for step in program:
        for model in step["models"].values():
            for function in model["functions"].values():
                if isinstance(function.get("traces"), list):
                    yield from (number for _, _, *used in function["traces"] for numbers in used for number in numbers)


def is_stale(trace: Sequence[Any], step: State, model: State, weighted: set[int]) -> bool:
    """Return whether a trace uses layers other than the model's, or returns a different width than its graph."""
    _, gives, *used = trace
    if used and set(used[0]) != weighted.intersection(model["layers"]):
        return True
    shapes = [shape for layer, index, _, shape in step["nodes"] if [layer, index] in model["outputs"]]
    return bool(gives and shapes) and gives.rpartition("x")[2] != shapes[0].rpartition("x")[2]


def python_run(step: State, statement: str) -> str:
    """Say which layers' `call` Python ran in a statement that runs a model; "" for other statements."""
    if not {"predict", "evaluate", "fit", *step["models"]}.intersection(called(statement)):
        return ""
    counts = {escape(name): count for name, _, *counts in step["layers"] for count in counts}
    names = [name + (f" {count} times" if count > 1 else "") for name, count in counts.items()]
    if names:
        return f'<span class="ran">Python ran {", ".join(names)}</span>'
    functions = [function for model in step["models"].values() for function in model["functions"].values()]
    traced = any(function["runs"] == "traces" for function in functions)  # not Keras 2's one graph
    return f'<span class="ran">No Python ran: the {"old trace" if traced else "graph"} answered</span>'


def optimizer(before: State, step: State, old: State, model: State) -> str:
    """Return the layers whose weights an optimizer keeps values for, and which of them the model no longer has."""
    if "optimizer" not in model:
        return ""
    now, was = model["optimizer"].get("slots", {}), old.get("optimizer", {}).get("slots", {})
    parts = []
    for number, weights in now.items():
        known = number != "None"  # A weight of no layer.
        gone = "" if known and int(number) in model["layers"] else " <em>not in the model</em>"
        owner = name_of(step, int(number)) if known else "another layer"
        parts.append(added(f"{counted(weights, 'weight')} of {owner}{gone}", number in was))
    parts += removed(name_of(before, int(number)) for number in was if number not in now and number != "None")
    return f"{escape(model['optimizer']['class'])} keeps {' '.join(parts) or 'nothing yet'}"
