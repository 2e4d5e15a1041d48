"""Gives the notebooks' pages the markup of the other pages.

mkdocs-jupyter puts 600 kB into each page: JupyterLab's style sheets, its own copy buttons, scripts from other hosts and
the plots. Here code and outputs get the same markup as Markdown's fences, so one style sheet serves both, and the
plots become files.
"""

from __future__ import annotations

import base64
import struct
from collections.abc import Iterator

import nbformat
from bs4 import BeautifulSoup, Tag
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page
from nbformat import NotebookNode
from pymdownx.highlight import Highlight

from evidence.pages.blocks import EXPECTED_OUTPUT
from evidence.site.listings import lighten

HIGHLIGHT = Highlight(None, pygments_lang_class=True, line_spans="__span")  # as in mkdocs.yml
DENSITY = 2  # a plot's pixels for each pixel on the page, as plots.matplotlibrc draws them
PARTS = ".jp-RenderedMarkdown, .highlight-ipynb pre, .jp-OutputArea-output"  # prose, code, outputs


def is_notebook(page: Page) -> bool:
    return page.file.src_uri.endswith(".ipynb")


def as_page(html: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Return a notebook's content in the markup of the other pages, and add its plots to the site's files.

    `PluginError`, which ends the build, names a link to a page that does not exist.
    """
    soup = BeautifulSoup(html, "html.parser")
    for link in soup.select("a[href^='../../']"):
        link["href"] = checked_link(str(link["href"]), page, files)
    cells: list[NotebookNode] = nbformat.read(page.file.abs_src_path, 4).cells
    alternatives = [cell.metadata["alt"] for cell in cells for _ in plots_of(cell)]
    plots: list[File] = []
    parts: list[str] = []
    for part in soup.select(PARTS):
        if part.name == "pre":
            parts.append(fence("python", part.get_text()))
        elif "jp-RenderedMarkdown" in part["class"]:
            parts += map(str, prose(part))
        elif image := part.select_one("img[src^='data:image/png']"):
            content = base64.b64decode(str(image["src"]).partition(",")[2])
            name = f"examples/{page.file.name}/{page.file.name}-{len(plots) + 1}.png"
            plots.append(File.generated(config, name, content=content))
            parts.append(str(plot_image(soup, plots[-1].url_relative_to(page.file), content, alternatives.pop(0))))
        else:
            parts.append(fence("text", part.get_text()))
    for plot in plots:
        files.append(plot)
    page.meta["description"] = description(soup)
    return lighten("\n".join(parts))


def checked_link(href: str, page: Page, files: Files) -> str:
    """Return a notebook's link to a page of the site, relative to the notebook's own address."""
    path, anchor, name = href.removeprefix("../../").partition("#")
    if target := files.get_file_from_path(f"{path.strip('/')}.md"):
        return target.url_relative_to(page.file) + anchor + name
    raise PluginError(f"examples/{page.file.name}.py: {href} leads to no page. Link to one as ../../how-to/a-page/")


def plot_image(soup: BeautifulSoup, address: str, content: bytes, alternative: str) -> Tag:
    """Return the element that shows a plot, with its size, so that nothing moves when it loads."""
    width, height = (pixels // DENSITY for pixels in struct.unpack(">II", content[16:24]))  # from the PNG's header
    attributes = {"src": address, "alt": alternative, "width": width, "height": height, "loading": "lazy"}
    return soup.new_tag("img", attrs=attributes)


def description(soup: BeautifulSoup) -> str:
    """Return a notebook's first paragraph in one line."""
    first = soup.select_one(".jp-RenderedMarkdown > p")
    text = " ".join(first.get_text().split()) if first else ""
    return text.replace('"', "”")  # Material writes it into an attribute unescaped.


def plots_of(cell: NotebookNode) -> list[NotebookNode]:
    """Return the plots among a cell's outputs."""
    return [output for output in cell.get("outputs", []) if "image/png" in output.get("data", {})]


def prose(cell: Tag) -> Iterator[Tag]:
    """Yield the elements of a Markdown cell, with each anchor moved from its own paragraph into the heading below."""
    for link in cell.select("a.anchor-link"):
        link["class"], link["title"] = "headerlink", "Link to this section"
    for paragraph in cell.select("p:has(> a[id]:only-child)"):
        anchor, heading = paragraph.a, paragraph.find_next_sibling()
        if anchor and heading:
            heading.insert(0, anchor.extract())
            paragraph.decompose()
    yield from cell.find_all(recursive=False)


def fence(language: str, text: str) -> str:
    """Return the HTML of a fence that holds a text; a fence of text is an output."""
    before = EXPECTED_OUTPUT if language == "text" else ""
    return before + str(HIGHLIGHT.highlight(text, language))
