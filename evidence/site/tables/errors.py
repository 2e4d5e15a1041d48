"""The index of error messages."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from html import escape
from itertools import groupby

from evidence.findings.known_errors import KnownError, known_errors
from evidence.findings.measurements import Measurements
from evidence.findings.ranges import in_words
from evidence.site.html import code_spans, slug
from evidence.site.links import section_links


def error_index(measurements: Measurements, family_name: str) -> Iterator[str]:
    """Yield the error messages of a family that no newer one raises, by type: where each occurs, and what to read."""
    errors = [error for error in known_errors(measurements) if error.family == family_name]
    for error_type, of_type in groupby(errors, key=lambda error: error.type):
        yield f'<h2 id="{slug(error_type)}">{escape(error_type)}</h2>'
        for error in of_type:
            yield f'<pre class="error" id="{error_id(error)}">{escape(error.message or "(no message)")}</pre>'
            yield f"<p>On {in_words(error.environments, measurements.environments)}."
            if error.missing_idiom:
                idiom = error.missing_idiom
                what = "" if idiom.startswith("line ") else f": it {code_spans(idiom)}"
                yield f" Such a release lacks what the block is written with{what}."
            yield f" What to do: {section_links(error.blocks)}.</p>"


def error_id(error: KnownError) -> str:
    """Return an id to link to, which stays the same as long as the message does."""
    return f"error-{hashlib.sha256(f'{error.type}: {error.message}'.encode()).hexdigest()[:8]}"
