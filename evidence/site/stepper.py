"""Draws a block's models after each of its statements, for the reader to step through.

All steps are listed one below the other; `theme/stepper.js` shows one at a time. Steps that differ in other
environments are published as files, and the script fetches the one for the reader's Keras.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

from evidence.findings.measurements import Measurements, current_measurements
from evidence.findings.ranges import in_words
from evidence.pages.blocks import Block
from evidence.running import steps
from evidence.running.environments import Environment
from evidence.running.steps import Steps
from evidence.site.html import code, data_on
from evidence.site.statements import label, statement_at, uses
from evidence.site.step_lanes import START, lanes

LEGEND = """<details><summary>How to read it</summary><p>You can also step with the arrow keys, or swipe.</p>
<dl><dt>List</dt>
<dd>what the model has. Private: only in Keras's own list, <code>_layers</code>. A copy: what <code>model.layers</code>
returned to this line, and what the line did to it. The next read returns a new one.</dd>
<dt>Graph</dt>
<dd>a box is one call of a layer; the model's name is below its output. Dashed: left over from before.
<code>?</code> is any number.</dd>
<dt>Traces</dt>
<dd>what <code>predict</code> and <code>fit</code> have traced, with the layers whose weights each trace uses.
Stale: made from other layers than the model has now. <strong>ran now</strong>: this step ran it, as seen on
TensorFlow 2. Other backends don't show which one runs.</dd>
<dt>Python ran</dt>
<dd>the layers whose <code>call</code> ran: to make a trace or, on PyTorch, each time. No Python: TensorFlow or JAX
ran an existing trace by itself.</dd>
</dl></details>"""

FOLDER = "steps"  # on the site, for the files of other environments


@dataclass(frozen=True)
class Variant:
    """The steps that a block's models go through in some environments."""

    digest: str
    environments: Sequence[Environment]
    steps: Steps

    def path(self, block: Block) -> str:
        return f"{FOLDER}/{block.digest}-{self.digest}.json"


def variants(block: Block, measurements: Measurements) -> list[Variant]:
    """Return what a block's models go through, the pinned environment's steps first; none if it wasn't watched."""
    groups: dict[str, list[Environment]] = {}
    for environment in sorted(measurements.environments, key=lambda environment: not environment.pinned):
        if digest := measurements.steps(block, environment):
            groups.setdefault(digest, []).append(environment)
    return [Variant(digest, group, steps.load(block.digest, digest)) for digest, group in groups.items()]


def stepper(block: Block, measurements: Measurements) -> Iterator[str]:
    """Yield the HTML of a block's steps in the pinned environment, with links to the others."""
    found = [variant for variant in variants(block, measurements) if variant.steps]
    if not found:
        return
    shown, others = found[0], found[1:]
    on = data_on(shown.environments, measurements.environments)
    yield f'<figure class="stepper" data-search-exclude aria-label="The program above, step by step"{on}>'
    yield LEGEND
    yield steps_html(block, shown.steps)
    if others:
        yield "<details><summary>Step through it on another Keras</summary><ul>"
        for variant in others:
            where = in_words(variant.environments, measurements.environments)
            on = data_on(variant.environments, measurements.environments)
            yield f'<li{on}><a data-steps="{variant.path(block)}">{escape(where)}</a></li>'
        yield "</ul></details>"
    yield "</figure>"


def add_steps(files: Files, config: MkDocsConfig) -> None:
    """Add a file to the site for each set of steps that differs from the steps on the page."""
    measurements = current_measurements()
    watched = {block.digest: block for block in measurements.blocks if block.watched}
    for block in watched.values():
        for variant in variants(block, measurements)[1:]:
            content = json.dumps({"steps": steps_html(block, variant.steps)})
            files.append(File.generated(config, variant.path(block), content=content))


def steps_html(block: Block, program: Steps) -> str:
    """Return the list of the steps that use a model, change one, or print."""
    parts, before, program_lanes = ['<ol class="steps">'], START, lanes(program)
    for step in program:
        statement = statement_at(block.code, step["line"])
        same = all(before[part] == step[part] for part in ("models", "nodes"))
        if same and not step["printed"] and not uses(statement, step["models"]):
            continue
        lines, name = statement.count("\n") + 1, escape(label(statement, step["models"]))
        parts.append(
            f'<li data-line="{step["line"]}" data-lines="{lines}" data-label="{name}"><p>{code(statement)}</p>'
        )
        for lane, html in program_lanes.items():
            if content := html(before, step, statement):
                changed = ' class="changed"' if "<ins" in content or "<del" in content else ""
                parts.append(f'<div data-lane="{lane}"{changed}><b>{lane}</b><span>{content}</span></div>')
        parts.append("</li>")
        before = step
    return "".join([*parts, "</ol>"])
