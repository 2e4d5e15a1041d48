"""A word on a line of a block: at its line on the page, and an error where there is no such line."""

import markdown
import pytest
from bs4 import BeautifulSoup

from evidence.pages import notes
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
    assert [(lines.index(each.parent), each["data-note"]) for each in code.select(".note")] == [(1, "2"), (3, "1")]
    listed = page.select_one("ol.notes")
    assert len(listed.find_all("li")) == 2
    assert listed.find_next_sibling()["class"] == ["evidence"], "What the block does stands below its notes."


@pytest.mark.parametrize(
    ("old", "new", "line", "told"),
    [
        ("`1,` is", "One is", 17, "the code that a note begins with is missing"),
        ("`1,`", "`2,`", 17, "stands on 0 lines of the block"),
        ("`print`", "`x`", 16, "stands on 2 lines of the block"),
        ("1. `print` shows it.\n2. ", "", 14, "a numbered list of notes must follow"),
        ("two lines.\n", "two lines.\n\n3. `]` is alone.\n", 14, "a blank line parts these notes"),
        ("<!-- notes -->", "A word.\n\n<!-- notes -->", 16, "stand under no block"),
    ],
)
def test_a_note_without_its_line_is_told_with_page_and_line(tmp_path, old, new, line, told):
    page = tmp_path / "page.md"
    page.write_text(PAGE.replace(old, new))
    rendered(page.read_text())
    [problem] = notes.check_notes(page, [BLOCK])
    assert problem.line == line
    assert told in problem.text
    page.write_text(PAGE)
    assert not list(notes.check_notes(page, [BLOCK]))
