"""The table of behaviour by release: questions, and which releases answer what."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from html import escape

from evidence.findings.answers import answers
from evidence.findings.measurements import Measurements
from evidence.pages.blocks import Block
from evidence.site.chips import in_short
from evidence.site.html import data_on
from evidence.site.links import REFERENCE, page_link, section_link

SUBJECTS = "the-list", "pop", "after-pop", "inputs-and-outputs", "new-models"
QUESTIONS = [f"{REFERENCE}/behaviour/{subject}.md" for subject in SUBJECTS]  # Each block of these pages answers one.


def behaviour_table(measurements: Measurements) -> Iterator[str]:
    """Yield a table of questions and their answers for each page of questions."""
    for page in QUESTIONS:
        yield f'<h2 id="{posixpath.basename(page).removesuffix(".md")}" data-search-exclude="">{page_link(page)}</h2>'
        yield '<table class="behaviour" data-search-exclude=""><thead><tr>'
        yield '<th scope="col">Question</th><th scope="col">Answers</th></tr></thead><tbody>'
        for block in measurements.blocks:
            if block.page == page:
                yield from behaviour_row(measurements, block)
        yield "</tbody></table>"


def behaviour_row(measurements: Measurements, block: Block) -> Iterator[str]:
    """Yield a question and its answers, each with the releases that give it."""
    data = f'<a href="data/{block.digest}.json">Data</a>'
    yield f'<tr><th scope="row">{section_link(block)} {data}</th><td>'
    for answer, environments in answers(measurements, block).items():
        where = in_short(environments, measurements.environments, all_runs=True)
        on = data_on(environments, measurements.environments)
        yield f"<div{on}>{escape(answer)} <small>{where}</small></div>"
    yield "</td></tr>"
