"""Draws a small graph of layers' calls from left to right, as SVG."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape

Node = tuple[int, int]  # a layer's number, and which of its calls it is

CHARACTER, SMALL, MARGIN = (
    6.6,
    0.87,
    7,
)  # a letter's width in pixels, how much smaller the second line is, pixels beside the text
BOX, ROW, GAP = 32, 48, 22  # pixels: the height of a box, the height of a row, and the space between columns


@dataclass(frozen=True)
class Graph:
    """The calls of layers, with the calls that each takes its inputs from."""

    sources: Mapping[Node, Sequence[Node]]
    names: Mapping[Node, str]
    notes: Mapping[Node, str] = field(default_factory=dict)  # the second line in a box: the shape
    calls: Mapping[Node, int] = field(default_factory=dict)  # which call it is, if the layer has several
    outputs: Mapping[Node, Sequence[str]] = field(default_factory=dict)  # the models whose output a call is
    new: Collection[Node] = ()

    def reached(self) -> set[Node]:
        """Return the calls that lead to an output."""
        found: set[Node] = set()
        waiting = list(self.outputs)
        while waiting:
            node = waiting.pop()
            if node not in found and node in self.sources:
                found.add(node)
                waiting += self.sources[node]
        return found

    def in_words(self) -> str:
        """Return a text for screen readers: "model: input, features (call 2). Left over: features (call 1)."."""
        reached = self.reached()
        parts = [
            f"{name}: {', '.join(self.word(each) for each in self.order() if each in self.before(node))}"
            for node, names in self.outputs.items()
            for name in names
        ]
        left = [self.word(node) for node in self.order() if node not in reached and self.sources[node]]
        return ". ".join([*parts, *([f"Left over: {', '.join(left)}"] if left else [])])

    def word(self, node: Node) -> str:
        return self.names[node] + (f" (call {self.calls[node]})" if node in self.calls else "")

    def second_line(self, node: Node) -> str:
        call = f"call {self.calls[node]}" if node in self.calls else None
        return ", ".join(filter(None, [self.notes.get(node), call]))

    def before(self, node: Node) -> set[Node]:
        """Return a call and everything that it depends on."""
        return Graph(self.sources, self.names, outputs={node: []}).reached()

    def columns(self) -> dict[Node, int]:
        """Return how many calls come before each."""
        found: dict[Node, int] = {}

        def column(node: Node) -> int:
            if node not in found:
                found[node] = 1 + max((column(source) for source in self.sources.get(node, ())), default=-1)
            return found[node]

        for node in self.sources:
            column(node)
        return found

    def order(self) -> list[Node]:
        columns = self.columns()
        return sorted(self.sources, key=lambda node: (columns[node], node[1], node[0]))

    def parts(self) -> list[set[Node]]:
        """Return the calls in groups that aren't connected to each other."""
        groups: list[set[Node]] = []
        for node, sources in self.sources.items():
            touching = [group for group in groups if group & {node, *sources}]
            groups = [group for group in groups if group not in touching]
            groups.append({node, *sources}.union(*touching))
        return groups

    def rows(self) -> dict[Node, int]:
        """Return a row for each call: its source's, or the next free one in its column."""
        columns = self.columns()
        rows: dict[Node, int] = {}
        for part in self.parts():
            taken: set[tuple[int, int]] = set()
            first = max(rows.values(), default=-1) + 1
            for node in self.order():
                if node not in part:
                    continue
                row = max((rows[source] for source in self.sources[node] if source in rows), default=first)
                while (columns[node], row) in taken:
                    row += 1
                taken.add((columns[node], row))
                rows[node] = row
        return rows


def draw(graph: Graph) -> str:
    """Return the SVG of a graph. Its classes mark what leads to an output, what is left over, and what is new."""
    columns, rows, reached = graph.columns(), graph.rows(), graph.reached()
    widths = [0.0] * (max(columns.values()) + 1)
    for node, column in columns.items():
        widths[column] = max(widths[column], box_width(graph, node))
    lefts = [1 + sum(widths[:column]) + GAP * column for column in range(len(widths))]
    width, height = lefts[-1] + widths[-1] + 1, (max(rows.values()) + 1) * ROW
    parts = [f'<svg viewBox="0 0 {width:g} {height}" width="{width:g}" role="img"']
    parts.append(f' aria-label="{escape(graph.in_words())}">')
    for node, sources in graph.sources.items():
        for source in sources:
            kind = "" if {node, source} <= reached else ' class="left"'
            x, y = lefts[columns[source]] + widths[columns[source]], rows[source] * ROW + 1 + BOX / 2
            to_x, to_y = lefts[columns[node]], rows[node] * ROW + 1 + BOX / 2
            middle = (x + to_x) / 2
            parts.append(f'<path{kind} d="M{x:g} {y:g}C{middle:g} {y:g} {middle:g} {to_y:g} {to_x:g} {to_y:g}"/>')
    for node in graph.sources:
        kinds = " ".join(["left"] * (node not in reached) + ["new"] * (node in graph.new))
        kind = f' class="{kinds}"' if kinds else ""
        width = widths[columns[node]]
        parts.append(f'<g{kind} transform="translate({lefts[columns[node]]:g} {rows[node] * ROW + 1})">')
        parts.append(f'<rect width="{width:g}" height="{BOX}" rx="5"/>')
        parts.append(f'<text x="{width / 2:g}" y="14">{escape(graph.names[node])}</text>')
        parts.append(f'<text x="{width / 2:g}" y="26">{escape(graph.second_line(node))}</text>')
        if names := graph.outputs.get(node):
            parts.append(f'<text class="end" x="{width / 2:g}" y="{BOX + 11}">{escape(", ".join(names))}</text>')
        parts.append("</g>")
    return "".join([*parts, "</svg>"])


def box_width(graph: Graph, node: Node) -> float:
    letters = max(
        len(graph.names[node]), len(graph.second_line(node)) * SMALL, len(", ".join(graph.outputs.get(node, ())))
    )
    return round(letters * CHARACTER + 2 * MARGIN)
