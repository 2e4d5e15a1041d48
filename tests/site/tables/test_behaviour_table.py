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


def answers_in(row):
    return [(part["data-on"], part.get_text()) for part in row.select("td [data-on]")]


@pytest.fixture
def questions(tmp_path, monkeypatch):
    """Pages of questions, each with one heading; a block of the second page asks."""
    monkeypatch.setattr(links, "ROOT", tmp_path)
    for page in QUESTIONS:
        (tmp_path / page).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / page).write_text("# About `pop` {#top}\n\n## Does it? {#does-it}\n", encoding="utf-8")
    return Block(QUESTIONS[1], 5, BLOCK.code, "1\n")


def test_one_answer_of_all_is_one_line(questions):
    [row] = rows(measured({questions: {}}))
    assert answers_in(row) == [("0-8", "1 every Keras")]


def test_each_answer_comes_with_all_that_give_it_that_of_the_newest_first(questions):
    [row] = rows(measured({questions: {"3.1": OTHER, "tf-2.15": OTHER, "tf-2.14": OTHER, "1.0": None}}))
    assert answers_in(row) == [
        ("0 2-4 7", "1 TF ≥ 3.2 and ≤ 3.0 JAX, Keras 2.3"),
        ("1 5-6", "2 TF 3.1, tf.keras"),
        ("8", "not measured Keras ≤ 1.0"),
    ]


def test_a_question_is_its_heading_below_its_page(questions):
    unasked = Block("docs/page.md", 5, "print(2)\n", "2\n")
    table = BeautifulSoup("".join(behaviour_table(measured({unasked: {}, questions: {}}))), "html.parser")
    assert [heading.get_text() for heading in table.thead.select("th")] == ["Question", "Answers"]
    bodies = table.select("tbody")
    assert [heading.a["href"] for heading in table.select("h2")] == [
        page.replace("docs/reference/", "") for page in QUESTIONS
    ]
    assert [len(body.select("tr")) for body in bodies] == [0, 1, 0, 0, 0]
    question, data = bodies[1].th.select("a")
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


def test_each_page_of_questions_is_in_the_table():
    assert sorted(QUESTIONS) == sorted(map(page_name, (ROOT / "docs/reference/behaviour").glob("*.md")))
