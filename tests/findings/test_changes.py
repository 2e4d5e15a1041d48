"""A release is compared with the one before it in its line."""

import pytest
from made_up import BLOCK, ENVIRONMENTS, LACKS_SEQUENTIAL, OTHER, SHOWN, measured, on

from evidence.findings.changes import Difference, changes, lines_only_in, new_lines
from evidence.pages.blocks import Block
from evidence.running.records import RecordedOutcome


def differences(outcomes):
    """The differences of each pair of releases that were compared, by their keys."""
    compared = changes(measured(outcomes), ENVIRONMENTS)
    return {(change.older.key, change.newer.key): change.differences for change in compared}


def test_each_release_is_compared_with_the_one_before_in_its_line():
    pairs = [("3.1", "3.2"), ("3.0", "3.1"), ("jax-3.0", "jax-3.2"), ("tf-2.14", "tf-2.15"), ("1.0", "2.3")]
    assert differences({BLOCK: {}}) == {pair: [] for pair in pairs}


def test_before_is_the_older_release_and_the_unknown_is_no_change():
    outcomes = {"3.1": OTHER, "jax-3.2": None, "tf-2.14": None, "2.3": OTHER, "1.0": OTHER}
    changed = {pair: listed for pair, listed in differences({BLOCK: outcomes}).items() if listed}
    assert changed == {
        ("3.1", "3.2"): [Difference(BLOCK, before=OTHER, after=SHOWN)],
        ("3.0", "3.1"): [Difference(BLOCK, before=SHOWN, after=OTHER)],
    }


def test_a_change_of_wording_is_not_a_change():
    no, never = (RecordedOutcome("", "ValueError", words, 4) for words in ("no", "never"))
    assert not any(differences({BLOCK: {"3.2": no, "3.1": never, "3.0": no}}).values())


def test_what_only_one_release_can_run_is_apart_from_what_behaves_differently():
    same, moved, lacking, lacked, lacking_first = (
        Block(f"docs/{name}.md", 1, f"{BLOCK.code}# {name}\n", "1\n") for name in ("same", "moved", "b", "a", "z")
    )
    needs_an_argument = RecordedOutcome("", "TypeError", "unexpected keyword argument 'call_function'", 5)
    outcomes = {
        same: {},
        lacking: {"3.1": LACKS_SEQUENTIAL},
        moved: {"3.1": OTHER},
        lacked: {"3.2": LACKS_SEQUENTIAL},
        lacking_first: {"3.1": needs_an_argument},
    }
    change = next(changes(measured(outcomes), ENVIRONMENTS))
    assert [difference.block for difference in change.differences] == [lacking, moved, lacked, lacking_first]
    assert [difference.block for difference in change.of_behaviour] == [moved]
    assert [(idiom, difference.block) for idiom, difference in change.of_idiom] == [
        ("needs `clone_model(call_function=...)`", lacking_first),
        ("needs `keras.Sequential`", lacked),  # of the same idiom, by page
        ("needs `keras.Sequential`", lacking),
    ]


def test_blocks_of_the_same_page_and_idiom_come_by_line():
    blocks = [Block("docs/page.md", line, f"{BLOCK.code}# {line}\n", "1\n") for line in (30, 4)]
    outcomes = {block: {"3.1": LACKS_SEQUENTIAL} for block in blocks}
    change = next(changes(measured(outcomes), ENVIRONMENTS))
    assert [difference.block.line for _, difference in change.of_idiom] == [4, 30]


def test_only_the_given_environments_are_compared():
    compared = changes(measured({BLOCK: {}}), on("3.2", "3.0", "jax-3.2", "1.0"))
    assert [(change.older, change.newer) for change in compared] == [on("3.0", "3.2")]


@pytest.mark.parametrize(
    ("old", "new", "lines"),
    [
        ("a\nb\n", "a\nc\nb\n", ["c"]),
        ("x: 1\ny: 2\n", "x: 2\ny: 2\n", ["x: 2"]),
        ("a\na\n", "a\n", []),
        ("", "a\nb\n", ["a", "b"]),
        ("x\n" + "a\n" * 250, "y\n" + "a\n" * 250, ["y"]),  # repeated lines count, too
    ],
)
def test_new_lines_are_found_at_their_place(old, new, lines):
    assert new_lines(old, new) == lines


def test_the_lines_that_only_one_of_two_outcomes_has_are_found():
    printed, raised = RecordedOutcome("a\nb\n"), RecordedOutcome("a\n", "ValueError", "no\nmore", 4)
    assert lines_only_in(printed, raised) == ["b"]
    assert lines_only_in(raised, printed) == ["ValueError: no"]
    assert lines_only_in(RecordedOutcome("c\n", "KeyError", ""), printed) == ["c", "KeyError: "]
    assert lines_only_in(RecordedOutcome("", "KeyError"), printed) == ["KeyError: "]


def test_new_and_dropped_warnings_are_apart_from_differences():
    first, second, moved = (Block(f"docs/{name}.md", 1, f"{BLOCK.code}# {name}\n", "1\n") for name in "abc")

    def warns(*warnings, output="1\n"):
        return RecordedOutcome(output, warnings="\n".join(warnings))

    outcomes = {
        first: {"3.2": warns("UserWarning: no layer 'a'", "UserWarning: slow"), "3.1": warns("UserWarning: old")},
        second: {"3.2": warns("UserWarning: no layer 'b'", "UserWarning: slow"), "3.1": warns("UserWarning: slow")},
        moved: {"3.2": warns("UserWarning: moved", output="2\n")},  # It behaves differently, and may warn of that.
    }
    change = next(changes(measured(outcomes), ENVIRONMENTS))
    assert [difference.block for difference in change.differences] == [moved]
    assert change.new_warnings == {"UserWarning: no layer 'a'": [first, second], "UserWarning: slow": [first]}
    assert change.gone_warnings == {"UserWarning: old": [first]}


def test_warnings_are_compared_where_both_releases_were_measured():
    warned = RecordedOutcome("1\n", warnings="UserWarning: slow")
    changed = list(
        changes(measured({BLOCK: {"3.2": warned, "3.1": None, "jax-3.2": warned, "jax-3.0": warned}}), ENVIRONMENTS)
    )
    assert not any(change.new_warnings or change.gone_warnings for change in changed)
