"""Makes what the pages of docs/reference/ show of all records, as HTML with links relative to that folder."""

from __future__ import annotations

import functools
import hashlib
import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape, unescape
from itertools import groupby

from evidence import api, records
from evidence.blocks import ROOT, Block, every_block, read_text
from evidence.environments import Environment, canonical, read_environments
from evidence.outcomes import between, changes, errors, needs, new_lines, spans
from evidence.records import Record, RecordedOutcome

FOLDER = "docs/reference"
SUBJECTS = "the-list", "pop", "after-pop", "inputs-and-outputs", "new-models"
QUESTIONS = [f"{FOLDER}/behaviour/{subject}.md" for subject in SUBJECTS]  # each block of theirs answers one
HEADING = re.compile(r"^(#+) (?P<text>.*?) *\{ ?#(?P<id>[\w-]+) ?\}$", re.MULTILINE)
NAMES = {"tensorflow": "TensorFlow", "jax": "JAX", "torch": "PyTorch", "openvino": "OpenVINO", "numpy": "NumPy"}
FAMILIES = "keras-3", "tf-keras", "keras-1-and-2"  # lines of Keras that share pages, newest first
SHORT = 120  # characters of an outcome in a list
MANY = 4  # links that are named before the others are folded, or counted


@dataclass(eq=False)  # each is its own key of a cache
class Table:
    """What there is to show: the blocks, where they stand, and what they did."""

    records: Mapping[str, Record]
    environments: list[Environment] = field(default_factory=lambda: list(read_environments().values()))
    blocks: list[Block] = field(default_factory=every_block)

    def outcome(self, block: Block, environment: Environment) -> RecordedOutcome | None:
        return self.records[environment.key].outcomes.get(block.digest)

    @functools.cached_property
    def messages(self) -> dict[tuple[str, str], dict[Block, list[Environment]]]:
        """By type and message of an error, the blocks that raised or printed it, and where.

        Blocks that came to their point come first.
        """
        found: dict[tuple[str, str], dict[Block, list[Environment]]] = {}
        for block in self.blocks:
            for environment in self.environments:
                outcome = self.outcome(block, environment)
                for error in errors(block, outcome) if outcome else ():
                    found.setdefault(error, {}).setdefault(block, []).append(environment)
        return {
            error: dict(sorted(those.items(), key=lambda each: lack(self, *each) is not None))
            for error, those in found.items()
        }


@functools.lru_cache(maxsize=16)  # A page shows it, and the page's Markdown.
def render(name: str, table: Table) -> str:
    """Return the HTML of the table called `name`; `KeyError` if there is none."""
    return '<div class="evidence-table">' + "".join(TABLES[name](table)) + "</div>"


def behaviour_table(table: Table) -> Iterator[str]:
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


def behaviour_row(table: Table, block: Block, lines: Sequence[Sequence[Environment]]) -> Iterator[str]:
    data = f'<a href="data/{block.digest}.json">Data</a>'
    yield f'<tr><th scope="row">{place(block)} {data}</th>'
    cells = [list(answers(table, block, line)) for line in lines]
    for together, same in groupby(cells, key=lambda cell: cell[0][0] if len(cell) == 1 else id(cell)):
        same = list(same)
        wide = f' colspan="{len(same)}"' if len(same) > 1 else ""
        if len(same[0]) == 1:
            said = f"{on(each for [(_, those)] in same for each in those)}>{escape(together)}"
            yield f"<td{wide}><span{said}</span></td>" if wide else f"<td{said}</td>"
            continue
        yield "<td>"
        for answer, those in same[0]:
            yield f"<div{on(those)}>{escape(answer)} <small>{between(those)}</small></div>"
        yield "</td>"
    yield "</tr>"


def answers(table: Table, block: Block, line: Sequence[Environment]) -> Iterator[tuple[str, list[Environment]]]:
    """Yield a line's answers to a block's question, newest first, each with its releases."""
    for answer, those in groupby(line, key=lambda each: answer_of(block, table.outcome(block, each))):
        yield answer, list(those)


def answer_of(block: Block, outcome: RecordedOutcome | None) -> str:
    if outcome is None:
        return "not measured"
    if needs(block, outcome):
        return "not applicable"
    return outcome.error or outcome.output.strip()


def family(environment: Environment) -> str:
    """Say whose pages tell of an environment."""
    return family_of(environment.line)


@functools.cache  # It is asked of each block and environment.
def family_of(line: str) -> str:
    return next(each for each in FAMILIES if slug(line).startswith(each))


def what_changed(table: Table, of: str) -> Iterator[str]:
    """By line and release of a family, newest first: the blocks that behave differently from the release before."""
    members = [each for each in table.environments if family(each) == of]
    found = list(changes(table.blocks, members, table.records))
    level = "h3" if len({each.line for each in members}) > 1 else "h2"
    for name, line in groupby(found, key=lambda change: change[0].line):
        if level == "h3":
            yield f'<h2 id="{slug(name)}">{escape(name)}</h2>'
        for newer, older, differences in line:
            title = f"{spans([newer], [newer])} after {older.label}"
            yield f'<{level} id="{newer.key.replace(".", "-")}">{escape(title)}</{level}>'
            yield f'<p class="changed-with">{changed_with(table, older, newer)}</p>'
            if not differences:
                yield "<p>No block behaves differently.</p>"
                continue
            idiom = [each for each in differences if needs(each[0], each[1]) or needs(each[0], each[2])]
            yield '<ul data-search-exclude="">'
            for block, before, after in differences:
                if (block, before, after) not in idiom:
                    yield f"<li>{place(block)}: {difference(before, after)}</li>"
            yield "</ul>"
            if idiom:
                yield f"<p>{count(len(idiom), 'block')} can be run on only one of the two:</p>"
                yield '<ul data-search-exclude="">'
                lacking = sorted((needs(b, before) or needs(b, after), b.page, b.line, b) for b, before, after in idiom)
                for words, those in groupby(lacking, key=lambda each: each[0]):
                    yield f"<li>{ticks(words)}: {places(block for *_, block in those)}</li>"
                yield "</ul>"


def changes_as_text(keys: Iterable[str]) -> Iterator[str]:
    """Yield lines of Markdown that say what some releases changed, for those who review a new one."""
    keys, table = set(keys), Table({key: records.load(key) for key in read_environments()})
    for newer, older, differences in changes(table.blocks, table.environments, table.records):
        if newer.key not in keys:
            continue
        yield f"## {spans([newer], [newer])} after {older.label}\n"
        yield f"{as_text(changed_with(table, older, newer))}\n"
        for block, before, after in differences:
            words = as_text(difference(before, after))
            yield f"- {block.page}:{block.line} {heading_of(block).text}: {words}"
        yield "" if differences else "No block behaves differently.\n"


def as_text(html: str) -> str:
    return unescape(re.sub(r"</?code>", "`", re.sub(r"</?strong>", "**", html)))


def changed_with(table: Table, older: Environment, newer: Environment) -> str:
    """Say what else changed between two releases, and whether Keras stands alone."""
    before, after = (versions(table.records[each.key]) for each in (older, newer))
    changed = [
        f"{NAMES[name]} {before.get(name, 'none')} to {after.get(name, 'none')}"
        for name in (newer.backend, "numpy")
        if before.get(name) != after.get(name)
    ]
    if older.python != newer.python:
        changed.append(f"Python {older.python} to {newer.python}")
    if newer.module == "tensorflow.keras":
        changed = [each for each in changed if not each.startswith("TensorFlow")]
    if not changed:
        return "Nothing else that computes changed."
    return f"<strong>Not Keras alone</strong>: {escape(', '.join(changed))}."


def versions(record: Record) -> dict[str, str]:
    found = dict(each.split("==") for each in record.packages)
    if "tensorflow-cpu" in found:
        found["tensorflow"] = found["tensorflow-cpu"]
    return found


def beneath(environment: Environment, record: Record) -> str:
    """Name what Keras computes with: "TensorFlow 2.21.0, NumPy 2.4.6"."""
    found = versions(record)
    names = dict.fromkeys([environment.backend, "numpy"])
    return ", ".join(f"{NAMES[name]} {found[name]}" for name in names if name in found)


def difference(before: RecordedOutcome, after: RecordedOutcome) -> str:
    """Show only what differs of two outcomes."""
    old, new = in_short(before, after), in_short(after, before)
    if old and new:
        return f"{old} before, {new} now"
    return f"now also {new}" if new else f"no longer {old}"


def in_short(outcome: RecordedOutcome, other: RecordedOutcome) -> str:
    """Show what an outcome has and another has not."""
    parts = [" / ".join(new_lines(other.output, outcome.output))]
    if outcome.error:
        parts.append(f"{outcome.error}: {next(iter(outcome.message.splitlines()), '')}")
    text = " / ".join(part for part in parts if part)
    return f"<code>{escape(text if len(text) <= SHORT else text[:SHORT] + '…')}</code>" if text else ""


def error_index(table: Table, of: str) -> Iterator[str]:
    """Each error message of a family that none newer raises, by type: where it comes, and what to read about it."""
    found = {error: blocks for error, blocks in table.messages.items() if newest_family(blocks) == of}
    in_order = sorted(found, key=lambda each: (each[0].lower(), each[1].lower()))
    for kind, group in groupby(in_order, key=lambda each: each[0]):
        yield f'<h2 id="{slug(kind)}">{escape(kind)}</h2>'
        for error in group:
            blocks = found[error]
            where = {environment for those in blocks.values() for environment in those}
            lacking = lack(table, *next(iter(blocks.items())))
            yield f'<pre class="error" id="{error_id(*error)}">{escape(error[1] or "(no message)")}</pre>'
            yield f"<p>On {spans(where, table.environments)}."
            if lacking:
                what = "" if lacking.startswith("line ") else f": it {ticks(lacking)}"
                yield f" Such a release lacks what the block is written with{what}."
            yield f" What to do: {places(blocks)}.</p>"


def error_id(kind: str, message: str) -> str:
    """Return what links to a message: the same as long as its words are."""
    return f"error-{hashlib.sha256(f'{kind}: {message}'.encode()).hexdigest()[:8]}"


def lack(table: Table, block: Block, environments: Sequence[Environment]) -> str | None:
    return needs(block, table.outcome(block, environments[0]))


def newest_family(blocks: Mapping[Block, Iterable[Environment]]) -> str:
    """Say on whose page an error stands, given the blocks that met it and where."""
    return min((family(each) for those in blocks.values() for each in those), key=FAMILIES.index)


def environment_table(table: Table) -> Iterator[str]:
    """All environments: what runs in each, how long its blocks took, and when its record last changed."""
    yield '<table data-search-exclude=""><thead><tr>'
    for title in "Release", "Keras says", "Python", "Computes with", "Blocks", "Seconds", "Recorded":
        yield f'<th scope="col">{title}</th>'
    yield "</tr></thead><tbody>"
    for each in table.environments:
        record, seconds = table.records[each.key], records.load_seconds(each.key)
        took = f"{seconds.importing + sum(seconds.blocks.values()):.0f}" if seconds.blocks else ""
        cells = record.keras or "", seconds.python, beneath(each, record), str(len(record.outcomes)), took, seconds.date
        yield f'<tr id="{each.key.replace(".", "-")}"><th scope="row">{spans([each], table.environments)}</th>'
        yield (
            "".join(f"<td>{escape(cell)}</td>" for cell in cells)
            if record.outcomes
            else ('<td colspan="6">not measured here</td>')
        )
        yield "</tr>"
    yield "</tbody></table>"


def api_table(table: Table) -> Iterator[str]:
    """The methods and attributes by class: what each does to structure, and the pages whose blocks use it."""
    uses, members = api.uses(table.blocks), api.members()
    for name in api.CLASSES:
        yield f'<h2 id="{slug(name)}"><code>keras.{"layers." if name == "Layer" else ""}{name}</code></h2>'
        yield '<table class="api"><thead><tr>'
        yield "".join(
            f'<th scope="col">{title}</th>' for title in ("Name", "What it does to structure, and where it is used")
        )
        yield "</tr></thead><tbody>"
        for each in members:
            if each.of == name and each.covered:
                breaks = each.name.replace("_", "_<wbr />")
                yield f'<tr id="{name.lower()}-{each.name}"><th scope="row"><code>{breaks}</code></th>'
                yield f"<td>{ticks(each.text)}{used_on(uses.get(each.name, {}))}</td></tr>"
        yield "</tbody></table>"
    yield '<h2 id="not-covered">Not covered</h2>'
    for name in api.CLASSES:
        left_out = [each for each in members if each.of == name and not each.covered]
        if left_out:
            yield f"<p>Of <code>{name}</code>, because each is</p><ul>"
            for reason, those in groupby(sorted(left_out, key=lambda each: each.text), key=lambda each: each.text):
                yield f"<li>{ticks(reason)}: {', '.join(f'<code>{each.name}</code>' for each in those)}</li>"
            yield "</ul>"


def used_on(uses: Mapping[str, int]) -> str:
    """Return links to the pages that use a member, those that use it most first."""
    found = [page for page in sorted(uses, key=lambda page: (-uses[page], page)) if page.startswith("docs/")]
    links = [page_link(page) for page in found]
    html = f'<p data-search-exclude="">{", ".join(links[:MANY])}</p>'
    if rest := links[MANY:]:
        more = f"<summary>{count(len(rest), 'page')} more</summary><p>{', '.join(rest)}</p>"
        html += f'<details data-search-exclude="">{more}</details>'
    return html


@dataclass(frozen=True)
class Heading:
    """Where a block stands."""

    page: str
    text: str  # Markdown
    id: str

    @property
    def html(self) -> str:
        return ticks(self.text)


def heading_of(block: Block) -> Heading:
    """Return the nearest heading above a block."""
    return heading_in((ROOT / block.page).stat().st_mtime_ns, block)


@functools.cache
def heading_in(written: int, block: Block) -> Heading:
    """Return the nearest heading above a block of a page as it was written at a time."""
    lines = read_text(ROOT / block.page).split("\n")[: block.line]
    for line in reversed(lines):
        if found := HEADING.match(line):
            return Heading(block.page, found["text"], found["id"])
    return Heading(block.page, block.page, "")


def page_link(page: str) -> str:
    """Return a link to a page, with its title."""
    title = next(HEADING.finditer(read_text(ROOT / page)))["text"]
    return f'<a href="{posixpath.relpath(page, FOLDER)}">{ticks(title)}</a>'


def place(block: Block) -> str:
    """Return a link to the section that a block stands in; its page alone where that is not of the site."""
    heading = heading_of(block)
    if not block.page.startswith("docs/"):
        return f"<code>{escape(block.page)}</code>"
    return f'<a href="{posixpath.relpath(block.page, FOLDER)}#{heading.id}">{heading.html}</a>'


def places(blocks: Iterable[Block]) -> str:
    """Return links to the sections that blocks stand in; of many only the first."""
    found = list(dict.fromkeys(place(block) for block in blocks))
    rest = len(found) - MANY
    return ", ".join(found[:MANY]) + (f" and {rest} more" if rest > 0 else "")


def on(chosen: Iterable[Environment]) -> str:
    """Return the attribute that names environments to the script: their places as ranges."""
    keys = {each.key for each in chosen}
    ranges: list[list[int]] = []
    for number, key in enumerate(read_environments()):
        if key in keys and ranges and number == ranges[-1][1] + 1:
            ranges[-1][1] = number
        elif key in keys:
            ranges.append([number, number])
    return ' data-on="{}"'.format(" ".join(f"{a}-{b}" if a != b else f"{a}" for a, b in ranges))


def ticks(text: str) -> str:
    """Return a line of Markdown as HTML, its code marked."""
    return re.sub(r"`+ ?(.*?) ?`+", r"<code>\1</code>", escape(text, quote=False))


def count(number: int, noun: str) -> str:
    return f"{number} {noun}{'s' if number != 1 else ''}"


def slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", canonical(text)).strip("-")


TABLES = {
    "api": api_table,
    "behaviour": behaviour_table,
    "environments": environment_table,
    **{f"changes-{each}": functools.partial(what_changed, of=each) for each in FAMILIES},
    **{f"errors-{each}": functools.partial(error_index, of=each) for each in FAMILIES},
}
