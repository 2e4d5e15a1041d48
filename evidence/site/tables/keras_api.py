"""The table of methods and attributes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import groupby

from evidence.findings.keras_api import CLASSES, blocks_using, members
from evidence.findings.measurements import Measurements
from evidence.site.html import code_spans, counted, slug
from evidence.site.links import MANY, page_link

TITLES = "Name", "What it does to structure, and where it is used"


def api_table(measurements: Measurements) -> Iterator[str]:
    """Yield the methods and attributes by class: what each does to structure, and the pages whose blocks use it."""
    counts, listed = blocks_using(measurements.blocks), members()
    for class_name in CLASSES:
        module = "keras.layers" if class_name == "Layer" else "keras"
        yield f'<h2 id="{slug(class_name)}"><code>{module}.{class_name}</code></h2>'
        yield '<table class="api"><thead><tr>'
        yield "".join(f'<th scope="col">{title}</th>' for title in TITLES)
        yield "</tr></thead><tbody>"
        for member in listed:
            if member.defined_in == class_name and member.covered:
                name = member.name.replace("_", "_<wbr />")
                yield f'<tr id="{class_name.lower()}-{member.name}"><th scope="row"><code>{name}</code></th>'
                yield f"<td>{code_spans(member.text)}{used_on(counts.get(member.name, {}))}</td></tr>"
        yield "</tbody></table>"
    yield '<h2 id="not-covered">Not covered</h2>'
    for class_name in CLASSES:
        left_out = [member for member in listed if member.defined_in == class_name and not member.covered]
        if left_out:
            yield f"<p>Of <code>{class_name}</code>, because each is</p><ul>"
            left_out.sort(key=lambda member: member.text)
            for reason, left_out_for_it in groupby(left_out, key=lambda member: member.text):
                names = ", ".join(f"<code>{member.name}</code>" for member in left_out_for_it)
                yield f"<li>{code_spans(reason)}: {names}</li>"
            yield "</ul>"


def used_on(counts: Mapping[str, int]) -> str:
    """Return links to the pages that use a member, most blocks first."""
    pages = sorted((page for page in counts if page.startswith("docs/")), key=lambda page: (-counts[page], page))
    links = [page_link(page) for page in pages]
    html = f'<p data-search-exclude="">{", ".join(links[:MANY])}</p>'
    if rest := links[MANY:]:
        more = f"<summary>{counted(len(rest), 'more page')}</summary><p>{', '.join(rest)}</p>"
        html += f'<details data-search-exclude="">{more}</details>'
    return html
