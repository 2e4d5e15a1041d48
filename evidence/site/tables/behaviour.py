"""The table of behaviour by release: questions by lines of Keras."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from itertools import groupby

from evidence.findings.answers import answers
from evidence.findings.measurements import Measurements
from evidence.findings.ranges import range_label
from evidence.pages.blocks import Block
from evidence.running.environments import Environment
from evidence.site.html import data_on
from evidence.site.links import REFERENCE, page_link, section_link

SUBJECTS = "the-list", "pop", "after-pop", "inputs-and-outputs", "new-models"
QUESTIONS = [f"{REFERENCE}/behaviour/{subject}.md" for subject in SUBJECTS]  # Each block of these pages answers one.

Answers = list[tuple[str, list[Environment]]]  # of one line of Keras


def behaviour_table(measurements: Measurements) -> Iterator[str]:
    """Yield a table of questions by lines of Keras, with a body for each page of questions."""
    lines = [list(line) for _, line in groupby(measurements.environments, key=lambda environment: environment.line)]
    # A box of its own scrolls, not the page; a keyboard reaches it.
    yield '<div class="wide" role="region" aria-label="Behaviour by release" tabindex="0">'
    yield '<table class="behaviour" data-search-exclude=""><thead><tr><th scope="col">Question</th>'
    for line in lines:
        yield f'<th scope="col">{escape(line[0].line)}</th>'
    yield "</tr></thead>"
    for page in QUESTIONS:
        yield f'<tbody><tr><th scope="rowgroup" colspan="{len(lines) + 1}">{page_link(page)}</th></tr>'
        for block in measurements.blocks:
            if block.page == page:
                yield from behaviour_row(measurements, block, lines)
        yield "</tbody>"
    yield "</table></div>"


def behaviour_row(measurements: Measurements, block: Block, lines: Sequence[Sequence[Environment]]) -> Iterator[str]:
    """Yield a question and its answers; neighbouring lines that give one and the same answer share a cell."""
    data = f'<a href="data/{block.digest}.json">Data</a>'
    yield f'<tr><th scope="row">{section_link(block)} {data}</th>'
    answers_by_line = [answers(measurements, block, line) for line in lines]
    for _, cells in groupby(answers_by_line, key=lambda cell: cell[0][0] if len(cell) == 1 else id(cell)):
        yield behaviour_cell(list(cells), measurements.environments)
    yield "</tr>"


def behaviour_cell(lines: Sequence[Answers], environments: Sequence[Environment]) -> str:
    """Return the cell of one line of Keras, or of several that all give the same answer."""
    answers_given = [pair for line in lines for pair in line]
    if len(lines) == len(answers_given):
        answer, _ = answers_given[0]
        everywhere = [environment for _, releases in answers_given for environment in releases]
        text = f"{data_on(everywhere, environments)}>{escape(answer)}"
        return f'<td colspan="{len(lines)}"><span{text}</span></td>' if len(lines) > 1 else f"<td{text}</td>"
    parts = [
        f"<div{data_on(releases, environments)}>{escape(answer)} <small>{range_label(releases)}</small></div>"
        for answer, releases in answers_given
    ]
    return f"<td>{''.join(parts)}</td>"
