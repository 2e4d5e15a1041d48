"""Runs the blocks of the pages as tests.

pytest-codeblocks finds the pages. Here a page gets one more test, which fails for whatever would silently not be tested
(see `evidence/pages/lint.py` and `unexecuted_code.py`), and each block runs in a process of its own (see
`evidence/running/runner.py`).
"""

from __future__ import annotations

import difflib
import itertools
import os
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import pytest
from pytest_codeblocks.plugin import MarkdownFile

from evidence.pages.blocks import Block, page_name
from evidence.pages.lint import Problem, read_page
from evidence.pages.notes import check_notes
from evidence.pages.picture_fences import check_pictures
from evidence.pages.recipes import check_recipes
from evidence.pages.unexecuted_code import check_listings, read_exemptions
from evidence.running.execution import Execution, Outcome

DIFFERENCE_LINES = 60
execution = pytest.StashKey[Execution]()


@pytest.hookimpl(wrapper=True)
def pytest_collect_file(
    file_path: Path, parent: pytest.Collector
) -> Generator[None, list[pytest.Collector], list[pytest.Collector]]:
    collectors = yield
    return [
        Page.from_parent(parent, path=file_path) if isinstance(collector, MarkdownFile) else collector
        for collector in collectors
    ]


def pytest_collection_finish(session: pytest.Session) -> None:
    """Start all selected blocks at once: they run while pytest waits for one after the other."""
    blocks = [item.block for item in session.items if isinstance(item, PageBlock)]
    if blocks and not session.config.option.collectonly:
        session.config.stash[execution] = Execution(blocks)


def pytest_unconfigure(config: pytest.Config) -> None:
    if execution in config.stash:
        config.stash[execution].close()


class Page(pytest.File):
    def collect(self) -> Iterator[pytest.Item]:
        blocks, problems = read_page(self.path)
        yield PageCheck.from_parent(self, name="page", blocks=blocks, problems=problems)
        for block in blocks:
            yield PageBlock.from_parent(self, name=f"line {block.line}", block=block)


class PageCheck(pytest.Item):
    """Fails if something on a page would not be executed, or not as its author meant it."""

    def __init__(self, blocks: list[Block], problems: list[Problem], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.blocks, self.problems = blocks, problems

    def runtest(self) -> None:
        problems = self.problems or [
            *check_listings(self.path, self.blocks, read_exemptions()),
            *check_notes(self.path, self.blocks),
            *check_pictures(self.path, self.blocks),
            *check_recipes(self.path, self.blocks),
        ]
        if problems:
            text = "\n".join(map(str, problems))
            pytest.fail(f"{text}\n\nThen: pytest {page_name(self.path)}", pytrace=False)

    def reportinfo(self) -> tuple[os.PathLike[str], int | None, str]:
        return self.path, None, f"{page_name(self.path)} page"


class PageBlock(pytest.Item):
    """A block, run by `evidence.running.runner` instead of in pytest's own process."""

    def __init__(self, block: Block, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.block = block

    def runtest(self) -> None:
        try:
            outcome = self.config.stash[execution].outcome(self.block)
        except RuntimeError as error:
            pytest.fail(f"{self.block.page}:{self.block.line}: {error}", pytrace=False)
        if failure := explain_failure(self.block, outcome):
            pytest.fail(failure, pytrace=False)

    def reportinfo(self) -> tuple[os.PathLike[str], int | None, str]:
        return self.path, self.block.line - 1, f"{self.block.page}:{self.block.line}"


def explain_failure(block: Block, outcome: Outcome) -> str | None:
    """Return what is wrong with a block's outcome, and the command to run next; `None` if it is as expected."""
    run_alone = f'Run it alone: pytest "{block.page}::line {block.line}"'
    if error := outcome.error:
        location = f"{block.page}:{error.line or block.line}"
        return f"{location}: {error.type}: {error.message}\n\n{error.traceback}\n{run_alone}"
    if block.expected_output is None or outcome.output == block.expected_output:
        return None
    difference = difflib.unified_diff(
        block.expected_output.splitlines(keepends=True),
        outcome.output.splitlines(keepends=True),
        f"{block.page}:{block.line} (expected)",
        "printed",
    )
    shown = "".join(itertools.islice(difference, DIFFERENCE_LINES))
    if more := sum(1 for _ in difference):
        shown += f"... and {more} more lines\n"
    return (
        f"{block.page}:{block.line}: the block printed something else.\n\n{shown}\n"
        f"{run_alone}\nIf the new output is right: python -m evidence record {block.page}"
    )
