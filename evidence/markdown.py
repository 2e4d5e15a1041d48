"""A Python-Markdown extension that writes under each block what it did in all environments.

A line says whether it is the same everywhere; what follows it lists the environments by what they did. A page's line
`<!-- evidence: NAME -->` becomes what `tables.py` makes of all records. Both work in any builder that renders with
Python-Markdown.

In the HTML an environment is a number, its place in environments.toml, and `data-on` holds ranges of them: "0-15 22".
`theme/my-keras.js` reads them.
"""

from __future__ import annotations

import functools
import json
import logging
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from html import escape
from pathlib import Path
from xml.etree import ElementTree

import markdown
from markdown.postprocessors import Postprocessor
from markdown.preprocessors import Preprocessor
from markdown.treeprocessors import Treeprocessor

from evidence import records
from evidence.blocks import EXPECTED_OUTPUT, Block, every_block, extract, pages
from evidence.environments import Environment, read_environments
from evidence.notes import end_of_list, marker_under
from evidence.outcomes import Behaviour, behaviours, kind, new_lines, spans
from evidence.outputs import extent
from evidence.records import Record, RecordedOutcome
from evidence.tables import Table, beneath, on, render, ticks

log = logging.getLogger("mkdocs.evidence")  # What it warns of makes a strict build fail.
TABLE = re.compile(r"<!-- evidence: (?P<name>[\w-]+) -->$")
LINE = re.compile(r'<span id="__span-[\d-]+">( *)')  # of code, by pymdownx.highlight
PRINTS = re.compile(
    rf'{re.escape(EXPECTED_OUTPUT)}\s*<div class="language-text highlight"><pre>(?:<span></span>)?<code>(.*?)</code>',
    re.DOTALL,
)
NEWLINE = "\n"
LISTING = re.compile(r'(<div class="language-\w+ highlight"[^>]*)>(.*?)(?=</div>)', re.DOTALL)
SEVERAL = 3  # other behaviours that the line under a block tells; the list below it has all
SHORT = 90  # characters of an output that the line under a block repeats


class Evidence(markdown.Extension):
    def extendMarkdown(self, md):  # noqa: N802 (Python-Markdown's name)
        # After white space is normalised (30), which would take a placeholder out; before fences are read (25).
        tables: dict[str, str] = {}  # by their placeholder
        md.preprocessors.register(AddEvidence(md, tables), "evidence", 27)
        # As elements, so that the builder checks and rewrites their links (0), and before it numbers headings (5).
        md.treeprocessors.register(AddTables(md, tables), "evidence-tables", 15)
        md.treeprocessors.register(HeadMessages(md), "evidence-messages", 4)
        # After what was stored is put back (30).
        md.postprocessors.register(Lighten(), "evidence-lighten", 20)


class AddEvidence(Preprocessor):
    def __init__(self, md, tables: dict[str, str]):
        super().__init__(md)
        self.tables = tables

    def run(self, lines: list[str]) -> list[str]:
        try:
            found = extract("\n".join(lines))
        except RuntimeError:
            return lines  # The page's tests say what is wrong with it.
        self.tables.clear()
        records = all_records()
        for number, line in enumerate(lines):
            if wanted := TABLE.match(line):
                lines[number] = self.md.htmlStash.store(line)
                self.tables[lines[number]] = wanted["name"]
        lines += ["", self.md.htmlStash.store(known_environments(records)), ""]
        insert(lines, found, lambda block: self.md.htmlStash.store("".join(evidence(block, records))))
        return lines


def insert(lines: list[str], found: Sequence, made: Callable[[Block], str]) -> None:
    """Put under each Python block, of those that `extract` found in the lines, and its notes what is made of it."""
    for code in reversed([each for each in found if each.syntax == "python"]):
        block = Block("", code.lineno, code.code, code.expected_output)
        indent = re.match(r"\s*", lines[block.line - 1])[0]
        _, end = extent(lines, block)
        if (marker := marker_under(lines, block)) is not None:
            end = end_of_list(lines, marker)
        lines[end:end] = ["", indent + made(block), ""]


class AddTables(Treeprocessor):
    def __init__(self, md, tables: dict[str, str]):
        super().__init__(md)
        self.tables = tables

    def run(self, root: ElementTree.Element) -> None:
        for place, element in enumerate(root):
            if element.tag == "p" and element.text in self.tables:
                root[place] = ElementTree.fromstring(table(self.tables[element.text]))


class HeadMessages(Treeprocessor):
    """Make each message of the index of errors a heading, which the search finds, after the contents are listed (5)."""

    def run(self, root: ElementTree.Element) -> None:
        for element in root.iter("pre"):
            if element.get("class") == "error":
                element.tag = "h3"


class Lighten(Postprocessor):
    def run(self, text: str) -> str:
        return lighten(text)


def lighten(html: str) -> str:
    """Take away what weighs much and says nothing, in a page's listings and in the search's index.

    Most of code, names, operators, punctuation and spaces, is not coloured and loses its marks. A line keeps, instead
    of its number, how far it is indented: a phone breaks it, and indents what follows by more. A listing tells how
    many lines it has, so that the style sheet can leave it until it is near. What a block prints is not in the index,
    and is no `code`: Material would measure it twice and give it a button.
    """
    html = re.sub(r'<span class="[nopw]">([^<]*)</span>', r"\1", html)
    html = LINE.sub(lambda line: f'<span class="in{len(line[1])}">{line[1]}' if line[1] else "<span>", html)
    html = PRINTS.sub(r'<div class="language-text highlight" data-search-exclude><pre><samp>\1</samp>', html)
    return LISTING.sub(lambda found: f'{found[1]} style="--lines:{found[2].count(NEWLINE)}">{found[2]}', html)


def evidence(block: Block, records: Mapping[str, Record]) -> Iterator[str]:
    """Yield the HTML that tells what a block did in all environments."""
    environments = list(read_environments().values())
    found = behaviours(block, environments, records)
    if unknown := [each for each in found if each.outcome is None]:
        for page, line in sorted(places(block)):
            where = spans(unknown[0].environments, environments)
            log.warning("%s:%d: the block is not recorded in %s: python -m evidence record %s", page, line, where, page)
    yield f'<div class="evidence" data-search-exclude data-block="{block.digest}">'
    alone = f"{on(found[0].environments)} data-is={state(block, found[0])}" if len(found) == 1 else ""
    yield f"<p{alone}>{summary(block, found, environments)}</p>"
    if len(found) > 1 or len(found[0].wordings) > 1:
        yield "<details><summary>What each Keras does</summary><ul>"
        for each in found:
            yield f"<li{on(each.environments)} data-is={state(block, each)}>"
            yield from listed(block, each, environments)
            yield "</li>"
        yield f"</ul><p>For tf.keras, {code('keras')} was made to mean {code('tensorflow.keras')}.</p></details>"
    yield "</div>"


def places(block: Block) -> set[tuple[str, int]]:
    """Return where a block stands; an extension is not told which page it works on."""
    return {(each.page, each.line) for each in every_block() if each.digest == block.digest}


def known_environments(records: Mapping[str, Record]) -> str:
    """Return the names of the environments by their numbers, for the script."""
    names = [
        [each.key, spans([each], [each]), beneath(each, records[each.key])] for each in read_environments().values()
    ]
    return f'<script type="application/json" id="environments">{json.dumps(names)}</script>'


def state(block: Block, behaviour: Behaviour) -> str:
    """Name a behaviour for the style sheet and the script: as shown, other, lacking the idiom, or unknown."""
    if behaviour.outcome is None:
        return "unknown"
    if behaviour.needs:
        return "lacking"
    return "shown" if kind(block, behaviour.outcome) == kind(block, shown(block)) else "other"


def shown(block: Block) -> RecordedOutcome:
    return RecordedOutcome(block.expected_output or "")


def summary(block: Block, found: list[Behaviour], environments: list[Environment]) -> str:
    """Say in one quiet line where a block does the same, and where not."""
    by_state: dict[str, list[Behaviour]] = {}
    for each in found:
        by_state.setdefault(state(block, each), []).append(each)

    def where(those: list[Behaviour]) -> str:
        return spans([environment for each in those for environment in each.environments], environments)

    parts = []
    others = sorted(by_state.get("other", []), key=lambda each: len(each.environments), reverse=True)
    if others:
        parts.append("<strong>Depends on your Keras.</strong>")
    if same := by_state.get("shown"):
        everywhere = len(found) == 1
        parts.append(
            f"The same on every Keras measured: {where(same)}."
            if everywhere
            else f"{'As above' if others else 'The same'} on {where(same)}."
        )
    parts += [f"On {where([each])} {in_short(block, each)}." for each in others[:SEVERAL]]
    if others[SEVERAL:]:
        parts.append(f"Something else again on {where(others[SEVERAL:])}.")
    if lacking := by_state.get("lacking"):
        reasons = f": {ticks(lacking[0].needs)}" if len(lacking) == 1 else ", which lack what it is written with"
        parts.append(f"Not applicable on {where(lacking)}{reasons}.")
    if unknown := by_state.get("unknown"):
        parts.append(f"<strong>Not measured</strong> on {where(unknown)}.")
    return " ".join(parts)


def in_short(block: Block, behaviour: Behaviour) -> str:
    """Say in a few words what a block does that is not what the page shows."""
    outcome = behaviour.outcome
    if outcome.error:
        return f"it raises {code(outcome.error)}" + (f" at line {outcome.line}" if outcome.line else "")
    text = " / ".join(new_lines(block.expected_output or "", outcome.output))
    if not text:
        return "it prints less"
    return f"it prints {code(text if len(text) <= SHORT else text[:SHORT] + '…')}"


def listed(block: Block, behaviour: Behaviour, environments: list[Environment]) -> Iterator[str]:
    """Yield a behaviour in full, with its wordings."""
    where = spans(behaviour.environments, environments)
    if behaviour.needs:
        yield f"{where}: not applicable, {ticks(behaviour.needs)}"
    elif len(behaviour.wordings) == 1:
        yield f"{where}: {told(block, behaviour.outcome)}"
    else:
        yield f"{where}: the same in {len(behaviour.wordings)} wordings<ul>"
        for wording, those in behaviour.wordings:
            yield f"<li{on(those)}>{spans(those, environments)}: {told(block, wording)}</li>"
        yield "</ul>"


def told(block: Block, outcome: RecordedOutcome | None) -> str:
    """Tell an outcome in full."""
    if outcome is None:
        return "not measured"
    if outcome == shown(block):
        return "as above"
    if not outcome.error:
        return f"prints<pre>{escape(outcome.output, quote=False)}</pre>"
    text = f"{outcome.output}{outcome.error}: {outcome.message}"
    return f"raises{f' at line {outcome.line}' if outcome.line else ''}<pre>{escape(text, quote=False)}</pre>"


def code(text: str) -> str:
    return f"<code>{escape(text, quote=False)}</code>"


def all_records() -> dict[str, Record]:
    """Return the records of all environments by key; an empty one for a record of other packages than are listed."""
    return read_records(records_written())


def records_written() -> tuple[int, ...]:
    return written(sorted(records.FOLDER.glob("*.json")))


def written(paths: Iterable[Path]) -> tuple[int, ...]:
    return tuple(path.stat().st_mtime_ns for path in paths)


def table(name: str) -> str:
    """Return the HTML of the table called `name`."""
    return render(name, known())


def known() -> Table:
    """Return all blocks and records, read again only if a page or a record has changed."""
    return read_all(records_written(), written(pages()))


@functools.lru_cache(maxsize=1)
def read_all(of_records: tuple[int, ...], of_pages: tuple[int, ...]) -> Table:
    return Table(read_records(of_records))


# MkDocs makes a new renderer for each page; `mkdocs serve` sees new records all the same.
@functools.lru_cache(maxsize=1)
def read_records(written: tuple[int, ...]) -> dict[str, Record]:
    found = {key: records.load(key) for key in read_environments()}
    return {
        key: Record(key) if records.is_stale(record, read_environments()[key].pins) else record
        for key, record in found.items()
    }


def makeExtension(**options):  # noqa: N802 (Python-Markdown's name)
    return Evidence(**options)
