"""The lists of what each release changed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from html import escape, unescape
from itertools import groupby

from evidence.findings.behaviours import missing_idiom
from evidence.findings.changes import changes, new_lines
from evidence.findings.computes_with import NAMES, versions
from evidence.findings.families import family
from evidence.findings.measurements import Measurements
from evidence.findings.ranges import spans
from evidence.running import records
from evidence.running.environments import Environment, read_environments
from evidence.running.records import RecordedOutcome
from evidence.site.html import code_spans, counted, slug
from evidence.site.links import heading_of, section_link, section_links

SHORT = 120  # characters of an outcome in a list


def what_changed(table: Measurements, of: str) -> Iterator[str]:
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
            idiom = [each for each in differences if missing_idiom(each[0], each[1]) or missing_idiom(each[0], each[2])]
            yield '<ul data-search-exclude="">'
            for block, before, after in differences:
                if (block, before, after) not in idiom:
                    yield f"<li>{section_link(block)}: {difference(before, after)}</li>"
            yield "</ul>"
            if idiom:
                yield f"<p>{counted(len(idiom), 'block')} can be run on only one of the two:</p>"
                yield '<ul data-search-exclude="">'
                lacking = sorted(
                    (missing_idiom(b, before) or missing_idiom(b, after), b.page, b.line, b)
                    for b, before, after in idiom
                )
                for words, those in groupby(lacking, key=lambda each: each[0]):
                    yield f"<li>{code_spans(words)}: {section_links(block for *_, block in those)}</li>"
                yield "</ul>"


def changes_as_text(keys: Iterable[str]) -> Iterator[str]:
    """Yield lines of Markdown that say what some releases changed, for those who review a new one."""
    keys, table = set(keys), Measurements({key: records.load(key) for key in read_environments()})
    for newer, older, differences in changes(table.blocks, table.environments, table.records):
        if newer.key not in keys:
            continue
        yield f"## {spans([newer], [newer])} after {older.label}\n"
        yield f"{as_markdown(changed_with(table, older, newer))}\n"
        for block, before, after in differences:
            words = as_markdown(difference(before, after))
            yield f"- {block.page}:{block.line} {heading_of(block).text}: {words}"
        yield "" if differences else "No block behaves differently.\n"


def as_markdown(html: str) -> str:
    return unescape(re.sub(r"</?code>", "`", re.sub(r"</?strong>", "**", html)))


def changed_with(table: Measurements, older: Environment, newer: Environment) -> str:
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


def difference(before: RecordedOutcome, after: RecordedOutcome) -> str:
    """Show only what differs of two outcomes."""
    old, new = only_in(before, after), only_in(after, before)
    if old and new:
        return f"{old} before, {new} now"
    return f"now also {new}" if new else f"no longer {old}"


def only_in(outcome: RecordedOutcome, other: RecordedOutcome) -> str:
    """Show what an outcome has and another has not."""
    parts = [" / ".join(new_lines(other.output, outcome.output))]
    if outcome.error:
        parts.append(f"{outcome.error}: {next(iter(outcome.message.splitlines()), '')}")
    text = " / ".join(part for part in parts if part)
    return f"<code>{escape(text if len(text) <= SHORT else text[:SHORT] + '…')}</code>" if text else ""
