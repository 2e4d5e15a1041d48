"""The table of behaviour by release: questions by lines of Keras."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from itertools import groupby

from evidence.findings.behaviours import missing_idiom
from evidence.findings.measurements import Measurements
from evidence.findings.ranges import name_of_run
from evidence.pages.blocks import Block
from evidence.running.environments import Environment
from evidence.running.records import RecordedOutcome
from evidence.site.html import data_on
from evidence.site.links import REFERENCE, page_link, section_link

SUBJECTS = "the-list", "pop", "after-pop", "inputs-and-outputs", "new-models"
QUESTIONS = [f"{REFERENCE}/behaviour/{subject}.md" for subject in SUBJECTS]  # each block of theirs answers one


def behaviour_table(table: Measurements) -> Iterator[str]:
    """Questions by lines of Keras, a body for each page of questions: each of its blocks prints one answer."""
    lines = [list(line) for _, line in groupby(table.environments, key=lambda each: each.line)]
    # A box of its own scrolls, not the page; a keyboard reaches it.
    yield '<div class="wide" role="region" aria-label="Behaviour by release" tabindex="0">'
    yield '<table class="behaviour" data-search-exclude=""><thead><tr><th scope="col">Question</th>'
    for line in lines:
        yield f'<th scope="col">{escape(line[0].line)}</th>'
    yield "</tr></thead>"
    for page in QUESTIONS:
        yield f'<tbody><tr><th scope="rowgroup" colspan="{len(lines) + 1}">{page_link(page)}</th></tr>'
        for block in table.blocks:
            if block.page == page:
                yield from behaviour_row(table, block, lines)
        yield "</tbody>"
    yield "</table></div>"


def behaviour_row(table: Measurements, block: Block, lines: Sequence[Sequence[Environment]]) -> Iterator[str]:
    data = f'<a href="data/{block.digest}.json">Data</a>'
    yield f'<tr><th scope="row">{section_link(block)} {data}</th>'
    cells = [list(answers(table, block, line)) for line in lines]
    for together, same in groupby(cells, key=lambda cell: cell[0][0] if len(cell) == 1 else id(cell)):
        same = list(same)
        wide = f' colspan="{len(same)}"' if len(same) > 1 else ""
        if len(same[0]) == 1:
            said = f"{data_on(each for [(_, those)] in same for each in those)}>{escape(together)}"
            yield f"<td{wide}><span{said}</span></td>" if wide else f"<td{said}</td>"
            continue
        yield "<td>"
        for answer, those in same[0]:
            yield f"<div{data_on(those)}>{escape(answer)} <small>{name_of_run(those)}</small></div>"
        yield "</td>"
    yield "</tr>"


def answers(table: Measurements, block: Block, line: Sequence[Environment]) -> Iterator[tuple[str, list[Environment]]]:
    """Yield a line's answers to a block's question, newest first, each with its releases."""
    for answer, those in groupby(line, key=lambda each: answer_of(block, table.outcome(block, each))):
        yield answer, list(those)


def answer_of(block: Block, outcome: RecordedOutcome | None) -> str:
    if outcome is None:
        return "not measured"
    if missing_idiom(block, outcome):
        return "not applicable"
    return outcome.error or outcome.output.strip()
