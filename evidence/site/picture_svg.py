"""Draws the graph of a model as SVG: layers from left to right, a row for each chain of the description.

The style sheet has the colours, dashes and fills (`.picture` in theme/guide.css); this module, the places and shapes.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html import escape

from evidence.pages.pictures import Edge, Graph, Layer, Panel, Picture
from evidence.site.picture_words import in_words

LETTER = 7.25  # px, the width of a 12 px letter in the widest of the usual monospaced fonts
HEIGHT = 26  # of a layer
PADDING = 6  # beside a layer's name, and around the layers of a nested model
DOUBLED = 3  # px between the two outlines of a shared layer
TITLE = 18  # the line with the name of a nested model
GAP = 18  # between columns, for the arrows
ROW_GAP = 10
ARC = 12  # above a row, for a connection that passes over layers


@dataclass
class Box:
    """A layer and its place; for a nested model, with its layers."""

    layer: Layer
    inside: Drawing | None
    x: float = 0
    y: float = 0  # of its upper edge

    @property
    def doubled(self) -> bool:
        return self.layer.same or self.layer.call is not None

    @property
    def width(self) -> float:
        name = LETTER * len(self.layer.name) + 2 * PADDING + 2 * DOUBLED * self.doubled
        return max(name, self.inside.width + 2 * PADDING) if self.inside else name

    @property
    def height(self) -> float:
        return self.inside.height + TITLE + PADDING if self.inside else HEIGHT

    @property
    def axis(self) -> float:
        """Where its arrows end, below its upper edge."""
        return self.inside.axis + TITLE if self.inside else HEIGHT / 2


@dataclass
class Drawing:
    """A graph with its layers in place."""

    graph: Graph
    boxes: Mapping[str, Box]  # by the layers' keys
    columns: Mapping[str, int]
    rows: Mapping[str, int]
    arcs: Mapping[Edge, int] = field(
        default_factory=dict
    )  # connections that pass over layers, with their levels from 1
    width: float = 0
    height: float = 0

    @property
    def axis(self) -> float:
        """The height of the arrows in its first row."""
        first = self.boxes[self.graph.chains[0][0]]
        return first.y + first.axis

    def is_free(self, row: int, start: int, end: int) -> bool:
        """Return whether a row has no layer between two columns."""
        return not any(self.rows[key] == row and start < self.columns[key] < end for key in self.boxes)


def lay_out(graph: Graph) -> Drawing:
    """Give each layer of a graph its place."""
    boxes = {key: Box(layer, lay_out(layer.inside) if layer.inside else None) for key, layer in graph.layers.items()}
    drawing = Drawing(graph, boxes, columns_of(graph), rows_of(graph))
    drawing.arcs = arcs_of(drawing)
    x = 0.0
    for column in sorted({*drawing.columns.values()}):
        there = [box for key, box in boxes.items() if drawing.columns[key] == column]
        width = max(box.width for box in there)
        for box in there:
            box.x = x + (width - box.width) / 2
        x += width + gap_after(drawing, column)
    y = 0.0
    for row in sorted({*drawing.rows.values()}):
        there = [box for key, box in boxes.items() if drawing.rows[key] == row]
        y += ARC * max((level for edge, level in drawing.arcs.items() if drawing.rows[edge[0]] == row), default=0)
        axis = max(box.axis for box in there)
        for box in there:
            box.y = y + axis - box.axis
        y += axis + max(box.height - box.axis for box in there) + ROW_GAP
    drawing.width, drawing.height = x - GAP, y - ROW_GAP
    return drawing


def gap_after(drawing: Drawing, column: int) -> float:
    """Return the space between a column and the next one: a cross on an arrow needs more room."""
    crossed = any(drawing.columns[end] == column + 1 for _, end in drawing.graph.gaps)
    return 3 * GAP if crossed else GAP


def columns_of(graph: Graph) -> dict[str, int]:
    """Return each layer's column: right of all its inputs; without inputs, just left of its first consumer."""
    edges = [*graph.edges, *graph.gaps, *graph.listed]
    columns = dict.fromkeys(graph.layers, 0)
    for _ in graph.layers:  # The longest path has no more layers.
        for start, end in edges:
            columns[end] = max(columns[end], columns[start] + 1)
    for key in graph.layers:
        takers = [columns[end] for start, end in edges if start == key]
        if takers and not any(end == key for _, end in edges):
            columns[key] = min(takers) - 1
    return columns


def rows_of(graph: Graph) -> dict[str, int]:
    """Return each layer's row: that of the first chain to name it. A chain that names no new layer has no row."""
    rows: dict[str, int] = {}
    for chain in graph.chains:
        row = len({*rows.values()})
        rows |= {key: row for key in chain if key not in rows}
    return rows


def arcs_of(drawing: Drawing) -> dict[Edge, int]:
    """Return the connections that pass over layers in their row, each above the shorter ones."""
    columns, rows = drawing.columns, drawing.rows
    passing = [
        (start, end)
        for start, end in drawing.graph.edges
        if rows[start] == rows[end] and not drawing.is_free(rows[start], columns[start], columns[end])
    ]
    levels: dict[Edge, int] = {}
    for edge in sorted(passing, key=lambda edge: columns[edge[1]] - columns[edge[0]]):
        below = [
            level
            for other, level in levels.items()
            if rows[other[0]] == rows[edge[0]] and overlap(other, edge, columns)
        ]
        levels[edge] = 1 + max(below, default=0)
    return levels


def overlap(one: Edge, other: Edge, columns: Mapping[str, int]) -> bool:
    return columns[one[0]] < columns[other[1]] and columns[other[0]] < columns[one[1]]


def svg(picture: Picture, panel: Panel) -> str:
    """Return the drawing of a panel, with a text that says what it shows."""
    drawing = lay_out(panel.graph)
    width, height = math.ceil(drawing.width) + 3, math.ceil(drawing.height) + 3  # with the outlines
    parts = "".join(elements(drawing, picture, panel, 1, 1))
    label = escape(in_words(picture, panel))
    size = f'width="{width}" height="{height}" viewBox="0 0 {width} {height}"'
    return f'<svg {size} role="img" aria-label="{label}">{parts}</svg>'


def elements(drawing: Drawing, picture: Picture, panel: Panel, x: float, y: float) -> Iterator[str]:
    """Yield the arrows of each mark as one path, then the layers."""
    lines: dict[str, str] = {}
    for edge in drawing.graph.edges:
        mark: str = picture.mark_of_edge(panel, edge)
        lines[mark] = lines.get(mark, "") + arrow(drawing, edge, x, y)
    for edge in drawing.graph.gaps:
        lines["gap"] = lines.get("gap", "") + arrow(drawing, edge, x, y) + cross(drawing, edge, x, y)
    for mark, path in lines.items():
        yield f'<path{of_class(mark)} d="{path}"/>'
    for box in drawing.boxes.values():
        yield f"<g{of_class(picture.mark_of_layer(panel, box.layer))}>{outlines(box, x, y)}</g>"
        if box.inside:
            indent = (box.width - box.inside.width) / 2
            yield from elements(box.inside, picture, panel, x + box.x + indent, y + box.y + TITLE)


def of_class(name: str) -> str:
    return f' class="{name}"' if name else ""


def outlines(box: Box, x: float, y: float) -> str:
    """Return the outlines of a layer, two for a shared one, and its name."""
    text_y = y + box.y + (TITLE - 5 if box.inside else HEIGHT / 2 + 4)
    text = f'<text x="{x + box.x + box.width / 2:.0f}" y="{text_y:.0f}">{escape(box.layer.name)}</text>'
    insets = (0, DOUBLED) if box.doubled else (0,)
    return "".join(rectangle(box, inset, x, y) for inset in insets) + text


def rectangle(box: Box, inset: int, x: float, y: float) -> str:
    place = f'x="{x + box.x + inset:.0f}" y="{y + box.y + inset:.0f}"'
    size = f'width="{box.width - 2 * inset:.0f}" height="{box.height - 2 * inset:.0f}"'
    return f'<rect {place} {size} rx="3"/>'


def arrow(drawing: Drawing, edge: Edge, x: float, y: float) -> str:
    """Return the path of a connection, with its head."""
    (start, end), columns, rows = edge, drawing.columns, drawing.rows
    a, b = drawing.boxes[start], drawing.boxes[end]
    if level := drawing.arcs.get(edge):
        top = y + min(a.y, b.y) - ARC * level + 3
        x1, x2 = x + a.x + a.width / 2 + 4, x + b.x + b.width / 2 - 4
        over = f"M{x1:.0f} {y + a.y:.0f}V{top + 5:.0f}q0-5 5-5H{x2 - 5:.0f}q5 0 5 5V{y + b.y - 1:.0f}"
        return f"{over}m-3-4 3 4 3-4"
    x1, y1 = x + a.x + a.width, y + a.y + a.axis
    x2, y2 = x + b.x - 1, y + b.y + b.axis
    head = "m-4-3 4 3-4 3"
    if abs(y1 - y2) < 1:
        return f"M{x1:.0f} {y1:.0f}H{x2:.0f}{head}"
    late = drawing.is_free(
        rows[start], columns[start], columns[end]
    )  # along the row it comes from, or else the row it goes to
    gap = gap_after(drawing, columns[end] - 1 if late else columns[start])
    bend = x + min_x(drawing, columns[end]) - gap if late else x + max_x(drawing, columns[start])
    middle = bend + gap / 2
    curve = f"C{middle:.0f} {y1:.0f} {middle:.0f} {y2:.0f} {bend + gap - 4:.0f} {y2:.0f}"
    return f"M{x1:.0f} {y1:.0f}H{bend:.0f}{curve}H{x2:.0f}{head}"


def cross(drawing: Drawing, edge: Edge, x: float, y: float) -> str:
    """Return the path of a cross in the middle of a connection that doesn't exist."""
    a, b = (drawing.boxes[key] for key in edge)
    middle_x = x + min_x(drawing, drawing.columns[edge[1]]) - gap_after(drawing, drawing.columns[edge[1]] - 1) / 2
    middle_y = y + (a.y + a.axis + b.y + b.axis) / 2
    return f"M{middle_x - 4:.0f} {middle_y - 4:.0f}l8 8m0-8-8 8"


def min_x(drawing: Drawing, column: int) -> float:
    """Return where a column begins."""
    return min(box.x for key, box in drawing.boxes.items() if drawing.columns[key] == column)


def max_x(drawing: Drawing, column: int) -> float:
    """Return where a column ends."""
    return max(box.x + box.width for key, box in drawing.boxes.items() if drawing.columns[key] == column)
