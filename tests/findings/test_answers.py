"""What a block prints answers the question that it asks of every release."""

from made_up import BLOCK, ENVIRONMENTS, LACKS_SEQUENTIAL, OTHER, SHOWN, measured, on

from evidence.findings.answers import Era, answer, answers, eras
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


def test_eras_are_neighbours_with_the_same_answer_oldest_first():
    found = eras(measured({BLOCK: {"3.0": OTHER, "3.2": OTHER, "1.0": None}}), BLOCK)
    assert list(found) == ["Keras 1 and 2", "tf.keras", "Keras 3 on JAX", "Keras 3 on TensorFlow"]
    assert found["Keras 3 on TensorFlow"] == [Era("2", on("3.0")), Era("1", on("3.1")), Era("2", on("3.2"))]
    assert found["tf.keras"] == [Era("1", on("tf-2.14", "tf-2.15"))]
    assert [era.answer for era in found["Keras 1 and 2"]] == ["not measured", "1"]
