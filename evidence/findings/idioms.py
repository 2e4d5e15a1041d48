"""Recognizes releases that lack the idiom a block uses, and so can't show what the block is about."""

from __future__ import annotations

import ast
import functools
import re

from evidence.pages.blocks import Block, syntax_nodes
from evidence.running.records import RecordedOutcome

# Attributes used for surgery. A block that raises before the first of them never got to its point.
SURGERY = {"pop", "layers", "_layers", "get_layer", "clone_model", "inputs", "outputs", "input", "output", "trainable"}
# Messages of releases that lack an idiom, and what to call it.
IDIOMS = {
    r"module '[\w.]*keras(?P<module>[\w.]*)' has no attribute '(?P<name>\w+)'": "needs `keras{module}.{name}`",
    r"No module named '(?P<name>keras[\w.]*)'": "needs `{name}`",
    r"cannot import name '(?P<name>\w+)'": "needs `{name}`",
    r"unexpected keyword argument '(?P<name>call_function|clone_function)'": "needs `clone_model({name}=...)`",
    r"must be an instance of class Layer\. (Found|Received): .*Tensor\(": "needs `keras.Input` in a Sequential",
    r"(`fit` is not supported with|fit not implemented for)": "needs a backend that trains",
}


def missing_idiom(block: Block, outcome: RecordedOutcome | None) -> str | None:
    """Return, in Markdown, the idiom that a release lacks for a block; `None` if the block got to its point."""
    if outcome is None or outcome.error is None:
        return None
    if idiom := idiom_in(outcome.message or ""):
        return idiom
    if outcome.line and outcome.line < surgery_line(block.code):
        return f"line {outcome.line}, before the surgery, raises `{outcome.error}`"
    return None


def idiom_in(message: str) -> str | None:
    """Return, in Markdown, the idiom that a release lacks, judging by an error message; `None` if it lacks none."""
    for pattern, words in IDIOMS.items():
        if match := re.search(pattern, message):
            return words.format(**match.groupdict())
    return None


@functools.cache
def surgery_line(code: str) -> int:
    """Return the line of a block, from 1, where surgery begins; 0 if there is none."""
    try:
        nodes = syntax_nodes(code)
    except SyntaxError:
        return 0
    attributes = [node for node in nodes if isinstance(node, ast.Attribute) and node.attr in SURGERY]
    return min((node.lineno for node in attributes if ast.unparse(node) != "keras.layers"), default=0)
