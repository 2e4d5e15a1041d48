"""Publishes each page that has blocks as a Jupyter notebook: its prose, its blocks and what they print.

The notebook is generated from the page's Markdown and published beside it, so the page stays the only source. Run from
top to bottom, it prints what the page shows: `tests/site/test_page_notebooks.py` runs them all.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urljoin

import nbformat
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import Files
from mkdocs.structure.nav import Navigation
from mkdocs.structure.pages import Page
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from evidence.pages.blocks import Block, block_extent, modules_imported, read_text, readable_blocks
from evidence.site.notebooks import is_notebook
from evidence.site.picture_words import with_words
from evidence.site.published_markdown import with_tables

PYTHON = {"display_name": "Python 3", "language": "python", "name": "python3"}
COMMENT = re.compile(r"^ *<!--.*?-->\n?", re.MULTILINE)
ATTRIBUTES = re.compile(r" *\{ ?[#.][\w-]+(?: [\w-]+=[^}]*)? ?\}$", re.MULTILINE)  # of a heading, or of the badge
BADGE = re.compile(r"^(?= *Does not work$)", re.MULTILINE)
LINK = re.compile(r"""(?:(?<=\]\()|(?<=href="))(?!\w+:)([^)#\s"]*)(#[\w-]+)?(?=[)"])""")  # in Markdown, or in a table


def notebook_path(page: Page) -> str | None:
    """Return where a page's notebook is published, relative to the site; `None` if it has no blocks."""
    if is_notebook(page) or not readable_blocks("", page.markdown or ""):
        return None
    return posixpath.splitext(page.file.src_uri)[0] + ".ipynb"


def publish_notebooks(config: MkDocsConfig, nav: Navigation, files: Files) -> None:
    """Write the notebook of each page into the site."""
    for page in nav.pages:
        if path := notebook_path(page):
            target = Path(config.site_dir, path)
            target.parent.mkdir(parents=True, exist_ok=True)
            nbformat.write(notebook(page, config, files), target)


def notebook(page: Page, config: MkDocsConfig, files: Files) -> NotebookNode:
    """Return a page as a notebook. Its links lead to the site, if the site knows its address."""
    text = page.markdown or ""
    site = config.site_url or ""
    here = f"[{page.title}]({site}{page.url})" if site else str(page.title)
    about = (
        f"This is the page {here} of *{config.site_name}*. The outputs come from the newest Keras, on TensorFlow. "
        "Text: CC BY 4.0. Code: Apache-2.0."
    )
    cells = [new_markdown_cell(about), *module_cells(text), *cells_of(text)]
    for number, cell in enumerate(cells, 1):
        cell.id = f"cell-{number}"  # nbformat makes them at random, so each build would differ.
        if cell.cell_type == "markdown":
            cell.source = LINK.sub(lambda link: address(link, page, files, site), cell.source)
    made: NotebookNode = new_notebook(cells=cells, metadata={"kernelspec": PYTHON, "language_info": {"name": "python"}})
    return made


def module_cells(text: str) -> Iterator[NotebookNode]:
    """Yield a cell to write each module of the guide that a page's blocks import, so that the notebook runs."""
    for path in modules_imported("\n".join(block.code for block in readable_blocks("", text))):
        yield new_code_cell(f"%%writefile {path.name}\n{read_text(path).rstrip()}")


def cells_of(text: str) -> Iterator[NotebookNode]:
    """Yield the cells of a page's Markdown: a cell of prose between two blocks, and one for each block."""
    lines = text.split("\n")
    start = 0
    for block in readable_blocks("", text):
        yield from prose("\n".join(lines[start : block.line - 1]))
        yield code_cell(block)
        _, start = block_extent(lines, block)
    yield from prose("\n".join(lines[start:]))


def prose(text: str) -> Iterator[NotebookNode]:
    """Yield a cell with a text, unless nothing is left once the parts meant only for the site are gone."""
    text = BADGE.sub("**", with_words(with_tables(text)))
    text = ATTRIBUTES.sub("", COMMENT.sub("", text)).replace("**Does not work", "**Does not work**").strip()
    if text:
        yield new_markdown_cell(text)


def code_cell(block: Block) -> NotebookNode:
    output = block.expected_output
    outputs = [new_output("stream", name="stdout", text=output)] if output else []
    cell: NotebookNode = new_code_cell(block.code.rstrip("\n"), outputs=outputs)
    return cell


def address(link: re.Match[str], page: Page, files: Files, site: str) -> str:
    """Return where a page's link leads on the site: in Markdown, links name the pages' sources."""
    path, anchor = link[1], link[2] or ""
    if not path:
        return f"{site}{page.url}{anchor}" if site else anchor
    file = files.get_file_from_path(posixpath.normpath(posixpath.join(posixpath.dirname(page.file.src_uri), path)))
    return urljoin(site, file.url) + anchor if file else link[0]
