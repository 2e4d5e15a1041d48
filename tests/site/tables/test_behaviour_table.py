"""The table of behaviour answers each question for each line of Keras."""

import pytest
from bs4 import BeautifulSoup
from made_up import BLOCK, OTHER, measured

from evidence.files import ROOT
from evidence.findings.measurements import current_measurements
from evidence.pages.blocks import Block, page_name
from evidence.site import links
from evidence.site.tables.behaviour import QUESTIONS, behaviour_table


def rows(measurements):
    table = BeautifulSoup("".join(behaviour_table(measurements)), "html.parser")
    return [row for row in table.select("tbody tr") if row.select("td")]


def cells(row):
    return [
        (cell.get("colspan"), [(part["data-on"], part.get_text()) for part in cell.select("[data-on]") or [cell]])
        for cell in row.select("td")
    ]


@pytest.fixture
def questions(tmp_path, monkeypatch):
    """Pages of questions, each with one heading; a block of the second page asks."""
    monkeypatch.setattr(links, "ROOT", tmp_path)
    for page in QUESTIONS:
        (tmp_path / page).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / page).write_text("# About `pop` {#top}\n\n## Does it? {#does-it}\n", encoding="utf-8")
    return Block(QUESTIONS[1], 5, BLOCK.code, "1\n")


def test_lines_that_give_one_and_the_same_answer_share_a_cell(questions):
    [row] = rows(measured({questions: {}}))
    assert cells(row) == [("4", [("0-8", "1")])]


def test_only_neighbouring_lines_share_a_cell(questions):
    [row] = rows(measured({questions: {"tf-2.15": OTHER, "tf-2.14": OTHER}}))
    assert cells(row) == [("2", [("0-4", "1")]), (None, [("5-6", "2")]), (None, [("7-8", "1")])]


def test_a_line_with_several_answers_lists_them_with_their_releases(questions):
    [row] = rows(measured({questions: {"3.2": OTHER, "tf-2.15": OTHER, "tf-2.14": OTHER, "1.0": None}}))
    assert cells(row) == [
        (None, [("0", "2 3.2.0"), ("1-2", "1 3.0.0 to 3.1.0")]),
        (None, [("3-4", "1")]),
        (None, [("5-6", "2")]),
        (None, [("7", "1 2.3.0"), ("8", "not measured 1.0.0")]),
    ]


def test_two_lines_with_the_same_several_answers_do_not_share_a_cell(questions):
    [row] = rows(measured({questions: {"jax-3.2": OTHER, "tf-2.15": OTHER}}))
    assert [len(parts) for _, parts in cells(row)] == [1, 2, 2, 1]


def test_a_question_is_its_heading_below_its_page(questions):
    unasked = Block("docs/page.md", 5, "print(2)\n", "2\n")
    table = BeautifulSoup("".join(behaviour_table(measured({unasked: {}, questions: {}}))), "html.parser")
    assert [heading.get_text() for heading in table.select("thead th")] == [
        "Question",
        "Keras 3 on TensorFlow",
        "Keras 3 on JAX",
        "tf.keras",
        "Keras 1 and 2",
    ]
    bodies = table.select("tbody")
    assert [body.th.a["href"] for body in bodies] == [page.replace("docs/reference/", "") for page in QUESTIONS]
    assert {body.th["colspan"] for body in bodies} == {"5"}
    assert [len(body.select("tr")) for body in bodies] == [1, 2, 1, 1, 1]
    question, data = bodies[1].select("tr")[1].th.select("a")
    assert (question["href"], question.get_text()) == ("behaviour/pop.md#does-it", "Does it?")
    assert data["href"] == f"data/{questions.digest}.json"


def test_the_table_of_the_records_answers_each_question_for_each_environment():
    measurements = current_measurements()
    questions = rows(measurements)
    assert len(questions) >= 25
    for row in questions:
        assert row.th.a.get_text().endswith("?")
        places = []
        for part in row.select("[data-on]"):
            for span in part["data-on"].split():
                first, _, last = span.partition("-")
                places += range(int(first), int(last or first) + 1)
        assert sorted(places) == list(range(len(measurements.environments)))
        assert sum(int(cell.get("colspan", 1)) for cell in row.select("td")) == 7


def test_each_page_of_questions_is_in_the_table():
    assert sorted(QUESTIONS) == sorted(map(page_name, (ROOT / "docs/reference/behaviour").glob("*.md")))
