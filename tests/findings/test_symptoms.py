"""A symptom occurs where a block doesn't get what it should."""

import pytest
from made_up import BLOCK, BY_KEY, LACKS_SEQUENTIAL, measured

from evidence.findings.symptoms import Reading, newest_by_backend, reading_there, readings, symptoms
from evidence.pages.blocks import Block
from evidence.running.records import RecordedOutcome

SHOWS = Block("docs/page.md", 1, BLOCK.code, "before: 1\ncolumns: 3, should be 6\nafter: 6\n")


def test_readings_are_lines_that_say_what_should_be():
    output = "before: 1\ncolumns: 3, should be 6\nclone, accuracy: 0.25, should be 1.0\nshould be 4\n"
    assert readings(output) == {"columns": Reading("3", "6"), "clone, accuracy": Reading("0.25", "1.0")}


def test_a_reading_is_right_if_it_is_what_it_should_be():
    assert Reading("6", "6").right
    assert not Reading("3", "6").right


OUTCOMES = {
    "as the page": (RecordedOutcome(SHOWS.expected_output), Reading("3", "6")),
    "right": (RecordedOutcome("columns: 6, should be 6\n"), Reading("6", "6")),
    "an error": (RecordedOutcome("before: 1\n", "ValueError", "no", 5), "raises ValueError"),
    "an error after it": (RecordedOutcome("columns: 3, should be 6\n", "ValueError", "no", 5), Reading("3", "6")),
    "not the idiom": (LACKS_SEQUENTIAL, "not applicable"),
    "no outcome": (None, "not measured"),
}


@pytest.mark.parametrize(("outcome", "reading"), OUTCOMES.values(), ids=OUTCOMES)
def test_a_reading_in_an_environment(outcome, reading):
    measurements = measured({SHOWS: {"3.2": outcome}})
    assert reading_there(measurements, SHOWS, "columns", BY_KEY["3.2"]) == reading


def test_the_symptoms_of_a_page_are_the_readings_of_its_blocks():
    other = Block("docs/other.md", 1, "print(4)\n", "rows: 3, should be 6\n")
    assert [*symptoms(measured({BLOCK: {}, SHOWS: {}, other: {}}), "docs/page.md")] == [(SHOWS, "columns")]


def test_the_newest_of_each_backend():
    assert newest_by_backend(measured({})) == {"TensorFlow": BY_KEY["3.2"], "JAX": BY_KEY["jax-3.2"]}
