"""What a notebook's page gets beyond what mkdocs-jupyter renders: checked links, and anchors in their headings."""

from types import SimpleNamespace

import pytest
from bs4 import BeautifulSoup
from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File, Files

from evidence.site import notebooks

FILES = Files([File("how-to/freeze-layers.md", "docs", "site", use_directory_urls=True)])
PAGE = SimpleNamespace(file=File("examples/story.ipynb", "docs", "site", use_directory_urls=True))


@pytest.mark.parametrize("anchor", ["", "#several"])
def test_a_link_to_a_page_leads_there(anchor):
    href = f"../../how-to/freeze-layers/{anchor}"
    assert notebooks.checked_link(href, PAGE, FILES) == f"../how-to/freeze-layers/{anchor}"


def test_a_link_to_no_page_ends_the_build():
    with pytest.raises(PluginError, match=r"examples/story\.py: \.\./\.\./how-to/gone/ leads to no page"):
        notebooks.checked_link("../../how-to/gone/", PAGE, FILES)


def test_an_anchor_moves_into_the_heading_below_it():
    html = '<div><p><a id="cut"></a></p><h2>Cut<a class="anchor-link" href="#Cut">P</a></h2><p>Text</p></div>'
    cell = BeautifulSoup(html, "html.parser").div
    heading, text = notebooks.prose(cell)
    assert str(heading) == (
        '<h2><a id="cut"></a>Cut<a class="headerlink" href="#Cut" title="Link to this section">P</a></h2>'
    )
    assert str(text) == "<p>Text</p>"


def test_an_anchor_below_which_nothing_stands_is_kept():
    [paragraph] = notebooks.prose(BeautifulSoup('<div><p><a id="end"></a></p></div>', "html.parser").div)
    assert str(paragraph) == '<p><a id="end"></a></p>'


def test_the_description_is_the_first_paragraph_without_what_would_end_an_attribute():
    cell = '<div class="jp-RenderedMarkdown"><h1>T</h1><p>A "quoted"\nword.</p><p>More.</p></div>'
    assert notebooks.description(BeautifulSoup(cell, "html.parser")) == "A ”quoted” word."
    assert notebooks.description(BeautifulSoup("", "html.parser")) == ""
