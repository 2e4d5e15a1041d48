"""Links lead from the pages of docs/reference/ to other pages, and to the sections that blocks are in."""

import pytest

from evidence.findings.measurements import current_measurements
from evidence.pages.blocks import Block
from evidence.site import links
from evidence.site.links import Heading, heading_of, page_link, section_link, section_links

PAGE = """# The `pop` page {#top}

## First {#first}

### Some *more* & less { #more }
"""


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    (tmp_path / "docs/how-to").mkdir(parents=True)
    (tmp_path / "docs/how-to/pop.md").write_text(PAGE, encoding="utf-8")
    (tmp_path / "README.md").write_text("# Read me\n", encoding="utf-8")
    monkeypatch.setattr(links, "ROOT", tmp_path)
    return tmp_path


def block(line, page="docs/how-to/pop.md"):
    return Block(page, line, "print(1)\n", "1\n")


def test_the_nearest_heading_above_a_block_is_found():
    assert heading_of(block(2)) == Heading("docs/how-to/pop.md", "The `pop` page", "top")
    assert heading_of(block(4)).id == "first"
    assert heading_of(block(5)).id == heading_of(block(9)).id == "more"
    assert heading_of(block(2, "README.md")) == Heading("README.md", "README.md", "")


def test_a_link_is_relative_to_the_reference_and_says_the_title():
    assert page_link("docs/how-to/pop.md") == '<a href="../how-to/pop.md">The <code>pop</code> page</a>'
    assert section_link(block(9)) == '<a href="../how-to/pop.md#more">Some *more* &amp; less</a>'
    assert section_link(block(2, "README.md")) == "<code>README.md</code>"


def test_of_many_sections_the_first_are_linked_and_the_rest_counted(folder):
    headings = "".join(f"## {number} {{#id-{number}}}\n\n" for number in range(6))
    (folder / "docs/how-to/pop.md").write_text(headings, encoding="utf-8")
    sections = [block(2 * number + 2) for number in range(6)]
    written = [f'<a href="../how-to/pop.md#id-{number}">{number}</a>' for number in range(6)]
    assert section_links(sections[:1] * 3) == written[0]
    assert section_links(sections[:4]) == ", ".join(written[:4])
    assert section_links(sections[:5]) == ", ".join(written[:4]) + " and 1 more"
    assert section_links(sections) == ", ".join(written[:4]) + " and 2 more"
    assert section_links(reversed(sections[:2])) == f"{written[1]}, {written[0]}"


def test_every_block_of_the_site_is_below_a_heading_with_an_id(monkeypatch):
    monkeypatch.undo()
    blocks = [block for block in current_measurements().blocks if block.page.startswith("docs/")]
    assert [block for block in blocks if not heading_of(block).id] == []
