"""Runs the blocks that a save changed, and keeps what they print and what is wrong with their page."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from evidence.pages import lint, outputs
from evidence.pages.blocks import Block, page_name
from evidence.pages.lint import Problem
from evidence.running import records
from evidence.running.environments import Environment
from evidence.running.execution import Outcome
from evidence.running.records import RecordedOutcome
from evidence.serving.kerases import Kerases, Ticket
from evidence.site.page_problems import problems_of

AT_A_TIME = 8  # blocks waiting for the runner, which runs as many at a time as there are cores


CHECK_SECONDS = 0.5  # from a save to the page's check


class UnknownBlockError(LookupError):
    """A block that a page doesn't have, or no longer has, or that has not run."""


@dataclass
class Current:
    """What a block has done since it was changed."""

    ticket: Ticket = field(default_factory=Ticket)
    outcome: Outcome | None = None  # once it has ended
    failure: str = ""  # of Keras itself


class SavedPages:
    """Knows the blocks of the pages as they are on disk.

    If the pinned environment's record lacks a block, the block runs once in that environment when its page is saved or
    opened. `publish` gets the path of a page whose blocks have news.
    """

    def __init__(self, kerases: Kerases, pinned: Environment | None, publish: Callable[[Path], object]) -> None:
        self._kerases, self._pinned, self._publish = kerases, pinned, publish
        self._lock = threading.Lock()  # guards what follows
        self._current: dict[str, Current] = {}  # by digest
        self._digests: dict[Path, set[str]] = {}  # for each page that was saved or opened
        self._further: dict[Path, list[Problem]] = {}  # what `check` found on the current version of a page
        self._timers: dict[Path, threading.Timer] = {}  # of pages waiting for their check
        self._pool = ThreadPoolExecutor(AT_A_TIME, thread_name_prefix="saved")

    def saved(self, paths: Iterable[Path]) -> None:
        """Run the blocks that are new on pages, and stop those that are no longer on any page."""
        recorded = self._recorded()
        for path in paths:
            blocks, _ = read(path)
            with self._lock:
                self._further.pop(path, None)
                self._digests[path] = {block.digest for block in blocks}
                known = {digest for digest, current in self._current.items() if not current.failure}
                new = [block for block in blocks if block.digest not in {*recorded, *known}]
                for block in new if self._pinned else []:
                    self._current[block.digest] = Current()
                    self._pool.submit(self._run, path, block, self._current[block.digest])
        with self._lock:
            here = set().union(*self._digests.values())
            for digest in self._current.keys() - here:
                self._current.pop(digest).ticket.stop()

    def opened(self, path: Path) -> None:
        """Do for an opened page what a save does, once."""
        if path not in self._digests:
            self.saved([path])
            self.check_soon(path)

    def check_soon(self, path: Path) -> None:
        """Check a page once it is on the screen: checking it first would delay it."""
        with self._lock:
            if path in self._timers:
                self._timers[path].cancel()
            timer = self._timers[path] = threading.Timer(CHECK_SECONDS, self.check, [path])
            timer.daemon = True
            timer.start()

    def check(self, path: Path) -> None:
        """Look for the problems of a page that take longer to find."""
        try:
            text = path.read_bytes()
            _, problems = read(path)
            if problems:
                return  # These may hide the others.
            further = [problem for problem in problems_of([path]) if problem.page == page_name(path)]
            if path.read_bytes() != text:
                return  # It has been saved again, and will be checked again.
        except Exception:  # half-typed text that a check reads for the second time
            return
        with self._lock:
            changed = self._further.get(path, []) != further
            self._further[path] = further
        if changed:
            self._publish(path)

    def look(self, path: Path) -> dict[str, Any]:
        """Return what a page's reader should see: its blocks, and what is wrong with it."""
        recorded = self._recorded()
        blocks, problems = read(path)
        with self._lock:
            described = [describe(block, self._current.get(block.digest), recorded) for block in blocks]
            problems = problems or self._further.get(path, [])
        return {
            "page": page_name(path),
            "blocks": described,
            "problems": [{"line": problem.line, "text": problem.text} for problem in problems],
        }

    def take_over(self, path: Path, digest: str) -> None:
        """Write what a block printed into its page; `UnknownBlockError` if it has nothing, `OSError` if that fails."""
        blocks, _ = read(path)
        chosen = [block for block in blocks if block.digest == digest]
        with self._lock:
            current = self._current.get(digest)
        recorded = self._recorded().get(digest)
        outcome = current.outcome if current else recorded
        if not chosen or not outcome or outcome.error:
            raise UnknownBlockError(f"{page_name(path)} has no block {digest} that has run without an error")
        outputs.write_expected_outputs(path, dict.fromkeys(chosen, outcome.output))

    def close(self) -> None:
        with self._lock:
            for timer in self._timers.values():
                timer.cancel()
            for current in self._current.values():
                current.ticket.stop()
        self._pool.shutdown(cancel_futures=True)

    def _recorded(self) -> dict[str, RecordedOutcome]:
        return records.load(self._pinned.key).outcomes if self._pinned else {}

    def _run(self, path: Path, block: Block, current: Current) -> None:
        assert self._pinned
        try:
            current.outcome = self._kerases.run(self._pinned, block, current.ticket)
        except RuntimeError as error:
            current.failure = str(error)  # The next save tries again.
        self._publish(path)


def read(path: Path) -> tuple[list[Block], list[Problem]]:
    """Return a page's blocks and the problems that are quick to find; none if the page is gone."""
    try:
        return lint.read_page(path)
    except FileNotFoundError:
        return [], []


def describe(block: Block, current: Current | None, recorded: dict[str, RecordedOutcome]) -> dict[str, Any]:
    """Describe what a block does now, and whether its page says the same."""
    described: dict[str, Any] = {"digest": block.digest, "line": block.line, "code": block.code}
    if current and current.outcome:
        outcome = current.outcome
        shown = not outcome.error and outcome.output == (block.expected_output or "")
        return described | outcome_as_json(outcome) | {"state": "on the page" if shown else "not recorded yet"}
    if current:
        return described | {"state": "failed" if current.failure else "running", "failure": current.failure}
    known = recorded.get(block.digest)
    if known and not known.error and known.output != (block.expected_output or ""):
        return described | {"state": "not on the page", "output": known.output, "error": None}
    return described | {"state": "recorded" if known else "not run"}


def outcome_as_json(outcome: Outcome) -> dict[str, Any]:
    error = vars(outcome.error) if outcome.error else None
    return {"output": outcome.output, "error": error, "seconds": round(outcome.seconds, 3)}
