"""Says in words what a picture shows, for people who can't see it."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from itertools import pairwise

from evidence.pages.picture_fences import picture_fences
from evidence.pages.picture_reader import PictureError, read_picture
from evidence.pages.pictures import Graph, Panel, Picture


def in_words(picture: Picture, panel: Panel) -> str:
    """Return what a panel shows: "model: from inputs to branch (removed) to add; from inputs to add."."""
    return f"{panel.title}: {chains_in_words(picture, panel, panel.graph)}."


def chains_in_words(picture: Picture, panel: Panel, graph: Graph) -> str:
    told: set[str] = set()  # Describe a layer where it first occurs.

    def layer_in_words(key: str) -> str:
        layer = graph.layers[key]
        notes: list[str] = [f"call {layer.call}"] if layer.call else []
        if key not in told:
            told.add(key)
            notes += [picture.mark_of_layer(panel, layer)]
            notes += ["shared"] if layer.same else []
            notes += [f"inside: {chains_in_words(picture, panel, layer.inside)}"] if layer.inside else []
        in_brackets = ", ".join(filter(None, notes))
        return f"{layer.name} ({in_brackets})" if in_brackets else layer.name

    def step_in_words(start: str, end: str) -> str:
        if (start, end) in graph.listed:
            return f", {layer_in_words(end)}"
        if (start, end) in graph.gaps:
            return f", but no path to {layer_in_words(end)}"
        mark = picture.mark_of_edge(panel, (start, end))
        if any(picture.mark_of_layer(panel, graph.layers[key]) for key in (start, end)):
            mark = ""  # The layer's own mark says it.
        return f" to {layer_in_words(end)}" + (f" ({mark} connection)" if mark else "")

    def chain_in_words(chain: Sequence[str]) -> str:
        first = ("from " if len(chain) > 1 and not graph.listed else "") + layer_in_words(chain[0])
        return first + "".join(step_in_words(start, end) for start, end in pairwise(chain))

    return "; ".join(map(chain_in_words, graph.chains))


def legend(picture: Picture) -> str:
    """Return what the marks in a picture mean, for those that it has."""
    layers = [(panel, layer) for panel in picture.panels for layer in panel.graph.every_layer()]
    edges = [(panel, edge) for panel in picture.panels for edge in panel.graph.every_edge()]
    marks = {picture.mark_of_layer(*each) for each in layers} | {picture.mark_of_edge(*each) for each in edges}
    meanings = {
        "Dashed: left out.": "removed" in marks and not picture.has_lost,
        "Dashed: removed from that list.": picture.has_lost,
        "Filled or thick: new.": "new" in marks,
        "Doubled: the same layer in both models.": picture.of_sharing,
        "Doubled: one layer, called several times.": any(layer.call for _, layer in layers),
        "Crossed out: no path.": any(panel.graph.gaps for panel in picture.panels),
    }
    return " ".join(meaning for meaning, needed in meanings.items() if needed)


def with_words(text: str) -> str:
    """Return a page's Markdown with a list of sentences in place of each picture."""
    lines = text.split("\n")
    for fence in reversed([*picture_fences(lines)]):
        with contextlib.suppress(PictureError):  # The page's tests report what is wrong with it.
            picture = read_picture(fence.description)
            lines[fence.start : fence.end] = [f"- {in_words(picture, panel)}" for panel in picture.panels]
    return "\n".join(lines)
