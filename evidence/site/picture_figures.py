"""A Python-Markdown extension that draws the models described on a page: see `evidence.pages.pictures`."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from html import escape

import markdown
from markdown.preprocessors import Preprocessor

from evidence.pages.picture_fences import picture_fences
from evidence.pages.picture_reader import PictureError, read_picture
from evidence.pages.pictures import Picture
from evidence.site.picture_svg import svg
from evidence.site.picture_words import legend

log = logging.getLogger("mkdocs.evidence")


class Pictures(markdown.Extension):
    def extendMarkdown(self, md: markdown.Markdown) -> None:  # noqa: N802 (Python-Markdown's name)
        # After evidence.site.extension (27) has read the blocks; before fences are read (25).
        md.preprocessors.register(DrawPictures(md), "pictures", 26)


class DrawPictures(Preprocessor):
    def run(self, lines: list[str]) -> list[str]:
        for fence in reversed([*picture_fences(lines)]):
            try:
                picture = read_picture(fence.description)
            except PictureError as error:
                # The page shows the description. The builder doesn't say which page this is; pytest does.
                wrong = fence.description[error.line - 1] if fence.description else ""
                log.warning("the picture with the line %r is not drawn: %s", wrong.strip(), error)
                continue
            lines[fence.start : fence.end] = ["", self.md.htmlStash.store("".join(figure(picture))), ""]
        return lines


def figure(picture: Picture) -> Iterator[str]:
    """Yield the HTML of a picture: its panels, and what the marks mean."""
    yield '<figure class="picture" data-search-exclude=""><div>'
    for panel in picture.panels:
        yield f"<p><code>{escape(panel.title)}</code>{svg(picture, panel)}</p>"
    yield "</div>"
    if meaning := legend(picture):
        yield f"<figcaption>{meaning}</figcaption>"
    yield "</figure>"


def makeExtension(**options: object) -> Pictures:  # noqa: N802 (Python-Markdown's name)
    return Pictures(**options)
