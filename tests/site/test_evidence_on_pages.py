"""The records decide what a reader sees under a block, wherever the block is on a page."""

import gzip
import json
import logging

import markdown as python_markdown
import pytest
from bs4 import BeautifulSoup
from made_up import BLOCK, ENVIRONMENTS, LACKS_SEQUENTIAL, measured, on

from evidence.findings.measurements import current_measurements
from evidence.pages.blocks import EXPECTED_OUTPUT, Block
from evidence.running.records import RecordedOutcome
from evidence.site import extension
from evidence.site.evidence_html import SEVERAL, SHORT, WARNING, evidence

KEYS = [environment.key for environment in ENVIRONMENTS]


def under(outcomes, block=BLOCK):
    """The HTML under a block that did this, by environment; elsewhere it does what the page shows."""
    return BeautifulSoup("".join(evidence(block, measured({block: outcomes}))), "html.parser")


def line(outcomes, block=BLOCK):
    """The sentences that the line under a block opens to."""
    return under(outcomes, block).p.get_text()


def test_the_same_everywhere_is_one_line():
    page = under({})
    assert page.summary.get_text() == "The same on every Keras"
    assert page.p.get_text() == (
        "The same on every Keras measured: Keras 3.0.0 to 3.2.0 on TensorFlow and JAX, "
        "tf.keras of TensorFlow 2.14.0 to 2.15.0 and Keras 1.0.0 to 2.3.0."
    )
    assert page.p["data-on"] == "0-8"
    assert page.p["data-is"] == "shown"
    assert page.div["data-block"] == BLOCK.digest
    assert not page.select("li")


def test_a_difference_comes_with_its_ranges_and_what_is_printed():
    page = under(dict.fromkeys(["2.3", "1.0"], RecordedOutcome("<2>\n")))
    assert page.p.get_text() == (
        "Depends on your Keras. As above on Keras 3.0.0 to 3.2.0 on TensorFlow and JAX and "
        "tf.keras of TensorFlow 2.14.0 to 2.15.0. On Keras 1.0.0 to 2.3.0 it prints <2>."
    )
    assert not page.p.has_attr("data-on")
    items = page.select("details > ul > li")
    assert [item["data-is"] for item in items] == ["shown", "other"]
    assert [item["data-on"] for item in items] == ["0-6", "7-8"]
    assert items[0].get_text().endswith("2.14.0 to 2.15.0: as above")
    assert items[1].get_text() == "Keras 1.0.0 to 2.3.0: prints<2>\n"
    assert items[1].pre.get_text() == "<2>\n"


def test_an_error_comes_with_its_line_and_its_wordings_are_listed():
    outcomes = {
        "tf-2.15": RecordedOutcome("", "ValueError", "no `x`", 4),
        "tf-2.14": RecordedOutcome("<1>\n", "ValueError", "never", 4),
    }
    page = under(outcomes)
    assert page.p.get_text().endswith("On tf.keras of TensorFlow 2.14.0 to 2.15.0 it raises ValueError at line 4.")
    [item] = page.select("[data-is=other]")
    assert item.contents[0] == "tf.keras of TensorFlow 2.14.0 to 2.15.0: the same in 2 wordings"
    wordings = item.select("li")
    assert [item.get_text() for item in wordings] == [
        "tf.keras of TensorFlow 2.15.0: raises at line 4ValueError: no `x`",
        "tf.keras of TensorFlow 2.14.0: raises at line 4<1>\nValueError: never",
    ]
    assert [item["data-on"] for item in wordings] == ["5", "6"]


def test_an_error_may_have_no_line():
    page = under({"1.0": RecordedOutcome("", "Stopped", "after 90 s")})
    assert page.p.get_text().endswith("On Keras 1.0.0 it raises Stopped.")
    assert page.select("li")[-1].get_text() == "Keras 1.0.0: raisesStopped: after 90 s"


def test_wordings_alone_are_listed():
    code = "try:\n    f()\nexcept ValueError as error:\n    print(error)\n"
    page = under({"1.0": RecordedOutcome("never\n")}, Block("docs/page.md", 1, code, "no\n"))
    assert page.p.get_text().startswith("The same on every Keras measured: ")
    assert [item["data-on"] for item in page.select("details li li")] == ["0-7", "8"]


def test_warnings_come_last_with_where_and_make_no_difference():
    warned = RecordedOutcome("1\n", warnings="UserWarning: <slow>\nWARNING:absl:" + "x" * 300)
    page = under({"3.2": warned, "3.1": RecordedOutcome("1\n", warnings="UserWarning: <slow>")})
    assert page.summary.get_text() == "The same on every Keras"
    assert [item.get_text() for item in page.select("details > ul:last-child > li")] == [
        "Keras 3.1.0 to 3.2.0 on TensorFlow: UserWarning: <slow>",
        f"Keras 3.2.0 on TensorFlow: WARNING:absl:{'x' * (WARNING - len('WARNING:absl:'))}…",
    ]
    # My Keras's script takes anything with this attribute for a behaviour.
    assert not page.select("ul:last-child [data-on]")
    assert page.select_one("ul").find_previous_sibling("p").get_text() == "Warnings:"


def test_what_a_release_lacks_is_not_called_a_behaviour():
    page = under({"1.0": LACKS_SEQUENTIAL})
    assert page.p.get_text() == (
        "The same on Keras 3.0.0 to 3.2.0 on TensorFlow and JAX, tf.keras of TensorFlow 2.14.0 to 2.15.0 "
        "and Keras 2.3.0. Not applicable on Keras 1.0.0: needs keras.Sequential."
    )
    assert page.select("li")[-1].get_text() == "Keras 1.0.0: not applicable, needs keras.Sequential"


def test_what_several_releases_lack_is_in_the_list():
    early = RecordedOutcome("", "TypeError", "no", 3)
    page = under({"2.3": LACKS_SEQUENTIAL, "1.0": early})
    assert page.p.get_text().endswith("Not applicable on Keras 1.0.0 to 2.3.0, which lack a feature the example uses.")
    assert page.select("li")[-1].get_text().endswith("not applicable, line 3, before the surgery, raises TypeError")


def test_the_states_come_in_order_and_of_the_others_the_most_frequent_first():
    three, two, one = (RecordedOutcome(f"{number}\n") for number in (33, 22, 11))
    outcomes = {"3.2": None, "3.1": LACKS_SEQUENTIAL, "3.0": one, "jax-3.2": two, "jax-3.0": two}
    outcomes |= {"2.3": three, "1.0": three, "tf-2.14": three}
    page = under(outcomes)
    sentences = page.p.get_text().split(". ")
    assert [" ".join(sentence.split()[-2:]) for sentence in sentences] == [
        "your Keras",
        "TensorFlow 2.15.0",  # as above
        "prints 33",
        "prints 22",
        "prints 11",
        "needs keras.Sequential",
        "on TensorFlow.",  # not measured
    ]
    assert [item["data-is"] for item in page.select("li")] == ["shown", "other", "other", "other", "lacking", "unknown"]
    assert [item["data-on"] for item in page.select("li")] == ["5", "2", "3-4", "6-8", "1", "0"]
    assert page.select("li")[-1].get_text() == "Keras 3.2.0 on TensorFlow: not measured"


def test_of_many_differences_the_rarest_are_only_in_the_list():
    outcomes = {key: RecordedOutcome(f"{key}\n") for key in ("3.2", "3.1", "3.0", "jax-3.2")}
    page = under(outcomes | {"jax-3.0": outcomes["3.0"]})
    assert page.p.get_text().count(" it prints ") == SEVERAL == 3
    assert page.p.get_text().endswith(
        "On Keras 3.0.0 on TensorFlow and JAX it prints 3.0. On Keras 3.2.0 on TensorFlow it prints 3.2. "
        "On Keras 3.1.0 on TensorFlow it prints 3.1. Something else again on Keras 3.2.0 on JAX."
    )
    assert len(page.select("details > ul > li")) == 5


def test_only_the_lines_that_differ_are_repeated():
    block = Block("docs/page.md", 1, BLOCK.code, "a\nb\nc\n")
    assert line({"1.0": RecordedOutcome("a\nx\ny\nc\n")}, block).endswith("it prints x / y.")


def test_an_output_that_only_lacks_lines_prints_less():
    block = Block("docs/page.md", 1, BLOCK.code, "a\nb\n")
    assert line({"1.0": RecordedOutcome("b\n")}, block).endswith("On Keras 1.0.0 it prints less.")


def test_a_long_output_is_cut():
    assert SHORT == 90
    assert line({"1.0": RecordedOutcome("x" * 90)}).endswith(f"it prints {'x' * 90}.")
    assert line({"1.0": RecordedOutcome("x" * 91)}).endswith(f"it prints {'x' * 90}….")


@pytest.mark.parametrize("required", [True, False])
def test_the_unknown_is_shown_as_unknown_and_makes_a_strict_build_fail_where_records_are_required(
    caplog, monkeypatch, required
):
    monkeypatch.setenv("RECORDS_REQUIRED", "1" if required else "")
    copy = Block("docs/a.md", 40, BLOCK.code, BLOCK.expected_output)
    other = Block("docs/b.md", 7, "print(2)\n", "2\n")
    measurements = measured({BLOCK: {"1.0": None, "2.3": None}, copy: {"1.0": None, "2.3": None}, other: {}})
    with caplog.at_level(logging.INFO, "mkdocs"):
        html = "".join(evidence(BLOCK, measurements))
    assert "<strong>Not measured</strong> on Keras 1.0.0 to 2.3.0.</p>" in html
    text = "the block is not recorded in Keras 1.0.0 to 2.3.0. For a pull request, the workflow Record does it."
    assert caplog.messages == [f"docs/a.md:40: {text}", f"docs/page.md:1: {text}"]
    assert caplog.records[0].name.startswith("mkdocs.")
    assert {record.levelno for record in caplog.records} == {logging.WARNING if required else logging.INFO}


def test_measured_nowhere_is_one_line():
    page = under(dict.fromkeys(KEYS))
    assert page.p.get_text().startswith("Not measured on ")
    assert page.p["data-is"] == "unknown"
    assert not page.select("li")


PLACES = {
    "on its own": "{}",
    "in a list": "- item\n\n{}\n- last\n",
    "in an admonition": "!!! note\n\n{}\n",
    "in a tab": '=== "Tab"\n\n{}\n',
}


@pytest.fixture
def everywhere(monkeypatch):
    """Make each environment do what the page shows."""
    monkeypatch.setattr(extension, "current_measurements", lambda: measured({BLOCK: {}}))


@pytest.mark.usefixtures("everywhere")
@pytest.mark.parametrize("name", PLACES)
def test_the_evidence_follows_the_output_wherever_the_block_is(name):
    indent = "" if name == "on its own" else "    "
    lines = ["```python", *BLOCK.code.splitlines(), "```", "", EXPECTED_OUTPUT, "", "```text", "1", "```", ""]
    page = PLACES[name].format("".join(f"{indent if line else ''}{line}\n" for line in lines))
    extensions = ["admonition", "pymdownx.superfences", "pymdownx.tabbed", "attr_list", "evidence.site.extension"]
    html = BeautifulSoup(python_markdown.markdown(page, extensions=extensions), "html.parser")
    under_it = html.select_one(".evidence")
    assert under_it["data-block"] == BLOCK.digest
    assert under_it.find_previous("code").get_text() == "1\n"
    assert "wzxhzdk" not in html.get_text()


def test_a_page_names_its_environments_once_for_the_script(monkeypatch):
    packages = {"jax-3.2": ["jax==0.6", "numpy==2.0"]}
    measurements = measured({BLOCK: {}}, packages=packages)
    measurements.record(*on("jax-3.2")).keras = "3.2.0.dev"
    monkeypatch.setattr(extension, "current_measurements", lambda: measurements)
    html = BeautifulSoup(python_markdown.markdown("# Page", extensions=["evidence.site.extension"]), "html.parser")
    [script] = html.select("script#environments")
    names = json.loads(script.string)
    assert [key for key, *_ in names] == KEYS
    assert names[KEYS.index("jax-3.2")] == ["jax-3.2", "Keras 3.2.0 on JAX", "JAX 0.6, NumPy 2.0", "3.2.0.dev"]


def test_a_block_costs_little():
    """At most 1.5 kB of compressed HTML for each block, on each page."""
    measurements = current_measurements()
    for path in {block.page for block in measurements.blocks}:
        blocks = [block for block in measurements.blocks if block.page == path]
        html = "".join("".join(evidence(block, measurements)) for block in blocks)
        code = "".join(block.code + (block.expected_output or "") for block in blocks)
        added = len(gzip.compress((code + html).encode())) - len(gzip.compress(code.encode()))
        assert added / len(blocks) <= 1500, path
