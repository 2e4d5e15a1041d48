"""The table of a page's symptoms: on which backends each occurs, and what to do about it.

It lists the blocks of the page that print `what: this, should be that`. The heading above a block names the symptom,
and the text between them begins with a link to the cure.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from html import escape

from evidence.files import ROOT
from evidence.findings.measurements import Measurements
from evidence.findings.symptoms import Reading, newest_by_backend, reading_there, symptoms
from evidence.pages.blocks import Block, read_text
from evidence.pages.fences import FENCE
from evidence.site.html import code, code_spans
from evidence.site.links import HEADING, heading_of

LINK = re.compile(r"(?<!!)\[(?P<text>[^]]+)\]\((?P<address>[^)]+)\)")


def symptom_table(measurements: Measurements, page: str) -> Iterator[str]:
    """Yield a row for each symptom on a page, with links relative to that page."""
    newest = newest_by_backend(measurements)
    yield '<table data-search-exclude=""><thead><tr><th scope="col">Symptom</th>'
    for backend, environment in newest.items():
        release = environment.release_format.format(environment.release)
        yield f'<th scope="col">{backend}<br/><small>{release}</small></th>'
    yield '<th scope="col">What to do</th></tr></thead><tbody>'
    for block, what in symptoms(measurements, page):
        heading = heading_of(block)
        yield f'<tr><th scope="row"><a href="#{heading.id}">{heading.html}</a><br/><small>{escape(what)}</small></th>'
        for environment in newest.values():
            yield cell(reading_there(measurements, block, what, environment))
        yield f"<td>{cure(block)}</td></tr>"
    yield "</tbody></table>"


def cell(reading: Reading | str) -> str:
    if isinstance(reading, str) or reading.got.startswith("raises "):
        return f"<td>{escape(reading if isinstance(reading, str) else reading.got)}</td>"
    return "<td>no</td>" if reading.right else f"<td><b>yes</b>: {code(reading.got)}</td>"


def cure(block: Block) -> str:
    """Return the first link of the text above a block, below any other block or heading; `ValueError` if there is none."""
    lines = read_text(ROOT / block.page).split("\n")[: block.line - 1]
    above = itertools.takewhile(lambda line: not (FENCE.match(line) or HEADING.match(line)), reversed(lines))
    link = LINK.search("\n".join(reversed([*above])))
    if not link:
        raise ValueError(
            f"{block.page}:{block.line}: the block prints a symptom, but the text above it links to no cure. "
            "Begin that text with a link to what mends it, then: mkdocs build --strict"
        )
    return f'<a href="{escape(link["address"])}">{code_spans(" ".join(link["text"].split()))}</a>'
