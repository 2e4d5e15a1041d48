"""Separates the rows and cells of tables in what the search reads.

Material's search drops table tags, so in a result, a table's cells run together.
"""

from __future__ import annotations

from material.plugins.search import plugin


class ParserOfRows(plugin.Parser):  # type: ignore[misc]
    """Reads each row as a paragraph: a result shows the paragraphs that match."""

    cells = 0  # of this row, so far

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "tr":
            self.cells = 0
        elif tag in ("td", "th"):
            if self.cells:
                self.handle_data(" · ")
            self.cells += 1
        super().handle_starttag(as_read(tag), attrs)

    def handle_endtag(self, tag: str) -> None:
        super().handle_endtag(as_read(tag))


def as_read(tag: str) -> str:
    return "p" if tag == "tr" else tag


def read_rows_of_tables() -> None:
    """Make Material's search read pages with this parser: it has no setting for that."""
    plugin.Parser = ParserOfRows
