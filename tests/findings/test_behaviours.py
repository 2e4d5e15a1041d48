"""Environments are grouped by what a block does there."""

import pytest
from made_up import BLOCK, ENVIRONMENTS, LACKS_SEQUENTIAL, OTHER, SHOWN, measured, on

from evidence.findings.behaviours import Behaviour, Wording, behaviours
from evidence.pages.blocks import Block
from evidence.running.records import RecordedOutcome


def grouped(outcomes, block=BLOCK):
    """State and environments of each behaviour, in order."""
    return [(behaviour.state, behaviour.environments) for behaviour in behaviours(block, measured({block: outcomes}))]


def test_a_block_that_does_the_same_everywhere_has_one_behaviour():
    assert behaviours(BLOCK, measured({BLOCK: {}})) == [
        Behaviour("shown", tuple(ENVIRONMENTS), (Wording(SHOWN, tuple(ENVIRONMENTS)),))
    ]


def test_behaviours_are_ordered_by_state_then_as_the_environments_are():
    # The states are not in their listed order, and "other" comes twice.
    outcomes = {
        "3.2": None,
        "3.1": LACKS_SEQUENTIAL,
        "3.0": RecordedOutcome("3\n"),
        "jax-3.2": OTHER,
        "jax-3.0": SHOWN,
        "tf-2.15": OTHER,
        "tf-2.14": None,
    }
    assert grouped(outcomes) == [
        ("shown", on("jax-3.0", "2.3", "1.0")),
        ("other", on("3.0")),
        ("other", on("jax-3.2", "tf-2.15")),
        ("lacking", on("3.1")),
        ("unknown", on("3.2", "tf-2.14")),
    ]


def test_what_is_missing_is_named_and_what_was_not_measured_has_no_wordings():
    *_, lacking, unknown = behaviours(BLOCK, measured({BLOCK: {"2.3": LACKS_SEQUENTIAL, "1.0": None}}))
    assert lacking.missing_idiom == "needs `keras.Sequential`"
    assert lacking.wordings == (Wording(LACKS_SEQUENTIAL, on("2.3")),)
    assert unknown == Behaviour("unknown", on("1.0"), ())


def test_releases_that_lack_the_same_are_together_whatever_they_raise():
    later = RecordedOutcome("1\n", "ImportError", LACKS_SEQUENTIAL.message, 5)
    assert grouped({"2.3": LACKS_SEQUENTIAL, "1.0": later})[1:] == [("lacking", on("2.3", "1.0"))]


def test_a_block_that_was_measured_nowhere_is_unknown_everywhere():
    assert grouped(dict.fromkeys([environment.key for environment in ENVIRONMENTS])) == [
        ("unknown", tuple(ENVIRONMENTS))
    ]


def test_other_words_for_the_same_error_at_the_same_line_are_wordings():
    no, never, no_later = (
        RecordedOutcome("", "ValueError", "no", 4),
        RecordedOutcome("", "ValueError", "never", 4),
        RecordedOutcome("", "ValueError", "no", 5),
    )
    _, worded, later = behaviours(BLOCK, measured({BLOCK: {"3.2": no, "3.1": never, "3.0": no_later, "1.0": no}}))
    assert worded.wordings == (Wording(no, on("3.2", "1.0")), Wording(never, on("3.1")))
    assert worded.environments == on("3.2", "1.0", "3.1")
    assert later.environments == on("3.0")


@pytest.mark.parametrize(
    "other",
    [RecordedOutcome("", "TypeError", "no", 4), RecordedOutcome("", "ValueError", "no"), RecordedOutcome("no\n")],
)
def test_another_type_or_line_or_no_error_is_another_behaviour(other):
    outcomes = {"3.2": RecordedOutcome("", "ValueError", "no", 4), "3.1": other}
    assert grouped(outcomes)[1:] == [("other", on("3.2")), ("other", on("3.1"))]


def test_what_was_printed_before_the_same_error_does_not_matter():
    outcomes = {"3.2": RecordedOutcome("", "ValueError", "no", 4), "3.1": RecordedOutcome("1\n", "ValueError", "no", 4)}
    assert grouped(outcomes)[1:] == [("other", on("3.2", "3.1"))]


def test_a_block_without_an_expected_output_shows_that_it_prints_nothing():
    block = Block("docs/page.md", 1, "assert True\n", None)
    outcomes = {environment.key: RecordedOutcome("") for environment in ENVIRONMENTS} | {"1.0": OTHER}
    assert [state for state, _ in grouped(outcomes, block)] == ["shown", "other"]


def test_other_words_of_a_printed_error_are_wordings_and_other_values_are_not():
    catching = 'try:\n    f()\nexcept ValueError as error:\n    print("fit:", type(error).__name__, error)\n'
    block = Block("docs/page.md", 1, catching + 'print("layers:", n)\n', "fit: ValueError no\nlayers: 2\n")
    outcomes = {
        "3.1": RecordedOutcome("fit: ValueError never\nlayers: 2\n"),
        "3.0": RecordedOutcome("fit: TypeError no\nlayers: 2\n"),
        "1.0": RecordedOutcome("fit: ValueError no\nlayers: 1\n"),
    }
    shown, *others = behaviours(block, measured({block: outcomes}))
    assert [wording.outcome.output for wording in shown.wordings] == [block.expected_output, outcomes["3.1"].output]
    assert [other.environments for other in others] == [on("3.0"), on("1.0")]
