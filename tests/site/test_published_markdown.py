"""Each page is published as Markdown, too, and llms.txt lists the pages."""

import re
from types import SimpleNamespace
from urllib.parse import urljoin, urlsplit

import nbformat
import pytest
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.nav import Link
from nbformat.v4 import new_code_cell, new_notebook, new_output

from evidence.site.published_markdown import PAGE_LINK, notebook_as_markdown, overview_of_section

LINK = re.compile(r"\]\((?!https?:)([\w./-]+\.\w+)|href=\"(?!https?:)([^\"#]+)")


@pytest.fixture(scope="module")
def texts(site):
    return {path.relative_to(site).as_posix(): path.read_text(encoding="utf-8") for path in site.rglob("*.md")}


def test_each_page_has_its_markdown_and_links_to_it(pages, texts):
    linked = {
        urljoin(f"/{name}", page.select_one("a[type='text/markdown']")["href"]).lstrip("/")
        for name, page in pages.items()
        if name != "404.html"
    }
    assert linked == texts.keys()


def test_links_between_them_hold(site, texts):
    code = re.compile(r"^(`{3,})\w+\n.*?^\1$|`[^`\n]+`", re.MULTILINE | re.DOTALL)
    for name, text in texts.items():
        for link in LINK.finditer(code.sub("", text)):
            path = urljoin(f"/{name}", link[1] or link[2]).lstrip("/")
            assert (site / path).is_file(), f"{name}: {link[0]}"


def test_outputs_and_evidence_are_in_them(texts):
    page = texts["index.md"]
    assert re.search(r"```text\nlayers\.pop\(\): \(None, 3\)\n.*?```\n\nThe same on Keras 3\.", page, re.DOTALL)
    assert "<table" in texts["reference/behaviour-by-release.md"]
    assert "<!-- evidence: " not in "".join(texts.values())


def test_an_example_s_outputs_and_plots_are_in_its_markdown(needs_tensorflow, texts):
    example = texts["examples/what-removing-layers-from-the-middle-costs.md"]
    assert "```text\nhalf of the blocks: " in example
    assert re.search(r"!\[[^]]{40,}\]\(\S+-1\.png\)", example)


def test_code_that_does_not_work_is_marked_in_words_alone(pages, texts):
    marked = {}
    for name, page in pages.items():
        if badges := len(page.select(".does-not-work")):
            marked[urljoin(f"/{name}", page.select_one("a[type='text/markdown']")["href"]).lstrip("/")] = badges
    assert marked
    words = re.compile(r"^( *)Does not work\n\n\1```python$", re.MULTILINE)
    assert {name: len(marks) for name, text in texts.items() if (marks := words.findall(text))} == marked


def test_llms_txt_lists_each_page_with_what_it_answers(site, texts):
    text = (site / "llms.txt").read_text(encoding="utf-8")
    assert all(licence in text for licence in ("Apache-2.0", "CC BY 4.0", "CC0"))
    assert text.startswith("# Keras Layer Surgery\n\n> ")
    listed = re.findall(r"^- \[.+\]\((\S+)\): (.{20,})$", text, re.MULTILINE)
    assert {urlsplit(address).path.lstrip("/") for address, _ in listed} == texts.keys()
    assert all(address.startswith("https://example.org/") for address, _ in listed)
    assert len({description for _, description in listed}) == len(listed)


def test_a_notebook_s_links_lead_from_its_markdown():
    assert PAGE_LINK.sub(r"](../\1.md\2)", "[a](../../how-to/x/#y)") == "[a](../how-to/x.md#y)"


def test_an_output_without_a_text_is_left_out_of_a_notebook_s_markdown(tmp_path):
    outputs = [
        new_output("display_data", {"text/html": "<b>1</b>"}),
        new_output("execute_result", {"text/plain": "1"}),
    ]
    path = tmp_path / "story.ipynb"
    nbformat.write(new_notebook(cells=[new_code_cell("1", outputs=outputs)]), path)
    page = SimpleNamespace(file=SimpleNamespace(abs_src_path=str(path), name="story"))
    assert notebook_as_markdown(page) == "```python\n1\n```\n\n```text\n1\n```\n"


def test_llms_txt_lists_no_links_to_elsewhere():
    assert list(overview_of_section("More", [Link("Keras", "https://keras.io/")], MkDocsConfig())) == ["\n## More\n"]
