"""Lists the methods and attributes that concern a model's structure, and counts the blocks that use them."""

from __future__ import annotations

import ast
import functools
import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from evidence.pages.blocks import Block, syntax_nodes

FILE = Path(__file__).with_name("keras_api.toml")
CLASSES = "Sequential", "Model", "Layer"  # each inherits the members of those after it


@dataclass(frozen=True)
class Member:
    """A public method or attribute."""

    name: str
    defined_in: str  # the class that introduces it: the rightmost in CLASSES
    covered: bool
    text: str  # Markdown: what it does to structure, or why the guide leaves it out


def members(path: Path = FILE) -> list[Member]:
    """Return all members, by class, the covered ones first, then by name."""
    content = tomllib.loads(path.read_text("utf-8"))
    return [
        Member(name, class_name, part == "covered", text)
        for class_name in CLASSES
        for part in ("covered", "not-covered")
        for name, text in sorted(content[class_name].get(part, {}).items())
    ]


def blocks_using(blocks: Iterable[Block]) -> Mapping[str, Counter[str]]:
    """Return, by name, how many blocks of each page use a member: read or call it, or define it in a class."""
    counts: dict[str, Counter[str]] = {}
    for block in blocks:
        for name in attribute_names(block.code):
            counts.setdefault(name, Counter())[block.page] += 1
    return counts


@functools.cache
def attribute_names(code: str) -> frozenset[str]:
    names = set()
    for node in syntax_nodes(code):
        if isinstance(node, ast.Attribute):
            names.add(node.attr)
        elif isinstance(node, ast.ClassDef):
            names |= {method.name for method in node.body if isinstance(method, ast.FunctionDef)}
    return frozenset(names)
