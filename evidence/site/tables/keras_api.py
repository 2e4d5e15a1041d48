"""The table of methods and attributes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import groupby

from evidence.findings import keras_api
from evidence.findings.measurements import Measurements
from evidence.site.html import code_spans, counted, slug
from evidence.site.links import MANY, page_link


def api_table(table: Measurements) -> Iterator[str]:
    """The methods and attributes by class: what each does to structure, and the pages whose blocks use it."""
    uses, members = keras_api.uses(table.blocks), keras_api.members()
    for name in keras_api.CLASSES:
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
                yield f"<td>{code_spans(each.text)}{used_on(uses.get(each.name, {}))}</td></tr>"
        yield "</tbody></table>"
    yield '<h2 id="not-covered">Not covered</h2>'
    for name in keras_api.CLASSES:
        left_out = [each for each in members if each.of == name and not each.covered]
        if left_out:
            yield f"<p>Of <code>{name}</code>, because each is</p><ul>"
            for reason, those in groupby(sorted(left_out, key=lambda each: each.text), key=lambda each: each.text):
                yield f"<li>{code_spans(reason)}: {', '.join(f'<code>{each.name}</code>' for each in those)}</li>"
            yield "</ul>"


def used_on(uses: Mapping[str, int]) -> str:
    """Return links to the pages that use a member, those that use it most first."""
    found = [page for page in sorted(uses, key=lambda page: (-uses[page], page)) if page.startswith("docs/")]
    links = [page_link(page) for page in found]
    html = f'<p data-search-exclude="">{", ".join(links[:MANY])}</p>'
    if rest := links[MANY:]:
        more = f"<summary>{counted(len(rest), 'page')} more</summary><p>{', '.join(rest)}</p>"
        html += f'<details data-search-exclude="">{more}</details>'
    return html
