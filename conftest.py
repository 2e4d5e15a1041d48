"""Runs the blocks of the pages as tests.

pytest-codeblocks finds the pages. Here each page gets one more test, which fails for whatever silently goes untested
or breaks a rule (see `evidence/pages/check.py`), and each block runs in its own process (see
`evidence/running/runner.py`).
"""

from __future__ import annotations

import difflib
import functools
import itertools
import os
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import pytest
from pytest_codeblocks.plugin import MarkdownFile

from evidence.pages.blocks import Block, page_name
from evidence.pages.check import check_page
from evidence.pages.guide import Guide, read_guide
from evidence.pages.lint import read_page
from evidence.running import new_blocks, records
from evidence.running.environments import pinned_environment
from evidence.running.execution import Execution, Outcome
from evidence.running.unrecorded import unrecorded_blocks
from evidence.site.tables import TABLES

DIFFERENCE_LINES = 60
execution = pytest.StashKey[Execution]()
again = pytest.StashKey[Execution]()  # of the blocks that are new


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
    if not blocks or session.config.option.collectonly:
        return
    new = new_blocks.new_blocks(blocks)
    seconds = dict.fromkeys(new, new_blocks.SECONDS)
    session.config.stash[execution] = Execution(blocks, seconds=seconds)
    if new:
        session.config.stash[again] = Execution(new, seconds=seconds)


def pytest_unconfigure(config: pytest.Config) -> None:
    for key in execution, again:
        if key in config.stash:
            config.stash[key].close()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say in one line what the workflow Record will add, so that the author need not do it."""
    if line := unrecorded_blocks():
        terminalreporter.write_line(line)


@functools.cache
def guide() -> Guide:
    """Read what one page's check needs to know about the others."""
    return read_guide(TABLES.keys())


class Page(pytest.File):
    def collect(self) -> Iterator[pytest.Item]:
        yield PageCheck.from_parent(self, name="page")
        for block in read_page(self.path)[0]:
            yield PageBlock.from_parent(self, name=f"line {block.line}", block=block)


class PageCheck(pytest.Item):
    """Fails if something on a page would not be executed, or not in the way its author meant."""

    def runtest(self) -> None:
        if problems := check_page(self.path, guide()):
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
        stash = self.config.stash
        try:
            outcome = stash[execution].outcome(self.block)
            is_new = again in stash and stash[again].has(self.block)
            second = stash[again].outcome(self.block) if is_new else None
        except RuntimeError as error:
            pytest.fail(f"{self.block.page}:{self.block.line}: {error}", pytrace=False)
        if failure := explain_failure(self.block, outcome, second):
            pytest.fail(failure, pytrace=False)

    def reportinfo(self) -> tuple[os.PathLike[str], int | None, str]:
        return self.path, self.block.line - 1, f"{self.block.page}:{self.block.line}"


def explain_failure(block: Block, outcome: Outcome, second: Outcome | None = None) -> str | None:
    """Return what is wrong with a block's outcome, and the command to run next; `None` if it is as expected.

    `second`: the outcome of another run, if the block is new.
    """
    run_alone = f'Run it alone: pytest "{block.page}::line {block.line}"'
    if error := outcome.error:
        location = f"{block.page}:{error.line or block.line}"
        return f"{location}: {error.type}: {error.message}\n\n{error.traceback}\n{run_alone}"
    if second and (varies := new_blocks.what_varies(block, outcome, second)):
        return varies
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
    return f"{block.page}:{block.line}: the block printed something else.\n\n{shown}\n{run_alone}\n{mend(block)}"


def mend(block: Block) -> str:
    """Return what to do about a block with unexpected output."""
    recorded = records.load(pinned_environment().key).outcomes.get(block.digest)
    if recorded and recorded.output == block.expected_output:  # So `record` has nothing to do.
        return (
            "It printed what the page shows when it was recorded. If it no longer does, with the packages in "
            "requirements.txt, its output varies: print only what doesn't vary.\n"
            f"If the new output is right: python -m evidence record --all {block.page}"
        )
    return f"If the new output is right: python -m evidence record {block.page}"
