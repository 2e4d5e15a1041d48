"""Notes on the lines of a block, as the page shows them."""

import markdown
import pytest
from bs4 import BeautifulSoup

from evidence.pages.blocks import Block

PAGE = """```python
x = [
    1,
]
print(x)
```

<!--pytest-codeblocks:expected-output-->

```text
[1]
```

<!-- notes -->

1. `print` shows it.
2. `1,` is a number, on
   two lines.

Then text.
"""
SETTINGS = {"pymdownx.highlight": {"pygments_lang_class": True, "line_spans": "__span"}}
BLOCK = Block("page.md", 1, "x = [\n    1,\n]\nprint(x)\n", "[1]\n")


def rendered(page):
    extensions = [
        "pymdownx.highlight",
        "pymdownx.superfences",
        "evidence.site.extension",
        "evidence.site.numbered_notes",
    ]
    html = markdown.markdown(page, extensions=extensions, extension_configs=SETTINGS)
    return BeautifulSoup(html, "html.parser")


def test_each_line_gets_the_number_of_its_note():
    page = rendered(PAGE)
    code = page.select_one(".language-python code")
    assert code.get_text() == BLOCK.code
    lines = code.find_all("span", recursive=False)
    assert [(lines.index(note.parent), note["data-note"]) for note in code.select(".note")] == [(1, "2"), (3, "1")]
    listed = page.select_one("ol.notes")
    assert len(listed.find_all("li")) == 2
    assert listed.find_next_sibling()["class"] == ["evidence"], "The evidence comes after the notes."


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("`1,` is", "One is"),
        ("`1,`", "`2,`"),
        ("`print`", "`x`"),
        ("1. `print` shows it.\n2. ", ""),
        ("<!-- notes -->", "A word.\n\n<!-- notes -->"),
    ],
)
def test_a_note_without_its_line_ends_no_build(old, new):
    """The page's tests report it: see tests/pages/test_notes.py."""
    assert rendered(PAGE.replace(old, new)).select_one(".language-python code").get_text() == BLOCK.code


def test_a_page_whose_fence_never_ends_is_left_to_its_own_test():
    page = PAGE.replace("[1]\n```\n", "[1]\n")
    assert not rendered(page).select(".evidence, .notes")
