"""Reads the description of a picture: see `evidence.pages.pictures`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NoReturn

from evidence.pages.pictures import Edge, Graph, Layer, Panel, Picture

NAME = r"[^\W\d]\w*"
VARIABLE = rf"{NAME}(?:\.{NAME})*"
PANEL = re.compile(rf"(?P<variables>{VARIABLE}(?:, *{VARIABLE})*):")
TOKEN = re.compile(
    r"\s*(?:(?P<link>(?:-/)?->|,)|(?P<sign>[\[\];])|"
    rf"(?P<lost>-)?(?P<layer>{NAME}(?:\.\w+)*)(?:#(?P<call>[1-9]))?(?P<same>=)?)\s*"
)
HOW = "Write a chain as `a -> b -> c`, a list as `a, b, c`."


class PictureError(ValueError):
    """A description that can't be read: in which of its lines, from 1, and what is wrong there."""

    def __init__(self, line: int, text: str) -> None:
        super().__init__(text)
        self.line = line


def read_picture(description: Sequence[str]) -> Picture:
    """Read the lines of a picture's fence. Raises `PictureError`."""
    panels: list[tuple[list[str], Reader]] = []
    for number, line in enumerate(description, 1):
        text = line.strip()
        if start := PANEL.match(text):
            panels.append((re.split(", *", start["variables"]), Reader(number)))
            text = text[start.end() :].lstrip()
        if not panels:
            raise PictureError(number, "no panel has begun. Begin with the variable of a model: `model: a -> b`.")
        panels[-1][1].add_line(number, text)
    if not panels:
        raise PictureError(1, "the picture is empty. Describe a model: `model: a -> b`.")
    return Picture([Panel(variables, reader.read()) for variables, reader in panels])


class Reader:
    """Reads the chains of one panel."""

    def __init__(self, line: int) -> None:
        self.line = line
        self.tokens: list[tuple[int, re.Match[str]]] = []  # with their lines, the next one last

    def add_line(self, number: int, text: str) -> None:
        self.line, at = number, 0
        text += ";"  # A line ends a chain, as a semicolon does.
        while at < len(text):
            token = TOKEN.match(text, at)
            if not token:
                self.fail(f"`{text[at:-1]}` is neither a layer nor an arrow. {HOW}")
            self.tokens.insert(0, (number, token))
            at = token.end()

    def read(self) -> Graph:
        graph = self.graph()
        if self.tokens:
            self.take()
            self.fail("this `]` closes nothing. Delete it.")
        return graph

    def graph(self) -> Graph:
        """Read the chains up to the end of the panel, or of a model that is a layer."""
        layers: dict[str, Layer] = {}
        chains: list[list[str]] = []
        edges: dict[str, list[Edge]] = {"->": [], "-/->": [], ",": []}
        while self.tokens and not self.next_is("]"):
            if self.next_is(";"):
                self.take()
                continue
            chains.append([self.layer(layers)])
            while self.tokens and (link := self.tokens[-1][1]["link"]):
                self.take()
                chains[-1].append(self.layer(layers))
                edges[link].append((chains[-1][-2], chains[-1][-1]))
            if not (self.next_is(";") or self.next_is("]")):
                self.fail(f"an arrow is missing before `{self.take()[0].strip()}`. {HOW}")
        if not layers:
            self.fail(f"this model has no layers. {HOW}")
        graph = Graph(layers, chains, edges["->"], edges["-/->"], edges[","])
        self.check(graph)
        return graph

    def check(self, graph: Graph) -> None:
        if graph.listed and (graph.edges or graph.gaps or len(graph.layers) != len(graph.listed) + 1):
            self.fail("a list has one line, without arrows, and each layer once: `model.layers: a, b, c`.")
        if any(layer.lost for layer in graph.layers.values()) and (graph.edges or graph.gaps):
            self.fail("only a list can have lost a layer: `model.layers: a, -b`.")
        if len({*graph.edges, *graph.gaps}) < len(graph.edges) + len(graph.gaps):
            self.fail("two chains have the same connection. Write it once.")
        for start, end in graph.edges:
            if graph.leads(end, start):
                name = graph.layers[start].name
                self.fail(f"the chains run in a circle by way of `{name}`. Number a layer's calls: `{name}#1`.")
        for start, end in graph.gaps:
            if graph.leads(start, end):
                self.fail(f"other chains lead from `{start}` to `{end}`. Write `->`, or delete one of them.")

    def layer(self, layers: dict[str, Layer]) -> str:
        """Read a layer, add it to the others, and return its key."""
        token = self.take()
        name = token["layer"]
        if not name:
            self.fail(f"a layer is missing. {HOW}")
        key = f"{name}#{token['call']}" if token["call"] else name
        inside = None
        if self.next_is("["):
            self.take()
            inside = self.graph()
            if not self.tokens:
                self.fail(f"`{key}[` is never closed. Write a `]`.")
            self.take()
        old = layers.get(key, Layer(name, int(token["call"]) if token["call"] else None))
        same, lost = old.same or bool(token["same"]), old.lost or bool(token["lost"])
        layers[key] = Layer(old.name, old.call, same, inside or old.inside, lost)
        return key

    def next_is(self, sign: str) -> bool:
        return self.tokens[-1][1]["sign"] == sign

    def take(self) -> re.Match[str]:
        self.line, token = self.tokens.pop()
        return token

    def fail(self, text: str) -> NoReturn:
        raise PictureError(self.line, text)
