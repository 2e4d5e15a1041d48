"""The timeline shows, for each line of Keras, when its answer changed."""

import pytest
from bs4 import BeautifulSoup
from made_up import BLOCK, OTHER, measured

from evidence.files import ROOT
from evidence.findings.measurements import current_measurements
from evidence.pages.blocks import Block
from evidence.site import links
from evidence.site.tables import table_html
from evidence.site.tables.timeline import POP, timeline


@pytest.fixture
def question(tmp_path, monkeypatch):
    monkeypatch.setattr(links, "ROOT", tmp_path)
    page = tmp_path / "docs" / "reference" / "behaviour" / "pop.md"
    page.parent.mkdir(parents=True)
    page.write_text("# About `pop`\n\n## Does `it`? {#does-it}\n", encoding="utf-8")
    return Block("docs/reference/behaviour/pop.md", 5, BLOCK.code, "1\n")


def shown(question, outcomes):
    """Return the lines by name, each with its eras: whether as today, how many releases, and the words."""
    soup = BeautifulSoup("".join(timeline(measured({question: outcomes}), ["does-it"])), "html.parser")
    assert soup.a["href"] == "../reference/behaviour/pop.md#does-it"
    assert str(soup.a.code) == "<code>it</code>"
    names = [" ".join(name.get_text().split()) for name in soup.select("dt")]
    eras = [
        [("now" in era.get("class", []), era["style"], era.get_text()) for era in line.select("li")]
        for line in soup.select("dd")
    ]
    return dict(zip(names, eras, strict=True))


def test_a_line_with_one_answer_is_one_era_and_alike_backends_are_one_line(question):
    assert shown(question, {"2.3": OTHER, "1.0": OTHER}) == {
        "Keras 1 and 2 2020": [(False, "flex-grow: 2", "2")],
        "tf.keras 2020": [(True, "flex-grow: 2", "1")],
        "Keras 3 2020": [(True, "flex-grow: 3", "1")],
    }


def test_each_change_begins_an_era_with_its_releases(question):
    lines = shown(question, {"tf-2.14": OTHER, "3.1": OTHER, "3.0": OTHER})
    assert lines["tf.keras 2020"] == [(False, "flex-grow: 1", "2 2.14"), (True, "flex-grow: 1", "1 2.15")]
    assert lines["Keras 3 on TensorFlow 2020"] == [
        (False, "flex-grow: 2", "2 3.0\N{EN DASH}3.1"),
        (True, "flex-grow: 1", "1 3.2"),
    ]
    assert lines["Keras 3 on JAX 2020"] == [(True, "flex-grow: 2", "1")]


def test_the_questions_of_the_page_are_asked_and_the_records_answer():
    soup = BeautifulSoup(table_html("how-pop-changed"), "html.parser")
    addresses = [link["href"] for link in soup.select("a")]
    assert [address.partition("#")[2] for address in addresses] == [*POP]
    for address in addresses:
        assert (ROOT / "docs" / "why" / address.partition("#")[0]).exists()
    ends = {line.line for line in current_measurements().environments}
    assert len(soup.select("dl")) == len(POP)
    assert all(3 <= len(each.select("dt")) <= len(ends) for each in soup.select("dl"))
    assert not [era for era in soup.select("li") if "not measured" in era.get_text()]
