"""A description on a page becomes a figure."""

import markdown
from bs4 import BeautifulSoup

PAGE = """Text.

```picture
model: a -> b
new: a
```

More.
"""


def rendered(page):
    html = markdown.markdown(page, extensions=["pymdownx.superfences", "evidence.site.picture_figures"])
    return BeautifulSoup(html, "html.parser")


def test_a_description_becomes_a_figure_in_its_place():
    page = rendered(PAGE)
    assert [element.name for element in page.find_all(recursive=False)] == ["p", "figure", "p"]
    assert [label.get_text() for label in page.select("figure p > code")] == ["model", "new"]
    assert len(page.select("figure p > svg[role=img]")) == 2
    assert page.figcaption.get_text() == "Dashed: left out."
    assert page.figure["data-search-exclude"] == ""


def test_without_marks_there_is_no_caption():
    assert not rendered("```picture\nmodel: a\n```").figcaption


def test_a_wrong_description_is_shown_and_warned_of(caplog):
    page = rendered(PAGE.replace("new: a", "new: a ->"))
    assert not page.figure
    assert "model: a -> b" in page.get_text()
    assert "the picture with the line 'new: a ->' is not drawn: a layer is missing" in caplog.text
