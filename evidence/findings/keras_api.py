"""Knows the methods and attributes that have to do with structure, and which pages use them."""

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
CLASSES = "Sequential", "Model", "Layer"  # each has the members of those after it


@dataclass(frozen=True)
class Member:
    """A public method or attribute, the class that first has it, and what it does, or why it is left out."""

    name: str
    of: str
    covered: bool
    text: str  # Markdown


def members(path: Path = FILE) -> list[Member]:
    found = tomllib.loads(path.read_text("utf-8"))
    return [
        Member(name, of, part == "covered", text)
        for of in CLASSES
        for part in ("covered", "not-covered")
        for name, text in sorted(found[of].get(part, {}).items())
    ]


def uses(blocks: Iterable[Block]) -> Mapping[str, Counter[str]]:
    """Return, by the name of a member, how many blocks of each page use it: as an attribute, or defined in a class."""
    found: dict[str, Counter[str]] = {}
    for block in blocks:
        for name in attribute_names(block.code):
            found.setdefault(name, Counter())[block.page] += 1
    return found


@functools.cache
def attribute_names(code: str) -> frozenset[str]:
    found = set()
    for node in syntax_nodes(code):
        if isinstance(node, ast.Attribute):
            found.add(node.attr)
        elif isinstance(node, ast.ClassDef):
            found |= {each.name for each in node.body if isinstance(each, ast.FunctionDef)}
    return frozenset(found)
