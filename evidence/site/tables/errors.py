"""The index of error messages."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from html import escape

from evidence.findings.known_errors import KnownError, Message, known_errors, messages
from evidence.findings.measurements import Measurements
from evidence.findings.ranges import in_words, join_words
from evidence.site.html import code, code_spans, counted, slug
from evidence.site.links import page_link, section_links


def error_index(measurements: Measurements, family_name: str) -> Iterator[str]:
    """Yield the messages of a family that no newer one raises, below the pages that explain them.

    The pages with the most come first; those about errors, and their messages that most blocks show, before others.
    """
    errors = [error for error in known_errors(measurements) if error.family == family_name]
    by_page: dict[str, list[Message]] = {}
    for message in messages(errors):
        by_page.setdefault(explaining_page(message), []).append(message)
    for page in sorted(by_page, key=lambda page: ("/errors/" not in page, -len(by_page[page]), page)):
        heading = slug(page.removeprefix("docs/").removesuffix(".md"))
        yield f'<h2 id="{heading}" data-search-exclude="">{page_link(page)}</h2>'  # The search finds the page itself.
        for message in sorted(by_page[page], key=lambda message: -len(message.blocks)):
            yield from message_entry(message, measurements)


def explaining_page(message: Message) -> str:
    """Return the page that explains a message: the one with the most blocks that show it, a page about errors first."""
    count = Counter(block.page for block in message.blocks)
    return min(count, key=lambda page: ("/errors/" not in page, not page.startswith("docs/"), -count[page]))


def message_entry(message: Message, measurements: Measurements) -> Iterator[str]:
    """Yield a message, where it occurs and what to read about it; its other wordings are folded."""
    first, *others = message.wordings
    yield wording(first)
    yield f"<p>{join_words([code(name) for name in message.types])}"
    yield f" on {in_words(message.environments, measurements.environments)}."
    idioms = {error.missing_idiom for error in message.wordings}
    if None not in idioms:
        idiom = first.missing_idiom or ""
        what = "" if idiom.startswith("line ") else f": it {code_spans(idiom)}"
        yield f" Such a release lacks something that the block is written with{what}."
    yield f" What to do: {section_links(message.blocks)}.</p>"
    if others:
        yield f"<details><summary>{counted(len(others), 'other wording')}</summary>"
        yield from map(wording, others)
        yield "</details>"


def wording(error: KnownError) -> str:
    return f'<pre class="error" id="{error_id(error)}">{escape(error.message or "(no message)")}</pre>'


def error_id(error: KnownError) -> str:
    """Return an id to link to, which stays the same as long as the message does."""
    return f"error-{hashlib.sha256(f'{error.type}: {error.message}'.encode()).hexdigest()[:8]}"
