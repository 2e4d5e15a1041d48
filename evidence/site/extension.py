"""A Python-Markdown extension that writes under each block what it did in all environments.

A line says whether the block does the same everywhere; a list below it groups the environments by what it did there.
On a page, the line `<!-- evidence: NAME -->` becomes the table of that name, see `tables/`. Both work in any builder
that renders with Python-Markdown.

In the HTML, an environment is a number, its position in environments.toml, and `data-on` holds ranges of these numbers:
"0-15 22". `theme/my-keras/on-the-page.js` reads them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from xml.etree import ElementTree

import markdown
from markdown.postprocessors import Postprocessor
from markdown.preprocessors import Preprocessor
from markdown.treeprocessors import Treeprocessor

from evidence.findings.measurements import Measurements, current_measurements
from evidence.pages.blocks import Block, block_extent, readable_blocks
from evidence.pages.notes import end_of_notes, notes_marker
from evidence.site.evidence_html import evidence, known_environments
from evidence.site.listings import lighten
from evidence.site.stepper import stepper
from evidence.site.tables import table_html

TABLE = re.compile(r"^<!-- evidence: (?P<name>[\w-]+) -->$", re.MULTILINE)


class Evidence(markdown.Extension):
    def extendMarkdown(self, md: markdown.Markdown) -> None:  # noqa: N802 (Python-Markdown's name)
        tables: dict[str, str] = {}  # names, by their placeholders
        # After white space is normalised (30), which would remove a placeholder, and before fences are read (25).
        md.preprocessors.register(AddEvidence(md, tables), "evidence", 27)
        # As elements, so that the builder checks and rewrites their links (0); before the contents are listed (5).
        md.treeprocessors.register(AddTables(md, tables), "evidence-tables", 15)
        md.treeprocessors.register(HeadMessages(md), "evidence-messages", 4)  # after the contents are listed (5)
        # After the stored HTML is put back (30).
        md.postprocessors.register(Lighten(), "evidence-lighten", 20)


class AddEvidence(Preprocessor):
    def __init__(self, md: markdown.Markdown, tables: dict[str, str]) -> None:
        super().__init__(md)
        self.tables = tables

    def run(self, lines: list[str]) -> list[str]:
        blocks = readable_blocks("", "\n".join(lines))
        self.tables.clear()
        measurements = current_measurements()
        for number, line in enumerate(lines):
            if table := TABLE.match(line):
                lines[number] = self.md.htmlStash.store(line)
                self.tables[lines[number]] = table["name"]
        lines += ["", self.md.htmlStash.store(known_environments(measurements)), ""]
        insert(lines, blocks, lambda block: self.md.htmlStash.store("".join(below(block, measurements))))
        return lines


def below(block: Block, measurements: Measurements) -> Iterator[str]:
    """Yield the HTML that a page shows below a block."""
    yield from evidence(block, measurements)
    if block.watched:
        yield from stepper(block, measurements)


def insert(lines: list[str], blocks: Sequence[Block], text_for: Callable[[Block], str]) -> None:
    """Insert a text for each block into the lines of its page, below its output and its notes."""
    for block in reversed(blocks):
        opening = lines[block.line - 1]
        indent = opening[: len(opening) - len(opening.lstrip())]
        _, end = block_extent(lines, block)
        if (marker := notes_marker(lines, block)) is not None:
            end = end_of_notes(lines, marker)
        lines[end:end] = ["", indent + text_for(block), ""]


class AddTables(Treeprocessor):
    def __init__(self, md: markdown.Markdown, tables: dict[str, str]) -> None:
        super().__init__(md)
        self.tables = tables

    def run(self, root: ElementTree.Element) -> None:
        for index, element in enumerate(root):
            if element.tag == "p" and element.text in self.tables:
                root[index] = ElementTree.fromstring(table_html(self.tables[element.text]))


class HeadMessages(Treeprocessor):
    """Makes each message in the index of errors a heading that the search finds but the table of contents omits."""

    def run(self, root: ElementTree.Element) -> None:
        for element in root.iter("pre"):
            if element.get("class") == "error":
                element.tag = "h3"


class Lighten(Postprocessor):
    def run(self, text: str) -> str:
        return lighten(text)


def makeExtension(**options: object) -> Evidence:  # noqa: N802 (Python-Markdown's name)
    return Evidence(**options)
