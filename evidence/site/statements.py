"""Reads the statements of a program to step through."""

from __future__ import annotations

import ast
from collections.abc import Collection


def statement_at(program: str, line: int) -> str:
    """Return the statement that begins at a line of a program, from 1."""
    statements = (statement for statement in ast.parse(program).body if statement.lineno == line)
    return ast.get_source_segment(program, next(statements)) or ""


def uses(statement: str, variables: Collection[str]) -> bool:
    """Return whether a statement reads or sets one of these variables."""
    return any(isinstance(node, ast.Name) and node.id in variables for node in ast.walk(ast.parse(statement)))


def called(statement: str) -> list[str]:
    """Return the names of all functions and methods that a statement calls."""
    calls = (node for node in ast.walk(ast.parse(statement)) if isinstance(node, ast.Call))
    return [name for call in calls if (name := name_called(call))]


def label(statement: str, models: Collection[str]) -> str:
    """Return, in a word or two, what a statement does to a model: "add(head)", "predict(eight)", "compile"."""
    tree = ast.parse(statement).body[0]
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        model, _, method = ast.unparse(call.func).partition(".")
        if model in models and method.replace(".", "").isidentifier():
            return method + argument_label(call)
    if isinstance(tree, ast.Assign):
        return ast.unparse(tree.targets[0])
    return next(iter(called(statement)), statement)


def argument_label(call: ast.Call) -> str:
    """Return the first argument of a call in parentheses, if it is a layer or a variable; "" for others."""
    argument = call.args[0] if call.args else None
    if isinstance(argument, ast.Call):
        names = [word.value for word in argument.keywords if word.arg == "name"]
        return f"({ast.literal_eval(names[0]) if names else name_called(argument)})"
    return f"({argument.id})" if isinstance(argument, ast.Name) else ""


def name_called(call: ast.Call) -> str | None:
    if isinstance(call.func, ast.Attribute):
        return call.func.attr
    return call.func.id if isinstance(call.func, ast.Name) else None
