"""Finds the error messages in what a block did: raised, or caught and printed."""

from __future__ import annotations

import ast
import functools
import re
from collections.abc import Sequence

from evidence.pages.blocks import Block, syntax_nodes
from evidence.running.records import RecordedOutcome


@functools.cache
def errors(block: Block, outcome: RecordedOutcome) -> Sequence[tuple[str, str]]:
    """Return type and message of what ended a block, and of what it caught and printed."""
    ended = [(outcome.error, outcome.message)] if outcome.error else []
    printed = [printed_error(block.code, line) for line in outcome.output.splitlines()]
    return (*ended, *filter(None, printed))


def without_messages(code: str, output: str) -> str:
    """Return an output without the messages of the errors that the block caught and printed."""
    lines = []
    for line in output.splitlines():
        found = printed_error(code, line)
        lines.append(line.replace(found[1], "…") if found else line)
    return "\n".join(lines)


def printed_error(code: str, line: str) -> tuple[str, str] | None:
    """Return type and message if a line of a block's output is of an error that it caught; `None` if it may not be."""
    of_errors, of_others = prints(code)
    if any(re.fullmatch(pattern, line) for pattern in of_others):
        return None
    for pattern, kind in of_errors:
        if found := re.fullmatch(pattern, line):
            return found.groupdict().get("type") or kind, found["message"]
    return None


@functools.cache
def prints(code: str) -> tuple[list[tuple[str, str]], list[str]]:
    """Return patterns of the lines that a block prints: of caught errors, each with its type, and of all else."""
    if "except" not in code:  # It catches nothing: most blocks.
        return [], [".*"]
    try:
        found = syntax_nodes(code)
    except SyntaxError:
        return [], [".*"]
    handlers = [each for each in found if isinstance(each, ast.ExceptHandler) and each.name]
    of_errors, of_others = [], []
    for call in found:
        if not isinstance(call, ast.Call) or ast.unparse(call.func) != "print":
            continue
        handler = next((each for each in handlers if call in ast.walk(each)), None)
        pattern = " ".join(pattern_of(part, handler and handler.name) for part in call.args)
        if pattern.count("(?P<message>") == 1 and pattern.count("(?P<type>") <= 1:
            of_errors.append((pattern, " or ".join(caught(handler))))
        else:
            of_others.append(re.sub(r"\(\?P<\w+>", "(", pattern))
    return of_errors, of_others


def caught(handler: ast.ExceptHandler) -> list[str]:
    """Name the types that an `except` catches."""
    types = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return [ast.unparse(each) if each else "Exception" for each in types]


def pattern_of(part: ast.expr, error: str | None) -> str:
    """Return a pattern of what an argument of `print` becomes, where `error` is the name of a caught error."""
    if isinstance(part, ast.Constant):
        return re.escape(str(part.value))
    if isinstance(part, ast.JoinedStr):
        return "".join(pattern_of(each, error) for each in part.values)
    if isinstance(part, ast.FormattedValue):
        return pattern_of(part.value, error)
    if ast.unparse(part) == f"type({error}).__name__":
        return r"(?P<type>\w*(?:Error|Exception))"
    says_it = any(isinstance(each, ast.Name) and each.id == error for each in ast.walk(part))
    return "(?P<message>.+)" if says_it and not isinstance(part, ast.Compare) else ".*"
