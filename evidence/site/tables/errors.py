"""The index of error messages."""

from __future__ import annotations

import ast
import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping
from html import escape

from evidence.findings.known_errors import KnownError, Message, known_errors, messages
from evidence.findings.measurements import Measurements
from evidence.findings.ranges import in_words, join_words
from evidence.site.html import code, code_spans, counted, slug
from evidence.site.links import page_link, section_links, title

WITHOUT_AN_ERROR = "docs/errors/no-error-but-wrong.md"  # It doesn't explain any message.


def error_index(measurements: Measurements, family_name: str) -> Iterator[str]:
    """Yield the messages of a family that no newer one raises, below the pages that explain them.

    Pages about errors come first, then the pages with the most messages. Within a page, the messages that it shows come
    first: people ask about these, not about a backend that can't `fit`, although most blocks raise that there.
    """
    errors = [error for error in known_errors(measurements) if error.family == family_name]
    by_page: dict[str, list[Message]] = {}
    titles = titles_of_errors(measurements)
    for message in messages(errors):
        by_page.setdefault(explaining_page(message, titles), []).append(message)
    for page in sorted(by_page, key=lambda page: ("/errors/" not in page, -len(by_page[page]), page)):
        heading = slug(page.removeprefix("docs/").removesuffix(".md"))
        yield f'<h2 id="{heading}" data-search-exclude="">{page_link(page)}</h2>'  # The search finds the page itself.
        for message in sorted(by_page[page], key=lambda message: (-times_shown(message), -len(message.blocks))):
            yield from message_entry(message, measurements)


def times_shown(message: Message) -> int:
    """Return how many of the blocks show it in the output on their page."""
    return sum(
        error.message in (block.expected_output or "")
        for error in message.wordings
        if error.message
        for block in error.blocks
    )


def explaining_page(message: Message, titles: Mapping[str, str]) -> str:
    """Return the page that explains a message: the one with the most blocks that show it, preferably about errors.

    `titles`: those of the pages about errors. A page with the message as its title beats all others.
    """
    count = Counter(block.page for block in message.blocks)
    called_so = [page for page in titles if titles[page] in message.wordings[0].message]
    about_errors = [page for page in titles if page in count]
    return min(called_so or about_errors or count, key=lambda page: (not page.startswith("docs/"), -count[page]))


def titles_of_errors(measurements: Measurements) -> dict[str, str]:
    """Return the titles of the pages about errors, without the type: "object has no attribute"."""
    pages = dict.fromkeys(block.page for block in measurements.blocks if "/errors/" in block.page)
    return {page: title(page).rpartition("Error: ")[2] for page in pages if page != WITHOUT_AN_ERROR}


def message_entry(message: Message, measurements: Measurements) -> Iterator[str]:
    """Yield a message, where it occurs and what to read about it, with its other wordings folded.

    A block that catches several types may not say which one it caught.
    """
    by_text: dict[str, KnownError] = {}  # It may be raised as several types.
    for error in message.wordings:
        by_text.setdefault(error.message, error)
    first, *others = by_text.values()
    yield wording(first)
    types = join_words([code(name) for name in message.types])
    yield f"<p>{types or 'Raised'} on {in_words(message.environments, measurements.environments)}."
    idioms = {error.missing_idiom for error in message.wordings}
    if None not in idioms:
        idiom = first.missing_idiom or ""
        what = " the example uses" if idiom.startswith("line ") else f": the example {code_spans(idiom)}"
        yield f" These releases lack a feature{what}."
    yield f" What to do: {section_links(message.blocks)}.</p>"
    if others:
        yield f"<details><summary>{counted(len(others), 'other wording')}</summary>"
        yield from map(wording, others)
        yield "</details>"


def wording(error: KnownError) -> str:
    """Show a message; put the type before a bare value, such as the key of a `KeyError`, as a traceback does."""
    text = f"{error.type}: {error.message}" if is_value(error.message) else error.message or "(no message)"
    return f'<pre class="error" id="{error_id(error)}">{escape(text)}</pre>'


def is_value(message: str) -> bool:
    try:
        ast.literal_eval(message)
    except (SyntaxError, ValueError):
        return False
    return True


def error_id(error: KnownError) -> str:
    """Return an id to link to, which stays the same as long as the message does."""
    return f"error-{hashlib.sha256(f'{error.type}: {error.message}'.encode()).hexdigest()[:8]}"
