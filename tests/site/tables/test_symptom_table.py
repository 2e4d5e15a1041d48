"""The table of symptoms says where each occurs, and links to its section and its fix."""

import pytest
from bs4 import BeautifulSoup
from made_up import measured

from evidence.findings.measurements import current_measurements
from evidence.findings.symptoms import symptoms
from evidence.pages.blocks import blocks_in
from evidence.running.records import RecordedOutcome
from evidence.site import links
from evidence.site.tables import TABLES, table_html
from evidence.site.tables import symptoms as table

PAGE = "docs/page.md"
TEXT = """# Page {#page}

## The shape of `x` {#shape}

See ![a plot](plot.svg). [call `pop`, or
more](../index.md?a&b#pop), or [not](no.md):

```python
print(1)
```

<!--pytest-codeblocks:expected-output-->

```text
columns: 3, should be 6
```

[Else](#else):

```python
print(2)
```

<!--pytest-codeblocks:expected-output-->

```text
<rows>: 3, should be 6
```
"""


@pytest.fixture
def blocks(tmp_path, monkeypatch):
    for module in links, table:
        monkeypatch.setattr(module, "ROOT", tmp_path)

    def write(text):
        (tmp_path / PAGE).parent.mkdir(exist_ok=True)
        (tmp_path / PAGE).write_text(text, encoding="utf-8")
        return blocks_in(PAGE, text)

    return write


def rows(measurements):
    soup = BeautifulSoup("".join(table.symptom_table(measurements, PAGE)), "html.parser")
    return [[cell.decode_contents() for cell in row.select("th, td")] for row in soup.select("tr")]


def test_a_column_is_of_every_keras_on_its_backend(blocks):
    first, _ = blocks(TEXT)
    soup = BeautifulSoup("".join(table.symptom_table(measured({first: {}}), PAGE)), "html.parser")
    assert [head.get("data-on") for head in soup.select("thead th")] == [None, "0-2", "3-4"]


def test_a_section_is_named_once_and_each_symptom_has_its_cure(blocks):
    first, second = blocks(TEXT)
    jax = RecordedOutcome("columns: 6, should be 6\n")
    head, *body = rows(measured({first: {"jax-3.2": jax, "3.1": None}, second: {"jax-3.2": None}}))
    name = '<a href="#shape">The shape of <code>x</code></a><br/>'
    cure = '<a href="../index.md?a&amp;b#pop">Call <code>pop</code>, or more</a>'
    release = "<br/><small>Keras 3.2.0</small>"
    assert head == ["Symptom, and what to do", f"TensorFlow{release}", f"JAX{release}"]
    assert body == [
        [
            f"{name}<small>columns<br/>{cure}</small>",
            "<b>yes</b>: <code>3</code>, not <code>6</code>",
            "no",
        ],
        [
            '<small>&lt;rows&gt;<br/><a href="#else">Else</a></small>',
            "<b>yes</b>: <code>3</code>, not <code>6</code>",
            "not measured",
        ],
    ]


CELLS = {
    "columns: True, should be False\n": "<b>yes</b>",
    "columns: None, should be (2, 6)\n": "<b>yes</b>: <code>None</code>, not <code>(2, 6)</code>",
    "columns: raises KeyError, should be 6\n": "raises KeyError",
    "columns: raises KeyError, should be raises KeyError\n": "raises KeyError",
}


@pytest.mark.parametrize(("output", "cell"), CELLS.items())
def test_a_cell_says_whether_it_occurs(blocks, output, cell):
    first, _ = blocks(TEXT)
    _, [_, _, there] = rows(measured({first: {"jax-3.2": RecordedOutcome(output)}}))
    assert there == cell


def test_an_error_is_no_silent_symptom(blocks):
    first, _ = blocks(TEXT)
    _, [_, _, there] = rows(measured({first: {"jax-3.2": RecordedOutcome("", "TypeError", "no", 9)}}))
    assert there == "raises TypeError"


def test_a_symptom_without_a_cure_names_its_line(blocks):
    above, _, rest = TEXT.partition("[call `pop`, or\nmore](../index.md?a&b#pop), or [not](no.md)")
    block, _ = blocks(above.replace("## The", "[Elsewhere](x.md)\n\n## The") + "no link" + rest)
    with pytest.raises(ValueError, match=r"docs/page\.md:9: the block prints a symptom, .* mkdocs build --strict"):
        rows(measured({block: {}}))


PAGES = {
    name: make.keywords["page"] for name, make in TABLES.items() if getattr(make, "func", 0) is table.symptom_table
}


@pytest.mark.parametrize("name", PAGES)
def test_each_symptom_on_a_page_occurs_where_the_page_was_recorded(name):
    measurements = current_measurements()
    listed = [(block, what) for block, what in symptoms(measurements, PAGES[name])]
    assert len(listed) >= 7
    soup = BeautifulSoup(table_html(name), "html.parser")
    for (block, what), row in zip(listed, soup.select("tbody tr"), strict=True):
        where = f"{block.page}:{block.line}: {what}"
        assert what in row.th.get_text(), where
        assert row.th.select("a")[-1]["href"], where
        # The page shows the wrong result. If Keras gets it right, this is no longer a symptom.
        assert row.td.get_text().startswith("yes"), where
        assert "does-not-work" in (links.ROOT / block.page).read_text("utf-8").split("\n")[block.line - 3], where
