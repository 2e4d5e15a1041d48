"""What a block prints answers the question that it asks of every release."""

from made_up import BLOCK, LACKS_SEQUENTIAL, OTHER, SHOWN, measured, on

from evidence.findings.answers import answer, answers
from evidence.running.records import RecordedOutcome


def test_an_answer_is_what_was_printed_or_raised():
    assert answer(BLOCK, SHOWN) == "1"
    assert answer(BLOCK, RecordedOutcome("1\n", "ValueError", "no", 4)) == "ValueError"
    assert answer(BLOCK, LACKS_SEQUENTIAL) == "not applicable"
    assert answer(BLOCK, None) == "not measured"


def test_neighbours_with_the_same_answer_are_joined():
    line = on("3.2", "3.1", "3.0", "jax-3.2", "jax-3.0", "1.0")
    outcomes = {"3.0": OTHER, "jax-3.0": None, "1.0": RecordedOutcome("", "TypeError", "before the surgery", 3)}
    assert answers(measured({BLOCK: outcomes}), BLOCK, line) == [
        ("1", [*on("3.2", "3.1")]),
        ("2", [*on("3.0")]),
        ("1", [*on("jax-3.2")]),
        ("not measured", [*on("jax-3.0")]),
        ("not applicable", [*on("1.0")]),
    ]
