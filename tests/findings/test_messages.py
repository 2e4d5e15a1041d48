"""Errors that a block raised, or caught and printed, are found with their types."""

import pytest

from evidence.findings.messages import error_messages, without_messages
from evidence.pages.blocks import Block
from evidence.running.records import RecordedOutcome

TRY = "try:\n    f()\nexcept {} as error:\n    {}\n"


def messages(code, output, error=None, message=None):
    block = Block("docs/page.md", 1, code, output)
    return error_messages(block, RecordedOutcome(output, error, message))


@pytest.mark.parametrize(
    ("code", "printed", "errors"),
    [
        (TRY.format("ValueError", "print(error)"), "no\n", [("ValueError", "no")]),
        (TRY.format("ValueError", "print(error)"), "no\nnever\n", [("ValueError", "no"), ("ValueError", "never")]),
        (TRY.format("(ValueError, TypeError)", "print(error)"), "no\n", [("ValueError or TypeError", "no")]),
        (
            TRY.format("Exception", "print(type(error).__name__, error)"),
            "KeyError no such\n",
            [("KeyError", "no such")],
        ),
        (TRY.format("Exception", "print(type(error).__name__, error)"), "Key no such\n", []),
        (TRY.format("ValueError", 'print("fit:", error)'), "before\nfit: no\n", [("ValueError", "no")]),
        (TRY.format("ValueError", 'print("1+1:", error)'), "1+1: no\n11: no\n", [("ValueError", "no")]),
        (TRY.format("ValueError", 'print(f"fit: {error}")'), "fit: no\n", [("ValueError", "no")]),
        (TRY.format("ValueError", 'print(f"{n}: {error}")'), "7: no\n", [("ValueError", "no")]),
        (TRY.format("ValueError", 'print("fit:", str(error)[:2])'), "fit: no\n", [("ValueError", "no")]),
        (TRY.format("ValueError", "print(error)") + 'print("layers:", n)', "layers: 2\n", []),
        (TRY.format("ValueError", 'print("a", error)') + 'print("layers:", n)', "a no\n", [("ValueError", "no")]),
        (TRY.format("ValueError", "print(error)") + "print(names)", "['a']\n", []),  # It may be either.
        (TRY.format("ValueError", 'print("raised")'), "raised\n", []),
        (TRY.format("ValueError", 'print("no" in str(error))'), "True\n", []),
        (TRY.format("ValueError", "print(error, error)"), "no no\n", []),
        (TRY.format("ValueError", 'print("fit:", error)\n    print(error, error)'), "fit: no\n", []),  # either
        (
            TRY.format("Exception", "print(type(error).__name__, type(error).__name__, error)"),
            "KeyError KeyError a\n",
            [],
        ),
        (TRY.format("ValueError", "log(error)"), "no\n", []),
        (TRY.format("ValueError", "pass") + "print(error)", "no\n", []),
        ("try:\n    f()\nexcept ValueError:\n    print(error)\n", "no\n", []),
        (
            TRY.format("ValueError", 'print("a", error)') + TRY.format("TypeError", 'print("b", error)'),
            "b no\na never\n",
            [("TypeError", "no"), ("ValueError", "never")],
        ),
        ("except no python as error: print(error)", "no\n", []),
        ("print(error)\n", "no\n", []),
    ],
)
def test_an_error_that_is_caught_and_printed_is_found(code, printed, errors):
    assert messages(code, printed) == errors


def test_the_error_that_ended_a_block_comes_first():
    code = TRY.format("ValueError", "print(error)")
    assert messages(code, "no\n", "TypeError", "never") == [("TypeError", "never"), ("ValueError", "no")]
    assert messages("f()\n", "", "TypeError") == [("TypeError", "")]


def test_the_messages_of_printed_errors_are_left_out():
    code = TRY.format("ValueError", 'print("fit:", error)') + 'print("layers:", n)'
    assert without_messages(code, "fit: no\nlayers: 2\n") == "fit: …\nlayers: 2"
    assert without_messages("print(1)", "fit: no\n") == "fit: no"
