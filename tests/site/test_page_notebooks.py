"""Each page with blocks is also a notebook that, run from top to bottom, prints what the page shows."""

import re

import nbformat
import pytest
from made_up import BLOCK

from evidence.files import DOCS, ROOT
from evidence.pages.blocks import Block, blocks_in, read_text
from evidence.site.page_notebooks import cells_of, module_cells

PAGES = {path: blocks_in("", read_text(path)) for path in sorted((ROOT / "docs").rglob("*.md"))}
WITH_BLOCKS = {path.relative_to(ROOT / "docs").with_suffix(".ipynb").as_posix(): path for path in PAGES if PAGES[path]}
END = "-- end of cell --"


def test_prose_and_blocks_become_cells():
    page = f"""# A page {{#a}}

Some words.

Does not work
{{ .does-not-work }}

<!-- recipe: copy -> copy -->

```python
{BLOCK.code}```

<!--pytest-codeblocks:expected-output-->

```text
1
```

<!-- notes -->

1. `pop`: a note

## More {{#more}}
"""
    first, code, last = cells_of(page)
    assert first.source == "# A page\n\nSome words.\n\n**Does not work**"
    assert code.source == BLOCK.code.rstrip()
    assert [output.text for output in code.outputs] == ["1\n"]
    assert last.source == "1. `pop`: a note\n\n## More"


def test_a_notebook_first_writes_the_module_that_its_blocks_import():
    page = "```python\nfrom explain import explain\n```\n\n```python\nimport explain, json\n```\n"
    [cell] = module_cells(page)
    assert cell.cell_type == "code"
    assert cell.source == "%%writefile explain.py\n" + read_text(DOCS / "explain.py").rstrip()
    assert not list(module_cells("```python\nimport json\n```\n"))


def test_each_page_with_blocks_has_a_notebook(site, pages):
    published = {path.relative_to(site).as_posix() for path in site.rglob("*.ipynb")}
    assert {name for name in published if not name.startswith("examples/")} == set(WITH_BLOCKS)
    for name in WITH_BLOCKS:
        notebook = nbformat.read(site / name, 4)
        nbformat.validate(notebook)
        code = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
        code = [source for source in code if not source.startswith("%%writefile explain.py\n")]
        assert code == [block.code.rstrip() for block in PAGES[WITH_BLOCKS[name]]]
    end = pages["how-to/freeze-layers/index.html"].select_one(".page-end")
    assert end.find("a", string="Notebook")["href"] == "../freeze-layers.ipynb"
    colab = "https://colab.research.google.com/github/someone/somewhere/blob/gh-pages/how-to/freeze-layers.ipynb"
    assert end.find("a", string="Open in Colab")["href"] == colab


def test_the_links_of_a_notebook_lead_to_the_site(site):
    notebook = nbformat.read(site / "how-to/freeze-layers.ipynb", 4)
    links = re.findall(
        r"\]\(([^)\s]*)\)", "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    )
    assert "https://example.org/how-to/freeze-layers/" in links
    assert not [link for link in links if not link.startswith("https://")]


def test_a_notebook_has_the_tables_of_its_page(site):
    notebook = nbformat.read(site / "why/after-pop-compile-again.ipynb", 4)
    text = "\n".join(cell.source for cell in notebook.cells)
    assert '<th scope="col">Symptom, and what to do</th>' in text
    assert '<a href="https://example.org/why/after-pop-compile-again/#' in text
    assert not re.search(r'href="(?!https:)', text)


def whole(name):
    """Return a notebook as one block, which reports the end of each cell."""
    cells = (f"{block.code}\nprint({END!r})" for block in PAGES[WITH_BLOCKS[name]])
    return Block(name, 0, "\n".join(cells), None)


def blocks_in_keras(tests):
    return [whole(test.callspec.params["name"]) for test in tests]


@pytest.mark.parametrize("name", WITH_BLOCKS)
def test_a_notebook_prints_from_top_to_bottom_what_its_page_shows(outcome_in_keras, name):
    outcome = outcome_in_keras(whole(name))
    assert outcome.error is None, outcome.error.traceback
    printed = outcome.output.split(f"{END}\n")[:-1]
    assert printed == [block.expected_output or "" for block in PAGES[WITH_BLOCKS[name]]]
