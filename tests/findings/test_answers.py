"""What a block prints answers the question that it asks of every release."""

from made_up import BLOCK, ENVIRONMENTS, LACKS_SEQUENTIAL, OTHER, SHOWN, measured, on

from evidence.findings.answers import answer, answers
from evidence.running.records import RecordedOutcome


def test_an_answer_is_what_was_printed_or_raised():
    assert answer(BLOCK, SHOWN) == "1"
    assert answer(BLOCK, RecordedOutcome("1\n", "ValueError", "no", 4)) == "ValueError"
    assert answer(BLOCK, LACKS_SEQUENTIAL) == "not applicable"
    assert answer(BLOCK, None) == "not measured"


def test_environments_are_grouped_by_their_answers_that_of_the_newest_first():
    outcomes = {"3.0": OTHER, "jax-3.0": None, "1.0": LACKS_SEQUENTIAL}
    found = answers(measured({BLOCK: outcomes}), BLOCK)
    assert list(found) == ["1", "2", "not measured", "not applicable"]
    assert found["2"] == [*on("3.0")]
    assert found["1"] == [other for other in ENVIRONMENTS if other.key not in outcomes]
