"""A page shows a table by its name."""

from xml.etree import ElementTree

import markdown as python_markdown
import pytest

from evidence.site.tables import TABLES, table_html


def test_a_table_is_made_once_for_a_page_and_its_markdown():
    html = table_html("behaviour")
    assert html.startswith('<div class="evidence-table"><h2 id="the-list"')
    assert html.endswith("</table></div>")
    assert table_html("behaviour") is html


@pytest.mark.parametrize("name", TABLES)
def test_every_table_is_well_formed_and_has_text_only_where_it_belongs(name):
    root = ElementTree.fromstring(table_html(name))
    parents = [element for element in root.iter() if element.tag in ("table", "thead", "tbody", "tr", "ul")]
    assert len(root)
    for parent in [root, *parents]:
        assert not any([parent.text, *(child.tail for child in parent)]), ElementTree.tostring(parent)[:200]


def test_a_name_that_is_no_table_says_so_on_the_page_that_is_being_written():
    html = python_markdown.markdown("<!-- evidence: nothing -->", extensions=["evidence.site.extension"])
    assert "<p>There is no table called nothing.</p>" in html
