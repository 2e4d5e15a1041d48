"""A Python-Markdown extension that says under each block what it does in the other environments.

It adds Markdown to the page's source before it is rendered, indented as the block is: so it works in lists, tabs
and admonitions, and under any builder that renders with Python-Markdown.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator

import markdown
from markdown.preprocessors import Preprocessor

from evidence import records
from evidence.blocks import Block, extract
from evidence.environments import read_environments
from evidence.outputs import extent, fence_for


class Evidence(markdown.Extension):
    def extendMarkdown(self, md):  # noqa: N802 (Python-Markdown's name)
        # Before white space is normalised (30): that expands the tabs that a block's digest is made of.
        md.preprocessors.register(AddEvidence(md), "evidence", 35)


class AddEvidence(Preprocessor):
    def run(self, lines: list[str]) -> list[str]:
        try:
            found = extract("\n".join(lines))
        except RuntimeError:
            return lines  # The page's tests say what is wrong with it.
        for code in reversed([block for block in found if block.syntax == "python"]):
            block = Block("", code.lineno, code.code, code.expected_output)
            indent = re.match(r"\s*", lines[block.line - 1])[0]
            _, end = extent(lines, block)
            lines[end:end] = [indent + line if line else line for line in evidence(block)]
        return lines


def evidence(block: Block) -> Iterator[str]:
    """Yield lines of Markdown that tell what a block does in the other environments."""
    pinned = records.RecordedOutcome(block.expected_output or "")
    groups = records.by_outcome(block, all_records())
    # First those that do the same, or "the same" would seem to mean what stands above it.
    for done, labels in sorted(groups.items(), key=lambda group: group[0] != pinned):
        where = " and ".join([", ".join(labels[:-1]), labels[-1]] if labels[1:] else labels)
        if done == pinned:
            text, output = f"Prints the same on {where}.", ""
            if not block.expected_output:
                text = f"Holds on {where} too."
        elif done is None:
            text, output = f"Not yet recorded on {where}.", ""
        elif done.error:
            error = f"{done.error}: {done.message}"
            place = f"line {done.line} of the block" if done.line else "the block"
            text, output = f"On {where}, {place} ends in:", f"{done.output}{error}"
            if not done.output and "\n" not in error:
                ticks = fence_for(error)
                text, output = f"On {where}, {place} ends in {ticks} {error} {ticks}.", ""
        else:
            text, output = f"On {where} it prints:", done.output
        yield from ["", text, "{ .evidence }", ""]
        if output:
            ticks = fence_for(output)
            yield from [f"{ticks}text", *output.rstrip("\n").split("\n"), ticks, ""]


def all_records() -> dict[str, records.Record]:
    """Return the records of all environments by their label."""
    return read_records(tuple(path.stat().st_mtime_ns for path in sorted(records.FOLDER.glob("*.json"))))


@functools.cache  # MkDocs makes a new renderer for each page; `mkdocs serve` sees new records all the same.
def read_records(written: tuple[int, ...]) -> dict[str, records.Record]:
    environments = read_environments().values()
    return {environment.label: records.load(environment.key) for environment in environments}


def makeExtension(**options):  # noqa: N802 (Python-Markdown's name)
    return Evidence(**options)
