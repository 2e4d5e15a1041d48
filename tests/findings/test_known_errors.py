"""All error messages are collected, in order, with their blocks and environments."""

import pytest
from made_up import BLOCK, LACKS_SEQUENTIAL, measured, on

from evidence.findings.known_errors import known_errors, messages, without_names
from evidence.pages.blocks import Block
from evidence.running.records import RecordedOutcome


def raised(error, message, line=4):
    return RecordedOutcome("", error, message, line)


def block(name):
    return Block(f"docs/{name}.md", 1, f"{BLOCK.code}# {name}\n", "1\n")


def test_errors_are_sorted_by_type_and_message_regardless_of_case():
    outcomes = {
        "3.2": raised("ValueError", "b"),
        "3.1": raised("ValueError", "C"),
        "3.0": raised("ValueError", "A"),
        "jax-3.2": raised("KeyError", "z"),
        "1.0": raised("exceptions.Error", "a"),
    }
    errors = known_errors(measured({BLOCK: outcomes}))
    assert [(error.type, error.message) for error in errors] == [
        ("exceptions.Error", "a"),
        ("KeyError", "z"),
        ("ValueError", "A"),
        ("ValueError", "b"),
        ("ValueError", "C"),
    ]


def test_an_error_names_where_it_occurs_and_the_newest_family_there():
    no = raised("ValueError", "no")
    first, second = block("first"), block("second")
    [error] = known_errors(measured({first: {"tf-2.15": no, "1.0": no}, second: {"1.0": no, "2.3": no}}))
    assert list(error.blocks) == [first, second]
    assert error.environments == set(on("tf-2.15", "2.3", "1.0"))
    assert error.family == "tf-keras"
    assert error.missing_idiom is None


def test_what_a_block_caught_and_printed_is_an_error_too():
    catching = Block("docs/page.md", 1, "try:\n    f()\nexcept ValueError as error:\n    print(error)\n", "no\n")
    [error] = known_errors(measured({catching: {"3.2": None}}))
    assert (error.type, error.message) == ("ValueError", "no")


def test_blocks_that_got_to_what_they_show_come_first():
    lacks_a_layer = raised("ValueError", "no", 3)  # before the surgery
    early, late, last = block("early"), block("late"), block("last")
    outcomes = {early: {"3.2": lacks_a_layer}, late: {"3.1": raised("ValueError", "no")}, last: {"3.2": lacks_a_layer}}
    [error] = known_errors(measured(outcomes))
    assert list(error.blocks) == [late, early, last]
    assert error.missing_idiom is None


def test_what_the_releases_lack_is_named_where_no_block_got_to_what_it_shows():
    [error] = known_errors(measured({BLOCK: {"1.0": LACKS_SEQUENTIAL}}))
    assert error.missing_idiom == "needs `keras.Sequential`"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("The layer digits has never been called.", "The layer net has never been called."),
        ("No such layer: 'a'. Existing layers are: ['b'].", "No such layer: 'c'. Existing layers are: []."),
        ("got (None, 3) and (8, 6)", "got (None, 5) and (2, 6)"),
        ("'A' object has no attribute 'pop'", "'B' object has no attribute 'pop'"),
        ("cannot import name 'ops'", "cannot import name 'ops' from 'keras' (keras/__init__.py)"),
        ('at layer dense_1: Tensor("x:0", shape=(?, 3)) is gone', "at layer dense: <KerasTensor shape=(3,)> is gone"),
        ("doesn't match the structure ['a', 'b']", "doesn't match the structure ['c']"),
        ("<keras.src.Dense object at 0x…> is loaded", "<tf_keras.src.Dense object at 0x…> is loaded"),
        (
            'in user code:\n\n    x.py, line 3\n\n    ValueError: no "a"',
            'in user code:\n    y.py\n    ValueError: no "b"',
        ),
    ],
)
def test_wordings_of_one_message_differ_in_names_numbers_and_shapes(one, other):
    assert without_names(one) == without_names(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("'A' object has no attribute 'pop'", "'A' object has no attribute 'add'"),
        ("cannot import name 'ops'", "cannot import name 'tree'"),
        ("'layers'", "'config'"),
        ("", "no"),
    ],
)
def test_what_a_message_is_about_makes_it_another(one, other):
    assert without_names(one) != without_names(other)


def test_a_message_has_the_types_and_blocks_of_its_wordings():
    first, second = block("first"), block("second")
    outcomes = {
        first: {"3.2": raised("ValueError", "no 'a'"), "3.1": raised("TypeError", "no 'b'")},
        second: {"3.2": raised("KeyError or ValueError", "no 'c'"), "3.1": raised("KeyError", "else")},
    }
    message, other = sorted(messages(known_errors(measured(outcomes))), key=lambda each: -len(each.wordings))
    assert message.types == ["TypeError", "ValueError"]
    assert set(message.blocks) == {first, second}
    assert message.environments == set(on("3.2", "3.1"))
    assert [error.message for error in other.wordings] == ["else"]


def test_a_message_that_only_a_block_which_catches_several_types_printed_has_no_known_type():
    [message] = messages(known_errors(measured({BLOCK: {"3.2": raised("KeyError or ValueError", "no")}})))
    assert message.types == []
