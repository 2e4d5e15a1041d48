"""Closes what pytest-codeblocks leaves open: see `evidence/pages/blocks.py`, `unexecuted_code.py` and `runner.py`.

pytest-codeblocks finds the pages, their blocks and the expected outputs. Here each page gets one more test, which
fails for what would otherwise be passed over in silence, and each block runs in a process of its own.
"""

from __future__ import annotations

import difflib
import itertools

import pytest
from pytest_codeblocks.plugin import MarkdownFile, TestBlock

from evidence.pages import notes, unexecuted_code
from evidence.pages.blocks import Block, page_name
from evidence.pages.lint import read_page
from evidence.running.execution import Execution, Outcome

DIFFERENCE_LINES = 60
execution = pytest.StashKey[Execution]()


@pytest.hookimpl(wrapper=True)
def pytest_collect_file(file_path, parent):
    collectors = yield
    return [
        Page.from_parent(parent, path=file_path) if type(collector) is MarkdownFile else collector
        for collector in collectors
    ]


def pytest_collection_finish(session):
    """Start all selected blocks at once: they run while pytest goes from one to the next."""
    blocks = [item.block for item in session.items if isinstance(item, PageBlock)]
    if blocks and not session.config.option.collectonly:
        session.config.stash[execution] = Execution(blocks)


def pytest_unconfigure(config):
    if execution in config.stash:
        config.stash[execution].close()


class Page(MarkdownFile):
    def collect(self):
        blocks, problems = read_page(self.path)
        yield PageCheck.from_parent(self, name="page", blocks=blocks, problems=problems)
        for block in blocks:
            yield PageBlock.from_parent(self, name=f"line {block.line}", block=block)


class PageCheck(pytest.Item):
    """Fails for whatever on a page would not be executed, or not as its writer meant."""

    def __init__(self, blocks, problems, **kwargs):
        super().__init__(**kwargs)
        self.blocks, self.problems = blocks, problems

    def runtest(self):
        problems = self.problems or [
            *unexecuted_code.check_listings(self.path, self.blocks, unexecuted_code.read_exemptions()),
            *notes.check_notes(self.path, self.blocks),
        ]
        if problems:
            raise BlockError("\n".join(map(str, problems)) + f"\n\nThen: pytest {page_name(self.path)}")

    def repr_failure(self, excinfo):
        return message(excinfo) or super().repr_failure(excinfo)

    def reportinfo(self):
        return self.path, None, f"{page_name(self.path)} page"


class PageBlock(TestBlock):
    """A block, run by `evidence.running.runner` instead of in pytest's own process."""

    def __init__(self, block: Block, **kwargs):
        super().__init__(**kwargs)
        self.obj = self.block = block

    def runtest(self):
        try:
            outcome = self.config.stash[execution].outcome(self.block)
        except RuntimeError as error:
            raise BlockError(f"{self.block.page}:{self.block.line}: {error}") from None
        if failure := compare(self.block, outcome):
            raise BlockError(failure)

    def repr_failure(self, excinfo):
        return message(excinfo) or pytest.Item.repr_failure(self, excinfo)

    def reportinfo(self):
        return self.path, self.block.line - 1, f"{self.block.page}:{self.block.line}"


class BlockError(Exception):
    """Its message is all that a contributor needs to see."""


def message(excinfo) -> str | None:
    return str(excinfo.value) if isinstance(excinfo.value, BlockError) else None


def compare(block: Block, outcome: Outcome) -> str | None:
    """Say what is wrong with a block's outcome, and the command that mends it; `None` if nothing is."""
    alone = f'Run it alone: pytest "{block.page}::line {block.line}"'
    if error := outcome.error:
        place = f"{block.page}:{error.line or block.line}"
        return f"{place}: {error.type}: {error.message}\n\n{error.traceback}\n{alone}"
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
        shown += f"... and {more} lines more\n"
    return (
        f"{block.page}:{block.line}: the block printed something else.\n\n{shown}\n"
        f"{alone}\nIf the new output is right: python -m evidence record {block.page}"
    )
