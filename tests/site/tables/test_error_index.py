"""The index of error messages: each message in the records, once, with what to read about it."""

import pytest
from bs4 import BeautifulSoup
from made_up import BLOCK, LACKS_SEQUENTIAL, measured

from evidence.findings.families import FAMILIES
from evidence.findings.measurements import current_measurements
from evidence.pages.blocks import Block
from evidence.running.records import RecordedOutcome
from evidence.site import links
from evidence.site.tables.errors import error_index


@pytest.fixture(autouse=True)
def pages(tmp_path, monkeypatch):
    (tmp_path / "docs").mkdir()
    for name in "page", "a":
        (tmp_path / f"docs/{name}.md").write_text(f"# On {name} {{#{name}}}\n", encoding="utf-8")
    monkeypatch.setattr(links, "ROOT", tmp_path)
    return tmp_path


def index(measurements, family="keras-3"):
    return BeautifulSoup("".join(error_index(measurements, family)), "html.parser")


def raised(error, message, line=4):
    return RecordedOutcome("", error, message, line)


def test_messages_are_below_the_page_that_explains_them_the_most_shown_first():
    also, again = (Block("docs/a.md", line, f"{BLOCK.code}# {line}\n", "1\n") for line in (9, 19))
    outcomes = {"3.2": raised("ValueError", "b <c>"), "3.1": raised("KeyError", "z"), "3.0": raised("some.Error", "")}
    page = index(measured({BLOCK: outcomes, also: {"3.2": outcomes["3.1"]}, again: {"3.2": outcomes["3.1"]}}))
    assert [element.get_text() for element in page.select("h2, pre")] == [
        "On page",
        "(no message)",
        "b <c>",
        "On a",
        "z",
    ]
    assert [heading["id"] for heading in page.select("h2")] == ["page", "a"]


def test_a_page_about_errors_explains_a_message_and_comes_first(pages):
    (pages / "docs/errors").mkdir()
    (pages / "docs/errors/no.md").write_text("# No {#no}\n", encoding="utf-8")
    about = Block("docs/errors/no.md", 9, f"{BLOCK.code}# again\n", "1\n")
    no, other = raised("ValueError", "no"), raised("ValueError", "other")
    page = index(measured({BLOCK: {"3.2": no, "3.1": other, "3.0": no}, about: {"3.2": no}}))
    assert [element.get_text() for element in page.select("h2, pre")] == ["No", "no", "On page", "other"]


def test_a_message_says_where_it_occurs_and_what_to_read():
    also = Block("docs/a.md", 9, f"{BLOCK.code}# again\n", "1\n")
    no = raised("ValueError", "no")
    page = index(measured({BLOCK: {"3.2": no, "1.0": no}, also: {"3.2": no, "3.1": no}}))
    assert page.p.get_text() == (
        "ValueError on Keras 3.1.0 to 3.2.0 on TensorFlow and Keras 1.0.0. What to do: On page, On a."
    )
    assert [link["href"] for link in page.p.select("a")] == ["../page.md#page", "../a.md#a"]


def test_other_wordings_of_a_message_are_folded():
    page = index(measured({BLOCK: {"3.2": raised("ValueError", "no 'a'"), "3.1": raised("TypeError", "no 'b'")}}))
    assert page.p.get_text().startswith("TypeError and ValueError on Keras 3.1.0 to 3.2.0 on TensorFlow.")
    assert page.summary.get_text() == "1 other wording"
    assert len(page.select("pre")) == 2
    assert len(page.select("details pre")) == 1


def test_the_same_words_are_listed_once_whatever_raises_them():
    page = index(measured({BLOCK: {"3.2": raised("ValueError", "no 'a'"), "3.1": raised("TypeError", "no 'a'")}}))
    assert page.p.get_text().startswith("TypeError and ValueError on Keras 3.1.0 to 3.2.0 on TensorFlow.")
    assert [element.get_text() for element in page.select("pre")] == ["no 'a'"]


def test_no_type_is_named_where_none_is_known():
    page = index(measured({BLOCK: {"3.2": raised("KeyError or ValueError", "no")}}))
    assert page.p.get_text().startswith("Raised on Keras 3.2.0 on TensorFlow.")


@pytest.mark.parametrize(
    ("error", "message", "shown"),
    [("KeyError", "'layers'", "KeyError: 'layers'"), ("ValueError", "None", "ValueError: None"), ("E", "no x", "no x")],
)
def test_a_message_without_words_is_shown_after_its_type(error, message, shown):
    assert index(measured({BLOCK: {"3.2": raised(error, message)}})).pre.get_text() == shown


def test_what_a_page_shows_comes_before_what_most_blocks_raise():
    shows = Block("docs/page.md", 9, "try:\n    f()\nexcept ValueError as error:\n    print(error)\n", "asked for\n")
    often = [Block("docs/page.md", line, f"{BLOCK.code}# {line}\n", "1\n") for line in (19, 29, 39)]
    cannot = raised("NotImplementedError", "cannot fit")
    page = index(measured({block: {"3.2": cannot} for block in often} | {shows: {}}))
    assert [element.get_text() for element in page.select("pre")] == ["asked for", "cannot fit"]


def test_a_message_is_below_the_page_that_is_called_so(pages):
    (pages / "docs/errors").mkdir()
    for name, title in ("gone", "AttributeError: object has no attribute"), ("no-error-but-wrong", "No error"):
        (pages / f"docs/errors/{name}.md").write_text(f"# {title} {{#{name}}}\n", encoding="utf-8")
    gone, wrong = (
        Block(f"docs/errors/{name}.md", 9, f"{BLOCK.code}# {name}\n", "1\n") for name in ("gone", "no-error-but-wrong")
    )
    fit = raised("NotImplementedError", "fit is not supported")
    pop = raised("AttributeError", "'Functional' object has no attribute 'pop'")
    page = index(measured({BLOCK: {"3.2": pop, "3.1": fit}, gone: {}, wrong: {"3.2": fit}}))
    assert [element.get_text() for element in page.select("h2, pre")] == [
        "AttributeError: object has no attribute",
        "'Functional' object has no attribute 'pop'",
        "On page",
        "fit is not supported",
    ]


def test_a_message_is_listed_with_the_newest_family_that_raises_it():
    new, old, both = raised("ValueError", "new"), raised("ValueError", "old"), raised("ValueError", "both")
    measurements = measured({BLOCK: {"3.2": new, "3.1": both, "tf-2.15": both, "2.3": both, "1.0": old}})
    by_family = {
        family: [element.get_text() for element in index(measurements, family).select("pre")] for family in FAMILIES
    }
    assert by_family == {"keras-3": ["both", "new"], "tf-keras": [], "keras-1-and-2": ["old"]}


@pytest.mark.parametrize(
    ("outcome", "words"),
    [
        (
            LACKS_SEQUENTIAL,
            "These releases lack a feature: the example needs keras.Sequential. ",
        ),
        (raised("TypeError", "no", 3), "These releases lack a feature the example uses. "),
        (raised("TypeError", "no"), ""),
    ],
)
def test_a_release_that_lacks_the_idiom_is_said_to(outcome, words):
    page = index(measured({BLOCK: {"1.0": outcome}}), "keras-1-and-2")
    assert page.p.get_text() == f"{outcome.error} on Keras 1.0.0. {words}What to do: On page."


def test_a_link_to_a_message_lasts_as_long_as_its_words():
    def ids(*messages):
        outcomes = {key: raised("ValueError", text) for key, text in zip(("3.2", "3.1"), messages, strict=False)}
        return [element["id"] for element in index(measured({BLOCK: outcomes})).select("pre")]

    assert ids("a", "b") == ["error-4e6d68c8", "error-48d60031"]
    assert ids("b") == ids("a", "b")[1:]


def test_every_error_of_the_records_is_in_one_index(monkeypatch):
    monkeypatch.undo()
    measurements = current_measurements()
    page = BeautifulSoup("".join("".join(error_index(measurements, family)) for family in FAMILIES), "html.parser")
    listed = [element.get_text() for element in page.select("pre.error")]
    assert len({element["id"] for element in page.select("pre.error")}) == len(listed)
    for record in measurements.records.values():
        for outcome in record.outcomes.values():
            shown = outcome.message or "(no message)", f"{outcome.error}: {outcome.message}"
            assert not outcome.error or not {*shown}.isdisjoint(listed)
    assert "'Functional' object has no attribute 'pop'" in listed  # A block catches and prints it.
    for message in page.select("pre.error:not(details pre)"):
        words = message.find_next_sibling("p")
        assert words.a or "README" in words.text
