"""Compares each picture with the models that its block makes, in the pinned environment.

It runs the block with one more line, which prints the graphs of the variables that the picture names. That needs
`IN_KERAS` and this project on Python's path.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from evidence.pages.blocks import Block, blocks_in, page_name, page_paths, read_text
from evidence.pages.lint import Problem
from evidence.pages.picture_fences import picture_fences
from evidence.pages.picture_reader import read_picture
from evidence.pages.pictures import Graph, Picture
from evidence.running.execution import Outcome


@dataclass(frozen=True)
class DrawnBlock:
    """A picture and the block whose models it shows."""

    line: int  # of the picture, from 1
    picture: Picture
    block: Block

    @property
    def probe(self) -> Block:
        """The block with the line that prints its models' graphs."""
        panels = [list(panel.variables) for panel in self.picture.panels]
        line = f"\n__import__('drawn_graph').print_graphs(dict(globals()), {panels})\n"
        return Block(self.block.page, self.block.line, self.block.code + line, None)


def drawn_blocks(page: str, text: str) -> Iterator[DrawnBlock]:
    """Yield the pictures on a page, given its text, with their blocks. Raises what `read_picture` does."""
    blocks = blocks_in(page, text)
    for fence in picture_fences(text.split("\n")):
        if block := fence.block(blocks):
            yield DrawnBlock(fence.start + 1, read_picture(fence.description), block)


def all_drawn_blocks() -> list[DrawnBlock]:
    return [drawn for path in page_paths() for drawn in drawn_blocks(page_name(path), read_text(path))]


def check_drawn(drawn: Sequence[DrawnBlock], outcome_of: Callable[[Block], Outcome]) -> Iterator[Problem]:
    """Yield where a picture differs from what its block makes, given what the probes did."""
    for each in drawn:
        outcome = outcome_of(each.probe)
        if outcome.error:
            text = f"the models of the block above cannot be read: {outcome.error.type}: {outcome.error.message}"
            yield Problem(each.block.page, each.line, text)
            continue
        graphs = json.loads(outcome.output.splitlines()[-1])
        for difference in differences(each.picture, graphs):
            text = f"{difference} Fix the picture, or the block on line {each.block.line}."
            yield Problem(each.block.page, each.line, text)


def differences(picture: Picture, graphs: Sequence[Any]) -> Iterator[str]:
    """Yield what differs between a picture and the graphs of its panels, as `drawn_graph` gives them."""
    for panel, made in zip(picture.panels, graphs, strict=True):
        for text in graph_differences(panel.graph, made):
            yield f"`{panel.title}` {text}."
    known = {key for made in graphs for key in made["layers"]}
    for panel in picture.panels:
        lost = [layer.name for layer in panel.graph.layers.values() if layer.lost]
        yield from (f"`-{name}` of `{panel.title}` is in no other panel." for name in lost if name not in known)
    if picture.of_sharing:
        yield from sharing_differences(picture, graphs)


def graph_differences(graph: Graph, made: Any) -> Iterator[str]:
    layers, edges = made["layers"], [tuple(edge) for edge in made["edges"]]
    shown = [key for key, layer in graph.layers.items() if not layer.lost]
    yield from (f"has no layer `{key}`" for key in shown if key not in layers)
    yield from (f"has the layer `{key}`, which the picture lacks" for key in sorted(layers) if key not in shown)
    known = {*shown} & {*layers}
    if graph.listed and known == {*shown} == {*layers} and shown != [*layers]:
        yield f"lists them as `{', '.join(layers)}`"
    for start, end in graph.edges:
        if known.issuperset((start, end)) and (start, end) not in edges:
            yield f"has no connection `{start} -> {end}`"
    for start, end in edges:
        if known.issuperset((start, end)) and (start, end) not in graph.edges:
            yield f"has the connection `{start} -> {end}`, which the picture lacks"
    for key in graph.layers:
        inside = graph.layers[key].inside
        if inside and key in layers and not layers[key]["inside"]:
            yield f"has a layer `{key}` that isn't a model"
        elif inside and key in layers:
            yield from (f"{text} in `{key}`" for text in graph_differences(inside, layers[key]["inside"]))


def sharing_differences(picture: Picture, graphs: Sequence[Any]) -> Iterator[str]:
    """Yield layers that are marked as shared but aren't, or are shared but not marked."""
    places = [
        (panel, key, layer, made["layers"][key]["identity"])
        for panel, made in zip(picture.panels, graphs, strict=True)
        for key, layer in panel.graph.layers.items()
        if key in made["layers"]
    ]
    for panel, key, layer, identity in places:
        others = [other for other in places if other[0] is not panel and other[3] == identity]
        if layer.same and not others:
            yield f"`{key}=` of `{panel.title}` is in no other model."
        if others and not layer.same:
            yield f"`{key}` of `{panel.title}` is also in `{others[0][0].title}`: mark it as `{key}=` here and there."
