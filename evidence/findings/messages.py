"""Finds the error messages in what a block did: raised, or caught and printed."""

from __future__ import annotations

import ast
import functools
import re

from evidence.pages.blocks import Block, syntax_nodes
from evidence.running.records import RecordedOutcome


def error_messages(block: Block, outcome: RecordedOutcome) -> list[tuple[str, str]]:
    """Return the type and message of the error that ended a block, and of those it caught and printed."""
    raised = [(outcome.error, outcome.message or "")] if outcome.error else []
    printed = [printed_error(block.code, line) for line in outcome.output.splitlines()]
    return raised + [error for error in printed if error]


def without_messages(code: str, output: str) -> str:
    """Return an output without the messages of the errors that the block caught and printed."""
    lines = []
    for line in output.splitlines():
        error = printed_error(code, line)
        lines.append(line.replace(error[1], "…") if error else line)
    return "\n".join(lines)


def printed_error(code: str, line: str) -> tuple[str, str] | None:
    """Return the type and message if a line of output is a caught error; `None` if it may be anything else."""
    of_errors, of_others = print_patterns(code)
    if any(re.fullmatch(pattern, line) for pattern in of_others):
        return None
    for pattern, caught in of_errors:
        if match := re.fullmatch(pattern, line):
            return match.groupdict().get("type") or caught, match["message"]
    return None


@functools.cache
def print_patterns(code: str) -> tuple[list[tuple[str, str]], list[str]]:
    """Return patterns for the lines of output that are caught errors, each with its type, and for all other lines.

    A block that catches nothing has no patterns.
    """
    if "except" not in code:  # most blocks
        return [], []
    try:
        nodes = syntax_nodes(code)
    except SyntaxError:
        return [], []
    handlers = [node for node in nodes if isinstance(node, ast.ExceptHandler) and node.name]
    of_errors, of_others = [], []
    for call in nodes:
        if not isinstance(call, ast.Call) or ast.unparse(call.func) != "print":
            continue
        handler = next((handler for handler in handlers if call in ast.walk(handler)), None)
        pattern = " ".join(printed_pattern(argument, handler.name if handler else None) for argument in call.args)
        if handler and pattern.count("(?P<message>") == 1 and pattern.count("(?P<type>") <= 1:
            of_errors.append((pattern, " or ".join(caught_types(handler))))
        else:
            of_others.append(re.sub(r"\(\?P<\w+>", "(", pattern))
    return of_errors, of_others


def caught_types(handler: ast.ExceptHandler) -> list[str]:
    """Name the types that an `except ... as` catches."""
    types = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return [ast.unparse(node) for node in types if node]


def printed_pattern(argument: ast.expr, error: str | None) -> str:
    """Return a pattern for what an argument of `print` prints; `error` is the name of the caught error."""
    if isinstance(argument, ast.Constant):
        return re.escape(str(argument.value))
    if isinstance(argument, ast.JoinedStr):
        return "".join(printed_pattern(part, error) for part in argument.values)
    if isinstance(argument, ast.FormattedValue):
        return printed_pattern(argument.value, error)
    if ast.unparse(argument) == f"type({error}).__name__":
        return r"(?P<type>\w*(?:Error|Exception))"
    if isinstance(argument, ast.ListComp) or ast.unparse(argument).startswith("re.findall("):
        return ".*"  # a list of what a message has
    shows_error = any(isinstance(node, ast.Name) and node.id == error for node in ast.walk(argument))
    return "(?P<message>.+)" if shows_error and not isinstance(argument, ast.Compare) else ".*"
