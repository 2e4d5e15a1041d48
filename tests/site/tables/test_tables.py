"""A page shows a table by its name."""

import markdown as python_markdown
import pytest

from evidence.site.tables import TABLES, table_html


def test_a_table_is_made_once_for_a_page_and_its_markdown():
    html = table_html("behaviour")
    assert html.startswith('<div class="evidence-table"><div class="wide"')
    assert html.endswith("</table></div></div>")
    assert table_html("behaviour") is html


@pytest.mark.parametrize("name", TABLES)
def test_every_table_can_be_made_of_the_records(name):
    assert len(table_html(name)) > 1000


def test_a_name_that_is_no_table_is_an_error():
    with pytest.raises(KeyError, match="nothing"):
        python_markdown.markdown("<!-- evidence: nothing -->", extensions=["evidence.site.extension"])
