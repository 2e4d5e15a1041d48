"""What a reader sees under a block and in the tables is drawn from the records, wherever the block stands."""

import json
import logging
import re
import tomllib
from types import MappingProxyType

import markdown as python_markdown
import pytest
from bs4 import BeautifulSoup

from evidence.files import ROOT
from evidence.findings import families, measurements
from evidence.findings.behaviours import behaviours
from evidence.findings.measurements import Measurements
from evidence.pages.blocks import EXPECTED_OUTPUT, Block, page_name
from evidence.running import records
from evidence.running.environments import read_environments
from evidence.running.records import Record, RecordedOutcome
from evidence.site import evidence_html, extension, html, links
from evidence.site.evidence_html import evidence
from evidence.site.tables import behaviour, changes, errors

MANY_BEHAVIOURS = ROOT / "evidence/findings/many-behaviours.toml"
ALL = list(read_environments())
BLOCK = Block("docs/page.md", 40, "import keras\n\nkeras.x()\nmodel.pop()\nprint(1)\n", "1\n")
SAME, OTHER = RecordedOutcome("1\n"), RecordedOutcome("<2>\n")
LACKING = RecordedOutcome("", "AttributeError", "module 'keras' has no attribute 'x'", 3)
RAISED, WORDED = (RecordedOutcome("", "ValueError", words, 4) for words in ("no `x`", "never"))


@pytest.fixture
def recorded(monkeypatch):
    """Have each environment do the same but those that are named."""

    def set_up(others=MappingProxyType({})):
        outcomes = dict.fromkeys(ALL, SAME) | others
        found = {key: Record(key, outcomes={BLOCK.digest: o} if o else {}) for key, o in outcomes.items()}
        monkeypatch.setattr(extension, "all_records", lambda: found)
        return BeautifulSoup("".join(evidence(BLOCK, found)), "html.parser")

    return set_up


def test_the_same_everywhere_is_one_line(recorded):
    page = recorded()
    assert page.get_text() == (
        "The same on every Keras measured: Keras 3.0.5 to 3.15.1 on every backend, tf_keras 2.21, "
        "tf.keras of TensorFlow 1.12.3 to 2.15.1 and Keras 1.0.0 to 2.3.1."
    )
    assert page.p["data-on"] == f"0-{len(ALL) - 1}"
    assert not page.select("details")


def test_a_difference_is_told_with_its_ranges_and_what_is_printed(recorded):
    page = recorded({"keras-2.3.1": OTHER, "keras-2.2.4": OTHER})
    said = page.p.get_text()
    assert said.startswith("Depends on your Keras. As above on Keras 3.0.5 to 3.15.1 on every backend, ")
    assert said.endswith(" and Keras 1.0.0 to 2.2.0. On Keras 2.2.4 to 2.3.1 it prints <2>.")
    items = page.select("details > ul > li")
    assert [item["data-is"] for item in items] == ["shown", "other"]
    assert items[1].pre.get_text() == "<2>\n"
    first = ALL.index("keras-2.3.1")
    assert items[1]["data-on"] == f"{first}-{first + 1}"
    assert items[0]["data-on"] == f"0-{first - 1} {first + 2}-{len(ALL) - 1}"


def test_an_error_is_told_with_its_line_and_its_wordings_are_listed(recorded):
    page = recorded({"tf-2.15": RAISED, "tf-2.14": WORDED})
    assert "On tf.keras of TensorFlow 2.14.1 to 2.15.1 it raises ValueError at line 4." in page.p.get_text()
    wordings = page.select("details li li")
    assert [item.pre.get_text() for item in wordings] == ["ValueError: no `x`", "ValueError: never"]
    assert [item["data-on"] for item in wordings] == [str(ALL.index("tf-2.15")), str(ALL.index("tf-2.14"))]


def test_what_a_release_lacks_is_not_called_a_behaviour(recorded):
    said = recorded({"tf-2.15": LACKING}).p.get_text()
    assert said.startswith("The same on ")
    assert said.endswith("Not applicable on tf.keras of TensorFlow 2.15.1: needs keras.x.")


def test_the_unknown_is_shown_as_unknown_and_makes_a_strict_build_fail(recorded, caplog, monkeypatch):
    with caplog.at_level(logging.WARNING, "mkdocs"):
        monkeypatch.setattr(evidence_html, "locations", lambda block: {(BLOCK.page, BLOCK.line)})
        said = recorded({"tf-2.15": None}).p.get_text()
    assert said.endswith("Not measured on tf.keras of TensorFlow 2.15.1.")
    words = (
        "docs/page.md:40: the block is not recorded in tf.keras of TensorFlow 2.15.1: python -m evidence record docs"
    )
    assert words in caplog.text
    assert caplog.records[0].name.startswith("mkdocs.")


def test_a_stale_record_counts_as_unknown(monkeypatch, tmp_path):
    monkeypatch.setattr(records, "FOLDER", tmp_path)
    records.save(Record("tf-2.15", "2.15.0", ["numpy==1.0"], {BLOCK.digest: SAME}))
    records.save(Record("tf-2.14", "2.14.0", list(read_environments()["tf-2.14"].pins), {BLOCK.digest: SAME}))
    found = measurements.all_records()
    assert not found["tf-2.15"].outcomes
    assert found["tf-2.14"].outcomes


def test_many_differences_are_told_in_the_list_below(recorded):
    keys = [key for key in ALL if key.startswith("tf-2.")][:6]
    page = recorded({key: RecordedOutcome(key) for key in keys})
    assert page.p.get_text().count(" it prints ") == evidence_html.SEVERAL
    assert "Something else again on tf.keras of TensorFlow " in page.p.get_text()
    assert len(page.select("details > ul > li")) == 7


PLACES = {
    "on its own": "{}",
    "in a list": "- item\n\n{}\n- last\n",
    "in an admonition": "!!! note\n\n{}\n",
    "in a tab": '=== "Tab"\n\n{}\n',
}


@pytest.mark.parametrize("name", PLACES)
def test_the_evidence_follows_the_output_wherever_the_block_stands(recorded, name):
    recorded()
    indent = "" if name == "on its own" else "    "
    lines = ["```python", *BLOCK.code.splitlines(), "```", "", EXPECTED_OUTPUT, "", "```text", "1", "```", ""]
    page = PLACES[name].format("".join(f"{indent if line else ''}{line}\n" for line in lines))
    extensions = ["admonition", "pymdownx.superfences", "pymdownx.tabbed", "attr_list", "evidence.site.extension"]
    html = BeautifulSoup(python_markdown.markdown(page, extensions=extensions), "html.parser")
    found = html.select_one(".evidence")
    assert found["data-block"] == BLOCK.digest
    assert found.find_previous("code").get_text() == "1\n"
    assert "wzxhzdk" not in html.get_text()


def test_a_page_names_its_environments_once_for_the_script(recorded):
    recorded()
    html = BeautifulSoup(python_markdown.markdown("# Page", extensions=["evidence.site.extension"]), "html.parser")
    [script] = html.select("script#environments")
    names = json.loads(script.string)
    assert [key for key, *_ in names] == ALL
    assert names[ALL.index("tf-2.15")][1] == "tf.keras of TensorFlow 2.15.1"


@pytest.fixture(scope="module")
def table():
    return Measurements(measurements.all_records())


def soup(parts):
    return BeautifulSoup("".join(parts), "html.parser")


def test_the_table_of_behaviour_answers_each_question_for_each_environment(table):
    rows = soup(behaviour.behaviour_table(table)).select("tbody tr:has(td)")
    assert len(rows) >= 25
    for row in rows:
        assert row.th.a.get_text().endswith("?")
        parts = [part["data-on"] for part in row.select("[data-on]")]
        places = [
            place
            for ranges in parts
            for a, _, b in (span.partition("-") for span in ranges.split())
            for place in range(int(a), int(b or a) + 1)
        ]
        assert sorted(places) == list(range(len(ALL)))
        assert sum(int(cell.get("colspan", 1)) for cell in row.select("td")) == 7


def test_an_answer_of_the_table_is_what_the_block_printed(table):
    block = next(block for block in table.blocks if block.page == behaviour.QUESTIONS[0])
    row = soup(behaviour.behaviour_table(table)).select_one("tbody tr:has(td)")
    for key in "keras-3.15-tensorflow", "tf-2.15", "keras-1.0.0":
        environment = read_environments()[key]
        said = [
            part.contents[0].strip()
            for part in row.select("[data-on]")
            if html.data_on([environment]).strip(' "').split('"')[1] in expand(part["data-on"])
        ]
        assert said == [behaviour.answer_of(block, table.outcome(block, environment))]


def expand(ranges):
    return [
        str(place)
        for a, _, b in (span.partition("-") for span in ranges.split())
        for place in range(int(a), int(b or a) + 1)
    ]


def test_what_changed_tells_every_release_but_the_first_of_its_line(table):
    lines = {environment.line for environment in table.environments}
    told = 0
    for family in families.FAMILIES:
        page = soup(changes.what_changed(table, family))
        told += len(page.select("p.changed-with"))
        ids = [heading["id"] for heading in page.select("h2, h3")]
        assert len(ids) == len(set(ids))
    assert told == len(ALL) - len(lines)


def test_what_changed_with_keras_is_named(table):
    at = {
        key: read_environments()[key]
        for key in ("keras-3.7-tensorflow", "keras-3.6-tensorflow", "keras-3.5-tensorflow")
    }
    new, middle, old = at.values()
    assert "Not Keras alone</strong>: TensorFlow 2.17.1 to 2.18.1, NumPy" in changes.changed_with(table, middle, new)
    assert changes.changed_with(table, old, middle) == "Nothing else that computes changed."


def test_every_error_of_the_records_is_in_one_index(table):
    page = soup(part for family in families.FAMILIES for part in errors.error_index(table, family))
    listed = [element.get_text() for element in page.select("pre.error")]
    assert len({element["id"] for element in page.select("pre.error")}) == len(listed)
    for record in table.records.values():
        for outcome in record.outcomes.values():
            assert not outcome.error or (outcome.message or "(no message)") in listed
    assert "'Functional' object has no attribute 'pop'" in listed  # which a block catches and prints
    assert all(
        element.find_next_sibling("p").a or "README" in element.find_next_sibling("p").text
        for element in page.select("pre.error")
    )


def test_a_block_costs_little(table):
    """At most 1.5 kB of compressed HTML for each block, on each page."""
    import gzip

    for path in {block.page for block in table.blocks}:
        found = [block for block in table.blocks if block.page == path]
        html = "".join("".join(evidence(block, table.records)) for block in found)
        code = "".join(block.code + (block.expected_output or "") for block in found)
        added = len(gzip.compress((code + html).encode())) - len(gzip.compress(code.encode()))
        assert added / len(found) <= 1500, path


def test_a_name_that_is_no_table_is_an_error():
    with pytest.raises(KeyError, match="nothing"):
        python_markdown.markdown("<!-- evidence: nothing -->", extensions=["evidence.site.extension"])


def test_headings_are_found_above_a_block(table):
    for block in table.blocks:
        if block.page.startswith("docs/"):
            assert re.fullmatch(r"[a-z0-9-]+", links.heading_of(block).id), block.page


def test_more_than_three_behaviours_need_a_reason(table):
    exceptions = tomllib.loads(MANY_BEHAVIOURS.read_text(encoding="utf-8"))["many-behaviours"]
    listed = {(each["page"], each["heading"]) for each in exceptions if each["reason"]}
    found = set()
    for block in table.blocks:
        ran = [
            each
            for each in behaviours(block, table.environments, table.records)
            if each.outcome and not each.missing_idiom
        ]
        if len(ran) > 3 and block.page not in behaviour.QUESTIONS:
            found.add((block.page, links.heading_of(block).id))
    assert not found - listed, "split these blocks, or give a reason in evidence/findings/many-behaviours.toml"
    assert not listed - found, "take these out of evidence/findings/many-behaviours.toml: they are no longer needed"


def test_each_page_of_questions_is_in_the_table():
    assert sorted(behaviour.QUESTIONS) == sorted(map(page_name, (ROOT / "docs/reference/behaviour").glob("*.md")))
