"""Publishes each page as Markdown, with the evidence under its blocks, and lists them in llms.txt.

A page's Markdown stands where its source does, relative to the others, so that the links between them hold.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urljoin

import nbformat
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.nav import Navigation, Section
from mkdocs.structure.pages import Page

from evidence.pages.blocks import blocks_in
from evidence.pages.fences import fence_for
from evidence.site.extension import TABLE, insert
from evidence.site.notebooks import is_notebook
from evidence.site.tables import table_html
from evidence.site.tables.changes import as_markdown

# The notebooks link to pages as they stand in the site.
PAGE_LINK = re.compile(r"\]\(\.\./\.\./([\w/-]+)/(#[\w-]+)?\)")
TOLD = re.compile(r'<div class="evidence"[^>]* data-block="(\w+)">\s*<p[^>]*>(.*?)</p>')  # under a block of a page
ATTRIBUTES = re.compile(r"\n *\{ \.[\w-]+ \}$", re.MULTILINE)  # for the style sheet; the line above says it in words


def markdown_path(page: Page) -> str:
    """Return where a page's Markdown is published, relative to the site."""
    return posixpath.splitext(page.file.src_uri)[0] + ".md"


def publish_markdown(config: MkDocsConfig, nav: Navigation) -> None:
    """Write each page as Markdown into the site, and llms.txt."""
    for page in nav.pages:
        path = Path(config.site_dir, markdown_path(page))
        path.parent.mkdir(parents=True, exist_ok=True)
        text = notebook(page) if is_notebook(page) else with_evidence(page)
        path.write_text(text, encoding="utf-8")
    text = "\n".join(overview(config, nav))
    Path(config.site_dir, "llms.txt").write_text(text + "\n", encoding="utf-8")


def with_evidence(page) -> str:
    """Return a page's Markdown with the line that tells what each block did, and with the tables of all records."""
    lines, blocks = page.markdown.split("\n"), blocks_in("", page.markdown)
    told = dict(TOLD.findall(page.content))
    for number, text in enumerate(lines):
        if wanted := TABLE.match(text):
            lines[number] = table_html(wanted["name"])
    insert(lines, blocks, lambda block: as_markdown(told[block.digest]))
    text = ATTRIBUTES.sub("", "\n".join(lines))
    return re.sub(r"(?<=\w)\.ipynb(?=[)#])", ".md", text)


def notebook(page) -> str:
    """Return an executed notebook as Markdown, its plots as links to their files."""
    parts, plots = [], 0
    for cell in nbformat.read(page.file.abs_src_path, 4).cells:
        if cell.cell_type == "markdown":
            parts.append(PAGE_LINK.sub(r"](../\1.md\2)", cell.source))
            continue
        parts.append(f"```python\n{cell.source}\n```")
        for output in cell.outputs:
            if "image/png" in output.get("data", {}):
                plots += 1
                parts.append(f"![{cell.metadata['alt']}]({page.file.name}/{page.file.name}-{plots}.png)")
            elif text := output.get("text") or output.get("data", {}).get("text/plain"):
                parts.append(f"{fence_for(text)}text\n{text.rstrip()}\n{fence_for(text)}")
    return "\n\n".join(parts) + "\n"


def overview(config, nav) -> Iterator[str]:
    """Yield the lines of llms.txt: https://llmstxt.org says what stands in it."""
    yield f"# {config.site_name}\n\n> {config.site_description}\n"
    yield "Each page is Markdown; under a block stands what it prints, and on which Keras releases that holds."
    alone = [each for each in nav.items if not isinstance(each, Section)]
    sections = [each for each in nav.items if isinstance(each, Section)]
    for title, pages in [("Start", alone), *((each.title, each.children) for each in sections)]:
        yield f"\n## {title}\n"
        for page in pages:
            address = urljoin(config.site_url or "", markdown_path(page))
            yield f"- [{page.title}]({address}): {page.meta['description']}"
