"""The index of error messages."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from html import escape
from itertools import groupby

from evidence.findings.families import newest_family
from evidence.findings.measurements import Measurements, idiom_missing_in
from evidence.findings.ranges import spans
from evidence.site.html import code_spans, slug
from evidence.site.links import section_links


def error_index(table: Measurements, of: str) -> Iterator[str]:
    """Each error message of a family that none newer raises, by type: where it comes, and what to read about it."""
    found = {error: blocks for error, blocks in table.messages.items() if newest_family(blocks) == of}
    in_order = sorted(found, key=lambda each: (each[0].lower(), each[1].lower()))
    for kind, group in groupby(in_order, key=lambda each: each[0]):
        yield f'<h2 id="{slug(kind)}">{escape(kind)}</h2>'
        for error in group:
            blocks = found[error]
            where = {environment for those in blocks.values() for environment in those}
            lacking = idiom_missing_in(table, *next(iter(blocks.items())))
            yield f'<pre class="error" id="{error_id(*error)}">{escape(error[1] or "(no message)")}</pre>'
            yield f"<p>On {spans(where, table.environments)}."
            if lacking:
                what = "" if lacking.startswith("line ") else f": it {code_spans(lacking)}"
                yield f" Such a release lacks what the block is written with{what}."
            yield f" What to do: {section_links(blocks)}.</p>"


def error_id(kind: str, message: str) -> str:
    """Return what links to a message: the same as long as its words are."""
    return f"error-{hashlib.sha256(f'{kind}: {message}'.encode()).hexdigest()[:8]}"
