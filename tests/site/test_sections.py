"""The sections of a long page are folded, so that it begins with its answer and a list of what else it answers."""

import pytest
from bs4 import BeautifulSoup

from evidence.site.sections import FEW, LONG, fold

EVIDENCE = '<div class="language-python highlight"></div>'


def section(number, text=EVIDENCE):
    return f'<h2 id="s{number}">Section {number}</h2><p>Text {number}</p>{text}<h3 id="t{number}">Below</h3>'


def page(sections, blocks=LONG + 1):
    return f"<h1>Title</h1><p>Answer</p>{EVIDENCE * (blocks - sections)}" + "".join(map(section, range(sections)))


def test_each_section_is_folded_below_its_heading():
    html = BeautifulSoup(fold(page(FEW)), "html.parser")
    folded = html.select("details.section")
    assert [part.summary.get_text() for part in folded] == [f"Section {number}" for number in range(FEW)]
    assert [part.summary.h2["id"] for part in folded] == [f"s{number}" for number in range(FEW)]
    assert folded[1].p.get_text() == "Text 1"
    assert folded[1].h3["id"] == "t1"
    assert not html.h1.find_parent("details") and not html.p.find_parent("details")


@pytest.mark.parametrize("html", [page(FEW - 1), page(FEW, blocks=LONG), "<p>No heading</p>"])
def test_a_short_page_is_as_it_was(html):
    assert fold(html) == html


def test_a_section_without_a_block_stays_open():
    html = page(FEW) + section(9, text="")
    assert fold(html).endswith(section(9, text=""))


@pytest.mark.parametrize(("programs", "is_open"), [([0], [True, False, False]), ([1, 2], [False] * 3)])
def test_a_program_to_step_through_is_open_if_it_comes_first(programs, is_open):
    sections = [section(n, EVIDENCE + '<figure class="stepper"></figure>' * (n in programs)) for n in range(FEW)]
    html = BeautifulSoup(fold(page(0) + "".join(sections)), "html.parser")
    assert [part.has_attr("open") for part in html.select("details.section")] == is_open


def test_the_sections_of_a_table_are_folded_within_it():
    rows = "".join(f'<h2 id="m{number}">Page</h2><pre>no</pre>' for number in range(FEW))
    page = f'<p>All</p><div class="evidence-table">{rows}<div>x</div></div><div>end</div>'
    html = BeautifulSoup(fold(page), "html.parser")
    assert len(html.select(".evidence-table > details.section > pre")) == FEW
    assert html.find_all("div")[-1].get_text() == "end"
    assert not html.find_all("div")[-1].find_parent("div")


def test_a_table_without_sections_leaves_its_page_as_any_other():
    total = '<div class="evidence-table"><p>All</p></div>'
    assert fold(total + page(FEW)) == total + fold(page(FEW))


def test_the_links_of_a_heading_follow_it():
    """A summary is a control, and can't hold another one."""
    permalink = '<a class="headerlink" href="#s0">¶</a>'
    heading = f'<h2 id="s0"><a href="../no/">No</a>{permalink}</h2><pre>no</pre>'
    html = BeautifulSoup(fold(f'<div class="evidence-table">{heading * FEW}</div>'), "html.parser")
    assert str(html.summary) == '<summary><h2 id="s0">No</h2></summary>'
    following = [str(element) for element in html.summary.find_next_siblings()]
    assert following == [permalink, '<p>See <a href="../no/">No</a>.</p>', "<pre>no</pre>"]


def test_what_links_lead_to_stays_in_a_heading():
    """The headings of the examples have their ids in an empty link."""
    headings = f'<h2><a id="cut"></a>Cut</h2>{EVIDENCE}' * FEW
    html = BeautifulSoup(fold(headings + EVIDENCE * LONG), "html.parser")
    assert str(html.summary.h2) == '<h2><a id="cut"></a>Cut</h2>'
    assert not html.p


def test_the_words_of_a_page_are_all_there_in_their_order():
    html = page(FEW) + section(9, text="")
    assert BeautifulSoup(fold(html), "html.parser").get_text() == BeautifulSoup(html, "html.parser").get_text()
