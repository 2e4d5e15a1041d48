"""The table of a page's symptoms: on which backends each occurs, and what to do about it.

It lists the page's blocks that print `what: this, should be that`. The heading above a block names the symptom, and the
text between them begins with a link to the fix.
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
from evidence.site.html import code, code_spans, data_on
from evidence.site.links import HEADING, heading_of

LINK = re.compile(r"(?<!!)\[(?P<text>[^]]+)\]\((?P<address>[^)]+)\)")


def symptom_table(measurements: Measurements, page: str) -> Iterator[str]:
    """Yield a row for each symptom on a page, with links relative to that page.

    Each column is the newest Keras on a backend; the script marks it for readers with any Keras on that backend.
    """
    newest = newest_by_backend(measurements)
    yield '<table data-search-exclude=""><thead><tr><th scope="col">Symptom, and what to do</th>'
    for backend, environment in newest.items():
        release = environment.release_format.format(environment.release)
        on = data_on(
            (one for one in measurements.environments if one.line == environment.line), measurements.environments
        )
        yield f'<th scope="col"{on}>{backend}<br/><small>{release}</small></th>'
    yield "</tr></thead><tbody>"
    for heading, of_section in itertools.groupby(symptoms(measurements, page), key=lambda pair: heading_of(pair[0])):
        name = f'<a href="#{heading.id}">{heading.html}</a><br/>'
        for block, what in of_section:
            yield f'<tr><th scope="row" class="sentence">{name}<small>{escape(what)}<br/>{cure(block)}</small></th>'
            for environment in newest.values():
                yield f"<td>{cell(reading_there(measurements, block, what, environment))}</td>"
            yield "</tr>"
            name = ""  # once per section
    yield "</tbody></table>"


def cell(reading: Reading | str) -> str:
    """Return in HTML whether a symptom occurs, or why that is unknown."""
    if isinstance(reading, str) or reading.got.startswith("raises "):
        return escape(reading if isinstance(reading, str) else reading.got)
    if reading.right:
        return "no"
    return "<b>yes</b>" if reading.got == "True" else f"<b>yes</b>: {code(reading.got)}, not {code(reading.wanted)}"


def cure(block: Block) -> str:
    """Return the first link in the text between the previous block or heading and a block; `ValueError` if none."""
    lines = read_text(ROOT / block.page).split("\n")[: block.line - 1]
    above = itertools.takewhile(lambda line: not (FENCE.match(line) or HEADING.match(line)), reversed(lines))
    link = LINK.search("\n".join(reversed([*above])))
    if not link:
        raise ValueError(
            f"{block.page}:{block.line}: the block prints a symptom, but the text above it links to no fix. "
            "Begin that text with a link to the fix, then: mkdocs build --strict"
        )
    text = " ".join(link["text"].split())
    return f'<a href="{escape(link["address"])}">{code_spans(text[0].upper() + text[1:])}</a>'
