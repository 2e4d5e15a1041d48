"""The lists of what each release changed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape, unescape
from itertools import groupby

from evidence.findings.changes import Change, Difference, changes, lines_only_in
from evidence.findings.computes_with import changed_together
from evidence.findings.families import family
from evidence.findings.measurements import Measurements, current_measurements
from evidence.findings.ranges import environment_name, join_words
from evidence.findings.release_notes import release_notes
from evidence.pages.blocks import Block
from evidence.running.records import RecordedOutcome
from evidence.site.html import code, code_spans, counted, date_in_words, shortened, slug
from evidence.site.links import heading_of, section_link, section_links

SHORT = 120  # longest outcome in a list, in characters
WARNING = 200  # longest warning, in characters
PLACES = 3  # how many blocks to name for a warning


def what_changed(measurements: Measurements, family_name: str) -> Iterator[str]:
    """Yield what each release of a family changed, by line, newest first."""
    environments = [environment for environment in measurements.environments if family(environment) == family_name]
    level = "h3" if len({environment.line for environment in environments}) > 1 else "h2"
    for line, of_line in groupby(changes(measurements, environments), key=lambda change: change.newer.line):
        if level == "h3":
            yield f'<h2 id="{slug(line)}">{escape(line)}</h2>'
        for change in of_line:
            yield f'<{level} id="{change.newer.key.replace(".", "-")}">{escape(change_title(change))}</{level}>'
            if note := release_notes().get(change.newer.key):
                yield f"<p>{code_spans(note)}</p>"
            released = f"Released {date_in_words(change.newer.released)}."
            if unrecorded := not_recorded(measurements, change):
                yield f"<p>{released} {unrecorded}</p>"
                continue
            yield f'<p class="changed-with">{released} {changed_with(measurements, change)}</p>'
            yield from change_list(change)


def change_list(change: Change) -> Iterator[str]:
    """Yield the blocks that behave differently, then those that only one of the two releases can run, by reason."""
    if not change.differences:
        yield "<p>No block behaves differently.</p>"
    if change.of_behaviour:
        yield '<ul data-search-exclude="">'
        for difference in change.of_behaviour:
            yield f"<li>{section_link(difference.block)}: {before_and_now(difference)}</li>"
        yield "</ul>"
    if change.of_idiom:
        yield f"<p>{counted(len(change.of_idiom), 'block')} can be run on only one of the two:</p>"
        yield '<ul data-search-exclude="">'
        for idiom, lacking in groupby(change.of_idiom, key=lambda pair: pair[0]):
            yield f"<li>{code_spans(idiom)}: {section_links(difference.block for _, difference in lacking)}</li>"
        yield "</ul>"
    for words, warnings in warnings_in_words(change):
        yield f'<p>{words}:</p><ul data-search-exclude="">'
        for warning, blocks in warnings.items():
            yield f"<li>{code(shortened(warning, WARNING))}: {section_links(blocks)}</li>"
        yield "</ul>"


def warnings_in_words(change: Change) -> Iterator[tuple[str, Mapping[str, Sequence[Block]]]]:
    """Yield the warnings that a release added, then those it dropped."""
    for words, warnings in ("Warns now", change.new_warnings), ("No longer warns", change.gone_warnings):
        if warnings:
            yield words, warnings


def changes_as_text(keys: Iterable[str]) -> Iterator[str]:
    """Yield lines of Markdown that say what some releases changed, for reviewers of a new one."""
    wanted, measurements = set(keys), current_measurements()
    for change in changes(measurements, measurements.environments):
        if change.newer.key in wanted:
            yield from change_as_text(measurements, change)


def change_as_text(measurements: Measurements, change: Change) -> Iterator[str]:
    """Yield lines of Markdown that say what a release changed."""
    yield f"## {change_title(change)}\n"
    if unrecorded := not_recorded(measurements, change):
        yield f"{unrecorded}\n"
        return
    yield f"{as_markdown(changed_with(measurements, change))}\n"
    for difference in change.differences:
        block = difference.block
        yield f"- {block.page}:{block.line} {heading_of(block).text}: {as_markdown(before_and_now(difference))}"
    yield "" if change.differences else "No block behaves differently.\n"
    for words, warnings in warnings_in_words(change):
        yield f"{words}:\n"
        for warning, blocks in warnings.items():
            pages = ", ".join(f"{block.page}:{block.line}" for block in blocks[:PLACES])
            more = f" and {len(blocks) - PLACES} more" if blocks[PLACES:] else ""
            yield f"- `{shortened(warning, WARNING)}`: {pages}{more}"
        yield ""


def as_markdown(html: str) -> str:
    return unescape(re.sub(r"</?code>", "`", re.sub(r"</?strong>", "**", html)))


def change_title(change: Change) -> str:
    return f"{environment_name(change.newer)} after {change.older.release_name}"


def not_recorded(measurements: Measurements, change: Change) -> str:
    """Say which of the two releases is not recorded, so that they can't be compared; "" if both are."""
    both = change.older, change.newer
    lacking = [environment_name(one) for one in both if not measurements.record(one).outcomes]
    return (
        f"Not compared: {join_words(lacking)} {'is' if len(lacking) == 1 else 'are'} not recorded." if lacking else ""
    )


def changed_with(measurements: Measurements, change: Change) -> str:
    """Say what else changed with a release, or that only Keras did."""
    others = changed_together(measurements, change.older, change.newer)
    if not others:
        backend = "" if change.newer.backend_name in {None, "NumPy"} else f"{change.newer.backend_name} and "
        return f"Same {backend}NumPy as before."
    return f"<strong>Not Keras alone</strong>: {escape(', '.join(others))}."


def before_and_now(difference: Difference) -> str:
    """Show only the lines that differ."""
    old = differing_lines(difference.before, difference.after)
    new = differing_lines(difference.after, difference.before)
    if old and new:
        return f"{old} before, {new} now"
    return f"now also {new}" if new else f"no longer {old}"


def differing_lines(outcome: RecordedOutcome, other: RecordedOutcome) -> str:
    """Show the lines of one outcome that another lacks."""
    text = " / ".join(line for line in lines_only_in(outcome, other) if line)
    return code(shortened(text, SHORT)) if text else ""
