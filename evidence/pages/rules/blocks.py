"""Blocks: each is complete Python, can be pasted into a prompt, and is short and quiet."""

from __future__ import annotations

import ast
import codeop
import difflib
import re
from collections.abc import Iterator, Sequence

from evidence.pages.blocks import Block, syntax_nodes
from evidence.pages.rules.exemptions import Exemptions

ADDRESS = re.compile(r"\b0x(?:…|[0-9a-f]{6,})")  # of an object
MOST_LINES = 25
COMPOUND = (
    *(ast.If, ast.For, ast.While, ast.With, ast.Try, ast.Match),
    *(ast.FunctionDef, ast.ClassDef, ast.AsyncFunctionDef, ast.AsyncFor, ast.AsyncWith),
)
QUIET = "fit", "predict", "evaluate"  # They print progress bars with times.


def block_problems(block: Block, exemptions: Exemptions) -> Iterator[tuple[int, str]]:
    """Yield the line and message of each problem in a block's own text."""
    if not block.expected_output and not has_assertion(block.code):
        text = (
            "the block shows nothing: it has neither an expected output nor an `assert`. "
            f"Print the result, then: python -m evidence record {block.page}"
        )
        yield block.line, text
    if block.expected_output and (address := ADDRESS.search(block.expected_output)):
        yield block.line, f"the output has an address, {address[0]}, different in each run. Print a name instead."
    if "\t" in block.code:
        yield block.line, "the block contains a tab, which the page shows as spaces. Indent with spaces."
    try:
        nodes = syntax_nodes(block.code)
    except SyntaxError as error:
        text = f"this is not Python: {error.msg}. Fix the line: a block runs as it is, in a fresh interpreter."
        yield block.line + (error.lineno or 1), text
        return
    if refused := line_refused_by_a_prompt(block.code):
        text = (
            f"pasted into Python's prompt, the block fails at line {block.line + refused}: there, only a "
            "blank line ends an indented part. Put one after the indented part and none inside."
        )
        yield block.line, text
    length = lines_outside_definitions(block.code)
    if length > MOST_LINES and not exemptions.exempt("length", block):
        text = (
            f"the block has {length} lines of code outside its functions and classes; the limit is {MOST_LINES}. "
            f"Split it in two, or {exemptions.how_to_list('length')}"
        )
        yield block.line, text
    for node in nodes:
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            yield from ((block.line + node.lineno, text) for text in call_problems(node, node.func.attr))


def has_assertion(code: str) -> bool:
    """Return whether code asserts something. If the code isn't Python, running it will show what is wrong."""
    try:
        return any(isinstance(node, ast.Assert) for node in syntax_nodes(code))
    except SyntaxError:
        return "assert" in code


def line_refused_by_a_prompt(code: str) -> int | None:
    """Return the first line, from 1, that the prompt of Python 3.11 or 3.12 refuses if the code is pasted into it.

    `None` if it accepts all of it, and for code that isn't Python.
    """
    try:
        indented = [node for node in statements(code) if isinstance(node, COMPOUND)]
    except SyntaxError:
        return None
    compile_command = codeop.CommandCompiler()
    lines, taken = code.split("\n"), 0
    for node in indented:  # The others really do end where a prompt thinks they end.
        start, end = first_line(node), node.end_lineno or 0
        for number in range(max(start, taken + 1), len(lines) + 1):
            if lines[number - 1][:1].isspace():
                continue  # Nothing ends inside indented code.
            try:
                complete = compile_command("\n".join(lines[start - 1 : number]))
            except SyntaxError:
                return number
            if complete and number < end:
                return next(line for line in range(number + 1, end + 1) if lines[line - 1].strip())
            if complete:
                taken = number
                break
    return None


def first_line(node: ast.stmt) -> int:
    """Return the line that a statement begins on, with its decorators."""
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    return min([node.lineno, *(each.lineno for each in decorators)])


def statements(code: str) -> Sequence[ast.stmt]:
    """Return the statements of a block that aren't inside others; `SyntaxError` if it isn't Python."""
    module = syntax_nodes(code)[0]
    assert isinstance(module, ast.Module)  # It is the first.
    return module.body


def lines_outside_definitions(code: str) -> int:
    """Return how many lines a reader has to read: not blank ones, nor functions and classes to paste."""
    definitions = [node for node in statements(code) if isinstance(node, ast.FunctionDef | ast.ClassDef)]
    inside = {line for node in definitions for line in range(first_line(node), (node.end_lineno or 0) + 1)}
    return sum(bool(line.strip()) and number not in inside for number, line in enumerate(code.split("\n"), 1))


def call_problems(call: ast.Call, method: str) -> Iterator[str]:
    """Yield why the output of a method call can't be compared."""
    keywords = {keyword.arg: keyword.value for keyword in call.keywords if keyword.arg}
    if method == "summary" and "print_fn" not in keywords:
        yield "`summary()` prints a different table in each release. Print the numbers you need."
    if method not in QUIET:
        return
    verbose = keywords.get("verbose")
    if isinstance(verbose, ast.Constant) and verbose.value == 0:
        return
    near = difflib.get_close_matches("verbose", keywords.keys() - {"verbose"}, 1)
    if near:
        yield f"`{near[0]}` is misspelt: pass `verbose=0` to `{method}`."
    elif not any(keyword.arg is None for keyword in call.keywords):  # **arguments may hold it
        yield f"`{method}` prints progress bars with times. Pass `verbose=0` to it."
