"""The lists of what each release changed."""

import pytest
from bs4 import BeautifulSoup
from made_up import BLOCK, LACKS_SEQUENTIAL, OTHER, measured

from evidence.findings.families import FAMILIES
from evidence.findings.measurements import current_measurements
from evidence.pages.blocks import Block
from evidence.running.records import RecordedOutcome
from evidence.site import links
from evidence.site.tables import changes
from evidence.site.tables.changes import SHORT, changes_as_text, what_changed


@pytest.fixture(autouse=True)
def pages(tmp_path, monkeypatch):
    (tmp_path / "docs").mkdir()
    for name in "page", "b", "a":
        (tmp_path / f"docs/{name}.md").write_text(f"# On {name} {{#{name}}}\n", encoding="utf-8")
    monkeypatch.setattr(links, "ROOT", tmp_path)
    monkeypatch.setattr(changes, "release_notes", dict)


def page(measurements, family="keras-3"):
    return BeautifulSoup("".join(what_changed(measurements, family)), "html.parser")


def listed(outcomes, packages=None):
    """The texts below the heading of the newest release."""
    heading = page(measured(outcomes, packages=packages)).select_one("h3")
    texts = []
    for element in heading.find_next_siblings():
        if element.name in ("h2", "h3"):
            break
        assert element.get_text(), "an empty element"
        texts += [item.get_text() for item in element.select("li")] if element.name == "ul" else [element.get_text()]
    return texts


def test_releases_are_below_their_line_newest_first():
    headings = [
        (heading.name, heading["id"], heading.get_text()) for heading in page(measured({BLOCK: {}})).select("h2, h3")
    ]
    assert headings == [
        ("h2", "keras-3-on-tensorflow", "Keras 3 on TensorFlow"),
        ("h3", "3-2", "Keras 3.2.0 on TensorFlow after 3.1.0"),
        ("h3", "3-1", "Keras 3.1.0 on TensorFlow after 3.0.0"),
        ("h2", "keras-3-on-jax", "Keras 3 on JAX"),
        ("h3", "jax-3-2", "Keras 3.2.0 on JAX after 3.0.0"),
    ]


def test_a_family_of_one_line_needs_no_heading_for_it():
    headings = page(measured({BLOCK: {}}), "keras-1-and-2").select("h2, h3")
    assert [(heading.name, heading.get_text()) for heading in headings] == [("h2", "Keras 2.3.0 after 1.0.0")]


def test_a_release_that_changed_nothing_says_so():
    assert listed({BLOCK: {}}) == [
        "Released 2 January 2020. Same TensorFlow and NumPy as before.",
        "No block behaves differently.",
    ]


def test_releases_are_not_compared_where_one_is_not_recorded():
    unrecorded = {BLOCK: {"3.1": None}}
    said = "Not compared: Keras 3.1.0 on TensorFlow is not recorded."
    assert listed(unrecorded) == [f"Released 2 January 2020. {said}"]
    _title, *lines = changes.change_as_text(*first_change(unrecorded))
    assert lines == [f"{said}\n"]


def test_a_release_is_summed_up_in_a_sentence(monkeypatch):
    monkeypatch.setattr(changes, "release_notes", lambda: {"3.2": "`pop` compiles again."})
    assert listed({BLOCK: {}})[0] == "pop compiles again."


def test_each_sentence_is_about_a_release_that_changed_something(monkeypatch):
    monkeypatch.undo()
    measurements = current_measurements()
    all_changes = changes.changes(measurements, measurements.environments)
    changed = {change.newer.key for change in all_changes if change.differences}
    assert changes.release_notes().keys() <= changed


def test_what_changed_with_keras_is_named_except_tensorflow_for_tf_keras():
    old, new = ["numpy==1.0", "tensorflow==2.14"], ["numpy==1.0", "tensorflow==2.15"]
    assert listed({BLOCK: {}}, {"3.1": old, "3.2": new})[0].endswith("2020. Not Keras alone: TensorFlow 2.14 to 2.15.")
    measurements = measured({BLOCK: {}}, packages={"tf-2.14": old, "tf-2.15": new})
    assert page(measurements, "tf-keras").p.get_text().endswith("2020. Same NumPy as before.")


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ("1\na\n", "1\nb\n", "a before, b now"),
        ("1\n", "1\n<b>\nc\n", "now also <b> / c"),
        ("1\na\n", "1\n", "no longer a"),
        ("1\n", "1\n\nb\n", "now also b"),  # not " / b"
    ],
)
def test_only_the_lines_that_differ_are_shown(before, after, words):
    outcomes = {"3.2": RecordedOutcome(after), "3.1": RecordedOutcome(before)}
    assert listed({BLOCK: outcomes})[1:] == [f"On page: {words}"]


def test_an_error_is_shown_by_the_first_line_of_its_message():
    raised = RecordedOutcome("1\n", "ValueError", "no\nmore", 4)
    assert listed({BLOCK: {"3.2": raised}})[1:] == ["On page: now also ValueError: no"]
    assert listed({BLOCK: {"3.1": raised}})[1:] == ["On page: no longer ValueError: no"]


def test_a_long_line_is_cut():
    assert SHORT == 120
    assert listed({BLOCK: {"3.2": RecordedOutcome("1\n" + "x" * 120)}})[1:] == [f"On page: now also {'x' * 120}"]
    assert listed({BLOCK: {"3.2": RecordedOutcome("1\n" + "x" * 121)}})[1:] == [f"On page: now also {'x' * 120}…"]


def test_what_only_one_release_can_run_is_listed_once_below_what_behaves_differently():
    behaves, lacks, also_lacks, cannot = (
        Block(f"docs/{name}.md", line, f"{BLOCK.code}# {line}\n", "1\n")
        for name, line in (("page", 9), ("b", 8), ("a", 7), ("a", 6))
    )
    early = RecordedOutcome("", "ImportError", "cannot import name 'ops'", 1)
    outcomes = {lacks: {"3.1": LACKS_SEQUENTIAL}, cannot: {"3.2": early}, also_lacks: {"3.2": LACKS_SEQUENTIAL}}
    assert listed(outcomes | {behaves: {"3.1": OTHER}})[1:] == [
        "On page: 2 before, 1 now",
        "3 blocks can be run on only one of the two:",
        "needs keras.Sequential: On a, On b",
        "needs ops: On a",
    ]
    assert listed({lacks: {"3.1": LACKS_SEQUENTIAL}})[1:] == [
        "1 block can be run on only one of the two:",
        "needs keras.Sequential: On b",
    ]


def test_differences_are_listed_in_the_order_of_the_blocks():
    blocks = [Block(f"docs/{name}.md", 9, f"{BLOCK.code}# {name}\n", "1\n") for name in ("b", "page", "a")]
    names = [text.partition(":")[0] for text in listed({block: {"3.1": OTHER} for block in blocks})[1:]]
    assert names == ["On b", "On page", "On a"]


def test_the_changes_of_some_releases_are_written_in_markdown(monkeypatch):
    packages = {"3.2": ["numpy==2.0"]}
    outcomes = {
        BLOCK: {"3.2": RecordedOutcome("1\n<`b`>\n"), "3.1": RecordedOutcome("1\na\n"), "2.3": LACKS_SEQUENTIAL}
    }
    monkeypatch.setattr(changes, "current_measurements", lambda: measured(outcomes, packages=packages))
    assert list(changes_as_text(["3.2", "jax-3.2"])) == [
        "## Keras 3.2.0 on TensorFlow after 3.1.0\n",
        "**Not Keras alone**: NumPy none to 2.0.\n",
        "- docs/page.md:1 On page: `a` before, `<`b`>` now",
        "",
        "## Keras 3.2.0 on JAX after 3.0.0\n",
        "Same JAX and NumPy as before.\n",
        "No block behaves differently.\n",
    ]


def test_every_release_of_the_records_but_the_first_of_its_line_has_its_changes(monkeypatch):
    monkeypatch.undo()
    measurements = current_measurements()
    compared = 0
    for family in FAMILIES:
        html = page(measurements, family)
        compared += len(html.select("p.changed-with"))
        ids = [heading["id"] for heading in html.select("h2, h3")]
        assert len(ids) == len(set(ids))
    lines = {environment.line for environment in measurements.environments}
    assert compared == len(measurements.environments) - len(lines)


def test_new_and_dropped_warnings_follow_what_blocks_do():
    warned = {"3.2": RecordedOutcome("1\n", warnings="UserWarning: new"), "3.1": RecordedOutcome("1\n", warnings="old")}
    assert listed({BLOCK: warned})[1:] == [
        "No block behaves differently.",
        "Warns now:",
        "UserWarning: new: On page",
        "No longer warns:",
        "old: On page",
    ]
    others = [Block("docs/page.md", line, f"{BLOCK.code}# {line}\n", "1\n") for line in range(2, 5)]
    lines = list(changes.change_as_text(*first_change(dict.fromkeys([BLOCK, *others], warned))))
    assert lines[-6:] == [
        "Warns now:\n",
        "- `UserWarning: new`: docs/page.md:1, docs/page.md:2, docs/page.md:3 and 1 more",
        "",
        "No longer warns:\n",
        "- `old`: docs/page.md:1, docs/page.md:2, docs/page.md:3 and 1 more",
        "",
    ]


def first_change(outcomes):
    measurements = measured(outcomes)
    return measurements, next(changes.changes(measurements, measurements.environments))
