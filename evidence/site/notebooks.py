"""Gives the notebooks' pages the markup of the other pages.

mkdocs-jupyter brings JupyterLab's style sheets, its own copy buttons and scripts of other hosts into each page, 600 kB
of them, and writes the plots into it. Here the code and its outputs get the markup that Markdown's fences get, so that
one style sheet serves both, and the plots become files.
"""

from __future__ import annotations

import base64
import struct
from collections.abc import Iterable, Iterator

import nbformat
from bs4 import BeautifulSoup, Tag
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page
from pymdownx.highlight import Highlight

from evidence.pages.blocks import EXPECTED_OUTPUT
from evidence.site.listings import lighten

HIGHLIGHT = Highlight(None, pygments_lang_class=True, line_spans="__span")  # as mkdocs.yml has it


def is_notebook(page: Page) -> bool:
    return page.file.src_uri.endswith(".ipynb")


def as_page(html: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Return a notebook's content in the markup of the other pages, and add its plots to the site's files."""
    soup = BeautifulSoup(html, "html.parser")
    alternatives = (cell.metadata["alt"] for cell in nbformat.read(page.file.abs_src_path, 4).cells if draws(cell))
    parts: list[Tag | str] = []
    for found in soup.select(".jp-RenderedMarkdown, .highlight-ipynb pre, .jp-OutputArea-output"):
        if found.name == "pre":
            parts.append(fence("python", found))
        elif "jp-RenderedMarkdown" in found["class"]:
            parts += prose(found)
        elif image := found.select_one("img[src^='data:image/png']"):
            number = sum(part.name == "img" for part in tags(parts)) + 1
            content = base64.b64decode(image["src"].partition(",")[2])
            plot = File.generated(config, f"examples/{page.file.name}/{page.file.name}-{number}.png", content=content)
            files.append(plot)
            width, height = struct.unpack(">II", content[16:24])  # so that nothing moves when it comes
            shown = {
                "src": plot.url_relative_to(page.file),
                "alt": next(alternatives),
                "width": width,
                "height": height,
                "loading": "lazy",
            }
            parts.append(soup.new_tag("img", attrs=shown))
        else:
            parts.append(fence("text", found.pre))
    for link in (each for part in tags(parts) for each in part.select("a[href^='../../']")):
        path, anchor, name = link["href"].removeprefix("../../").partition("#")  # as it stands in the site
        link["href"] = files.get_file_from_path(f"{path.strip('/')}.md").url_relative_to(page.file) + anchor + name
    first = next(part for part in tags(parts) if part.name == "p").get_text()
    page.meta["description"] = " ".join(first.split()).replace(
        '"', "”"
    )  # Material writes it into an attribute as it is
    return lighten("\n".join(map(str, parts)))


def tags(parts: Iterable[Tag | str]) -> Iterator[Tag]:
    return (part for part in parts if isinstance(part, Tag))


def draws(cell) -> bool:
    return any("image/png" in each.get("data", {}) for each in cell.get("outputs", []))


def prose(cell: Tag) -> list[Tag]:
    """Return the elements of a cell of Markdown; what links to a heading stands in it."""
    for link in cell.select("a.anchor-link"):
        link["class"], link["title"] = "headerlink", "Link to this section"
    for target in cell.select("p > a[id]:only-child"):
        paragraph = target.parent
        paragraph.find_next_sibling().insert(0, target.extract())
        paragraph.decompose()
    return cell.find_all(recursive=False)


def fence(language: str, pre: Tag) -> str:
    """Return what the text of an element would be in a page of Markdown."""
    before = EXPECTED_OUTPUT if language == "text" else ""
    return before + HIGHLIGHT.highlight(pre.get_text(), language)
