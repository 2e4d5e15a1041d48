"""Pictures of models, described on the page by their chains of layers.

A picture is a fence below the block whose models it shows. Each of its panels begins with the name of the variable that
holds the model. Each line is a chain, and is drawn as a row:

    ```picture
    model: inputs -> stem -> branch -> add
           stem -> add
    new:   inputs -> stem -> drop -> branch -> add
           stem -> add
    ```

What the last panel lacks was removed, and what only it has is new. `base[image -> conv]` is a model used as a layer,
`shared#1` and `shared#2` are two calls of one layer, and `a -/-> b` says that no path leads from `a` to `b`. A layer
marked as in `body=` makes it a picture of sharing: the panels that mark it hold the same layer, the others don't.

A panel may also show a list of layers, or a function with the layers whose weights its traces use. Commas separate
its layers, and `-head` is a layer that the list has lost:

    ```picture
    model.layers: body, -head
    model.predict_function: body, head
    ```
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

Mark = Literal["", "removed", "new"]
Edge = tuple[str, str]  # keys of layers: the second takes the output of the first


@dataclass(frozen=True)
class Layer:
    """A layer at one place in a graph."""

    name: str
    call: int | None = None  # which of its calls this is, from 1; `None` for a layer that is called once
    same: bool = False  # Other panels that mark it hold this same layer.
    inside: Graph | None = None  # of a model used as a layer
    lost: bool = False  # The list no longer holds it.


@dataclass(frozen=True)
class Graph:
    """Layers, and which one passes its output to which."""

    layers: Mapping[str, Layer]  # by key: the name, with the number if it is one of several calls: "shared#2"
    chains: Sequence[Sequence[str]]  # keys, as they are written
    edges: Sequence[Edge]
    gaps: Sequence[Edge]  # No path leads from the first layer to the second.
    listed: Sequence[Edge] = ()  # In a list the second follows the first.

    def every_layer(self) -> Iterator[Layer]:
        """Yield all layers, including those of models inside."""
        for layer in self.layers.values():
            yield layer
            if layer.inside:
                yield from layer.inside.every_layer()

    def every_edge(self) -> Iterator[Edge]:
        yield from self.edges
        for layer in self.layers.values():
            if layer.inside:
                yield from layer.inside.every_edge()

    def leads(self, start: str, end: str) -> bool:
        """Return whether a path leads from one layer to another. One always leads from a layer to itself."""
        reached = {start}
        while more := {b for a, b in self.edges if a in reached} - reached:
            reached |= more
        return end in reached


@dataclass(frozen=True)
class Panel:
    """The graph of one model, or of all that several variables hold."""

    variables: Sequence[str]  # of the block, or attributes of them: "model.layers"
    graph: Graph

    @property
    def title(self) -> str:
        return ", ".join(self.variables)

    @property
    def names(self) -> set[str]:
        return {*self.variables, *(layer.name for layer in self.graph.every_layer())}


@dataclass(frozen=True)
class Picture:
    """What a block makes, panel by panel."""

    panels: Sequence[Panel]

    @property
    def of_sharing(self) -> bool:
        """Whether it shows what models share, not what changed."""
        return any(layer.same for panel in self.panels for layer in panel.graph.every_layer())

    @property
    def has_lost(self) -> bool:
        """Whether it says explicitly what a list has lost."""
        return any(layer.lost for panel in self.panels for layer in panel.graph.every_layer())

    def mark_of_layer(self, panel: Panel, layer: Layer) -> Mark:
        """Return whether a layer of a panel was removed or is new, comparing the panels by name."""
        if layer.lost:
            return "removed"
        return self._mark(panel, [layer.name in other.names for other in self.panels])

    def mark_of_edge(self, panel: Panel, edge: Edge) -> Mark:
        """Return whether a connection of a panel was removed or is new."""
        return self._mark(panel, [edge in other.graph.every_edge() for other in self.panels])

    def _mark(self, panel: Panel, there: Sequence[bool]) -> Mark:
        """Return the mark of something on a panel, given which panels have it."""
        *before, after = there
        if self.of_sharing or self.has_lost or not before:
            return ""
        if panel is self.panels[-1]:
            return "" if any(before) else "new"
        return "" if after else "removed"
