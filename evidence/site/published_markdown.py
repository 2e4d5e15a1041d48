"""Publishes each page as Markdown, with the evidence under its blocks, and lists the pages in llms.txt.

Each page's Markdown keeps the path of its source, so the relative links between pages still work.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import urljoin

import nbformat
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure import StructureItem
from mkdocs.structure.nav import Navigation, Section
from mkdocs.structure.pages import Page

from evidence.findings.recipe_verdicts import current_verdicts
from evidence.pages.blocks import Block, readable_blocks
from evidence.pages.fences import fence_for
from evidence.site.extension import TABLE, insert
from evidence.site.notebooks import is_notebook, plots_of
from evidence.site.picture_words import with_words
from evidence.site.recipe_html import in_short
from evidence.site.tables import table_html
from evidence.site.tables.changes import as_markdown

PAGE_LINK = re.compile(r"\]\(\.\./\.\./([\w/-]+)/(#[\w-]+)?\)")  # in notebooks, by the page's address in the site
SUMMARY = re.compile(
    r'<div class="evidence"[^>]* data-block="(\w+)"[^>]*>.*?<p class="in-words"[^>]*>(.*?)</p>', re.DOTALL
)  # under a page's block
ATTRIBUTES = re.compile(
    r"\n *\{ \.[\w-]+(?: [^}]*)? \}$", re.MULTILINE
)  # for the style sheet; the line above has it in words


def markdown_path(page: Page) -> str:
    """Return where a page's Markdown is published, relative to the site."""
    return posixpath.splitext(page.file.src_uri)[0] + ".md"


def publish_markdown(config: MkDocsConfig, nav: Navigation) -> None:
    """Write each page as Markdown into the site, and llms.txt."""
    for page in nav.pages:
        path = Path(config.site_dir, markdown_path(page))
        path.parent.mkdir(parents=True, exist_ok=True)
        text = notebook_as_markdown(page) if is_notebook(page) else with_evidence(page)
        path.write_text(text, encoding="utf-8")
    text = "\n".join(overview(config, nav))
    Path(config.site_dir, "llms.txt").write_text(text + "\n", encoding="utf-8")


def with_evidence(page: Page) -> str:
    """Return a page's Markdown, with the summary under each block and with the tables."""
    source = page.markdown or ""
    lines = source.split("\n")
    summaries = dict(SUMMARY.findall(page.content or ""))

    def below(block: Block) -> str:
        verdicts = current_verdicts()
        recipe = verdicts.recipe_of(block.digest)
        models = f" {in_short(verdicts.of(recipe, verdicts.pinned))}." if recipe else ""
        return as_markdown(summaries[block.digest]) + models

    insert(lines, readable_blocks("", source), below)
    text = ATTRIBUTES.sub("", with_words(with_tables("\n".join(lines))))
    return re.sub(r"(?<=\w)\.ipynb(?=[)#])", ".md", text)


def with_tables(text: str) -> str:
    """Return Markdown with the tables made from all records, as HTML, where it names them."""
    return TABLE.sub(lambda table: table_html(table["name"]), text)


def notebook_as_markdown(page: Page) -> str:
    """Return a notebook as Markdown, with its plots as links to their files."""
    parts: list[str] = []
    plots = 0
    for cell in nbformat.read(page.file.abs_src_path, 4).cells:
        if cell.cell_type == "markdown":
            parts.append(PAGE_LINK.sub(r"](../\1.md\2)", cell.source))
            continue
        parts.append(f"```python\n{cell.source}\n```")
        for output in cell.outputs:
            if output in plots_of(cell):
                plots += 1
                parts.append(f"![{cell.metadata['alt']}]({page.file.name}/{page.file.name}-{plots}.png)")
            elif text := output.get("text") or output.get("data", {}).get("text/plain"):
                parts.append(f"{fence_for(text)}text\n{text.rstrip()}\n{fence_for(text)}")
    return "\n\n".join(parts) + "\n"


def overview(config: MkDocsConfig, nav: Navigation) -> Iterator[str]:
    """Yield the lines of llms.txt, as https://llmstxt.org describes it."""
    yield f"# {config.site_name}\n\n> {config.site_description}\n"
    yield "Each page is Markdown. Under each block is what it prints, and on which Keras releases it does so."
    yield "Licences: Apache-2.0 for code, with every block; CC BY 4.0 for text and pictures; CC0 for the data."
    for section in nav.items:
        yield from overview_of_section(section.title, [section], config)


def overview_of_section(title: str | None, items: Iterable[StructureItem], config: MkDocsConfig) -> Iterator[str]:
    yield f"\n## {title}\n"
    for page in pages_in(items):
        address = urljoin(config.site_url or "", markdown_path(page))
        yield f"- [{page.title}]({address}): {page.meta.get('description', '')}"


def pages_in(items: Iterable[StructureItem]) -> Iterator[Page]:
    """Yield the pages of a section, and of those inside it."""
    for item in items:
        if isinstance(item, Page):
            yield item
        elif isinstance(item, Section):
            yield from pages_in(item.children)
