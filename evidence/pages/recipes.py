"""Finds the recipes on a page: blocks that readers use on their own models.

The line above such a block is `<!-- recipe: TASK -> RESULT -->`. TASK is what it should do, the name of a task in
`evidence/running/in_keras/after_surgery/tasks.py`; RESULT is the variable that holds the model, or the answer,
afterwards. Readers replace the block's lines from `# Put yours here: NAMES` to `# Keep this:`. These lines set NAMES,
and nothing below depends on anything else that they set. So a trial can put another model in their place, as a reader
does.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from evidence.pages.blocks import Block, blocks_in, page_name, page_paths, read_text
from evidence.pages.lint import Problem

MARKER = re.compile(r"\s*<!-- recipe: (?P<task>\w+) -> (?P<result>\w+) -->$")
ANY_MARKER = re.compile(r"\s*<!--\s*recipe\b")
YOURS = re.compile(r"# Put yours here: (?P<names>\w+(?:, \w+)*)$")
KEPT = re.compile(r"# Keep this:$")
HEADING = re.compile(r"#+ .*\{ ?#(?P<id>[\w-]+) ?\}$")


@dataclass(frozen=True)
class Recipe:
    """A block to use on the reader's own model."""

    block: Block
    heading: str  # the id of the heading above it
    task: str
    result: str  # the variable that holds the new model
    names: tuple[str, ...]  # of the variables that the reader sets
    code: str  # the block without the reader's lines

    @property
    def address(self) -> str:
        """Where it is read, from the folder `docs`: "how-to/cut-a-functional-model.md#cut"."""
        return f"{self.block.page.removeprefix('docs/')}#{self.heading}"


def all_recipes() -> list[Recipe]:
    return [recipe for path in page_paths() for recipe in recipes_in(path)]


def recipes_in(path: Path) -> list[Recipe]:
    """Return the recipes on a page that have nothing wrong with them; none if the page can't be read."""
    try:
        text = read_text(path)
        blocks = blocks_in(page_name(path), text)
    except (RuntimeError, UnicodeDecodeError):
        return []
    return [found for found in recipes_and_problems(page_name(path), text, blocks) if isinstance(found, Recipe)]


def check_recipes(path: Path, blocks: Sequence[Block]) -> Iterator[Problem]:
    """Yield what is wrong with the recipes of a page. The page must be readable, and `blocks` all its blocks."""
    for found in recipes_and_problems(page_name(path), read_text(path), blocks):
        if isinstance(found, Problem):
            yield found


def recipes_and_problems(page: str, text: str, blocks: Sequence[Block]) -> Iterator[Recipe | Problem]:
    lines = text.split("\n")
    blocks_by_line = {block.line: block for block in blocks}
    headings: set[str] = set()
    marked: set[int] = set()  # the lines of the blocks that have a marker
    heading = None
    for number, line in enumerate(lines, 1):
        if match := HEADING.match(line):
            heading = match["id"]
        if not ANY_MARKER.match(line):
            continue
        below = next((n for n in range(number + 1, len(lines) + 1) if lines[n - 1].strip()), 0)
        marker, block = MARKER.match(line), blocks_by_line.get(below)
        marked.add(below)
        if not marker:
            yield Problem(page, number, "write this marker as <!-- recipe: TASK -> RESULT -->.")
        elif not block:
            yield Problem(page, number, "no block follows this marker. Put it right above the recipe's block.")
        elif not heading or heading in headings:
            yield Problem(page, number, "a recipe needs a heading with an id to itself: ## What it does {#id}")
        else:
            headings.add(heading)
            yield read_recipe(block, heading, marker["task"], marker["result"])
    for block in blocks:
        if block.line not in marked and any(map(YOURS.match, block.code.split("\n"))):
            yield Problem(
                page, block.line, "above a block with `# Put yours here:` goes <!-- recipe: TASK -> RESULT -->."
            )


def read_recipe(block: Block, heading: str, task: str, result: str) -> Recipe | Problem:
    """Take the reader's lines out of a recipe's block."""
    lines = block.code.split("\n")
    start = next((index for index, line in enumerate(lines) if YOURS.match(line)), None)
    end = next((index for index, line in enumerate(lines) if KEPT.match(line)), None)
    if start is None or end is None or end < start:
        return Problem(
            block.page,
            block.line,
            "a recipe shows what is the reader's: before those lines goes `# Put yours here: NAMES`, after them "
            "`# Keep this:`.",
        )
    names = tuple(str(YOURS.sub(r"\g<names>", lines[start])).split(", "))
    # Blank lines keep the numbers of the others.
    code = "\n".join([*lines[:start], *[""] * (end - start), *lines[end:]])
    return Recipe(block, heading, task, result, names, code)
