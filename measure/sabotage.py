"""Breaks Keras in small ways, one at a time, and sees whether a block notices.

Each fault in sabotage.toml is a mistake that a Keras maintainer could make. It is made in a copy of Keras that the
blocks import, and the first block whose outcome differs from its record has noticed it. If no block notices a fault, no
block shows the claim that it breaks.
"""

from __future__ import annotations

import contextlib
import functools
import importlib.util
import json
import os
import queue
import re
import shutil
import tempfile
import time
import tomllib
from collections.abc import Collection, Generator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, replace
from pathlib import Path

from evidence.files import ROOT, replace_file
from evidence.pages import blocks
from evidence.pages.blocks import Block
from evidence.running import environments, records
from evidence.running.environments import Environment
from evidence.running.execution import Execution
from evidence.running.recording import LIMITS
from evidence.running.records import Record

FAULTS = Path(__file__).with_suffix(".toml")
NOTICED = ROOT / ".cache" / "sabotage.json"  # by the name of a fault, the digest of the block that noticed it last
TARGET = 0.97  # of the faults
CORES = os.cpu_count() or 1


class SabotageError(Exception):
    """Why faults can't be tried, and what to do about it."""


@dataclass(frozen=True)
class Fault:
    """A small mistake in Keras."""

    name: str
    file: str  # below keras/src
    was: str  # occurs exactly once in the file
    becomes: str
    breaks: str  # a claim in the guide that no longer holds
    page: str  # that makes the claim

    @property
    def path(self) -> Path:
        return Path("keras", "src", self.file)

    @property
    def words(self) -> set[str]:
        """The names from Keras that the claim is about."""
        return {word for code in re.findall("`([^`]+)`", self.breaks) for word in re.findall(r"[A-Za-z_]\w+", code)}


@dataclass(frozen=True)
class Finding:
    """Which block noticed a fault, if any."""

    fault: Fault
    noticed_by: Block | None
    seconds: float


@functools.cache
def read_faults() -> Sequence[Fault]:
    """Return the faults in the order of the file."""
    return tuple(Fault(**entry) for entry in tomllib.loads(FAULTS.read_text(encoding="utf-8"))["faults"])


def chosen_faults(names: Collection[str], file: str | None) -> list[Fault]:
    """Return the faults with these names, or all; if given, only those in `file`. `SabotageError` if there are none."""
    known = {fault.name: fault for fault in read_faults()}
    if unknown := [name for name in names if name not in known]:
        raise SabotageError(f"{', '.join(unknown)}: no such fault. They are listed in measure/{FAULTS.name}")
    chosen = [known[name] for name in names or known]
    if file and not (chosen := [fault for fault in chosen if fault.file == file]):
        raise SabotageError(f"{file}: no such fault in this file of Keras. They are listed in measure/{FAULTS.name}")
    return chosen


def installed_packages() -> Path:
    """Return the folder that Keras is installed in, without importing it; `SabotageError` if it isn't installed."""
    found = importlib.util.find_spec("keras")
    if not found or not found.origin:
        raise SabotageError("Keras is not installed. To install it: pip install -r requirements.txt")
    return Path(found.origin).parent.parent


@contextlib.contextmanager
def copy_of_keras() -> Iterator[Path]:
    """Yield a folder for Python's path with a copy of the installed Keras.

    It has the same name as the folder that packages are installed in, so paths in messages are recorded the same way.
    It includes compiled files, which stay valid because the copies keep their times: Python compiles only a file with a
    fault.
    """
    with tempfile.TemporaryDirectory(prefix="sabotage-") as folder:
        packages = Path(folder, "site-packages")
        shutil.copytree(installed_packages() / "keras", packages / "keras")
        yield packages


@contextlib.contextmanager
def broken(packages: Path, fault: Fault) -> Iterator[None]:
    """Make a fault in a copy of Keras, and undo it afterwards; `SabotageError` unless it has exactly one place."""
    path = packages / fault.path
    code = path.read_text(encoding="utf-8")
    if (count := code.count(fault.was)) != 1:
        raise SabotageError(
            f"{fault.name}: in {fault.path}, `was` occurs {count} times. Fix it in measure/{FAULTS.name}"
        )
    intact = path.rename(path.with_suffix(".intact"))
    try:
        path.write_text(code.replace(fault.was, fault.becomes), encoding="utf-8")
        yield
    finally:
        intact.replace(path)


class Witnesses:
    """The blocks, what they do in the pinned environment, and the processes running them."""

    def __init__(self, environment: Environment, every_block: Sequence[Block], record: Record) -> None:
        if missing := records.missing(record, every_block):
            pages = " ".join(dict.fromkeys(block.page for block in missing))
            raise SabotageError(f"Not all blocks are recorded. To record them: python -m evidence record {pages}")
        self.blocks = list({block.digest: block for block in every_block}.values())
        self._environment = environment
        self._record = record
        self._running: set[Execution] = set()
        self._noticed: dict[str, str] = json.loads(NOTICED.read_text(encoding="utf-8")) if NOTICED.exists() else {}

    def in_order(self, fault: Fault) -> list[Block]:
        """Return the blocks in an order that soon finds one to notice the fault.

        The block that noticed it last time comes first, then those on its page, then those with its words.
        """
        words, last = fault.words, self._noticed.get(fault.name)

        def later(block: Block) -> tuple[bool, bool, int]:
            return block.digest != last, block.page != fault.page, -sum(word in block.code for word in words)

        return sorted(self.blocks, key=later)

    def remember(self, finding: Finding) -> None:
        """Remember which block noticed a fault, for next time."""
        if finding.noticed_by:
            self._noticed[finding.fault.name] = finding.noticed_by.digest
            NOTICED.parent.mkdir(exist_ok=True)
            replace_file(NOTICED, json.dumps(self._noticed, indent=1).encode())

    def first_to_notice(self, fault: Fault, packages: Path) -> Block | None:
        """Return the first block that behaves differently with a fault."""
        to_run = self.in_order(fault)
        with broken(packages, fault), contextlib.closing(self.differing(to_run, 1, packages)) as differing:
            try:
                return next(differing, None)
            except RuntimeError as error:
                raise SabotageError(f"{fault.name}: {error}\nFix it in measure/{FAULTS.name}") from error

    def differing(
        self, to_run: Sequence[Block], jobs: int, packages: Path | None = None
    ) -> Generator[Block, None, None]:
        """Yield each block that differs from its record, on the Keras in `packages` or the installed one.

        Closing the iterator stops blocks that still run. `RuntimeError` if Keras can't be imported.
        """
        on_path = {"PYTHONPATH": str(packages), "PYTHONDONTWRITEBYTECODE": "1"} if packages else {}
        variables = self._environment.variables | on_path
        python = self._environment.interpreter
        with Execution(to_run, python=python, variables=variables, limits=LIMITS, jobs=jobs) as execution:
            self._running.add(execution)
            try:
                for block, outcome in execution.outcomes():
                    # A warning alone isn't a different behaviour: it does not count as noticed.
                    did = records.recorded(block, replace(outcome, stderr=""))
                    if did != replace(self._record.outcomes[block.digest], warnings=None):
                        yield block
            finally:
                self._running.discard(execution)

    def stop(self) -> None:
        """Stop the running blocks; whatever waits for them gets a `RuntimeError`."""
        for execution in list(self._running):
            execution.close()


def run(faults: Sequence[Fault]) -> list[str]:
    """Try the faults, and print which block notices which; return the problems, if any.

    Raises `SabotageError`.
    """
    pinned = next(environment for environment in environments.read_environments().values() if environment.pinned)
    witnesses = Witnesses(pinned, blocks.all_blocks(), records.load(pinned.key))
    findings, start = [], time.perf_counter()
    width = max(len(fault.name) for fault in faults)
    try:
        for finding in tried(faults, witnesses):
            findings.append(finding)
            witnesses.remember(finding)
            place = location(finding.noticed_by) if finding.noticed_by else "no block"
            print(f"{finding.fault.name:{width}}  {finding.seconds:3.0f} s  {place}", flush=True)
    except KeyboardInterrupt:
        summary(findings, time.perf_counter() - start)
        return [f"Interrupted: {len(faults) - len(findings)} faults were not tried."]
    problems = summary(findings, time.perf_counter() - start)
    noticing = list(dict.fromkeys(finding.noticed_by for finding in findings if finding.noticed_by))
    for block in witnesses.differing(noticing, CORES):
        # It may have noticed something other than the fault.
        problems.append(
            f"{location(block)} differs from its record even on the unchanged Keras. "
            f"To record it again: python -m evidence record --all {block.page}"
        )
    return problems


def location(block: Block) -> str:
    return f"{block.page}:{block.line}"


def tried(faults: Sequence[Fault], witnesses: Witnesses) -> Iterator[Finding]:
    """Try as many faults at a time as there are cores, each in its own copy of Keras; yield what was found."""
    copies: queue.SimpleQueue[Path] = queue.SimpleQueue()

    def try_one(fault: Fault) -> Finding:
        packages, start = copies.get(), time.perf_counter()
        try:
            return Finding(fault, witnesses.first_to_notice(fault, packages), time.perf_counter() - start)
        finally:
            copies.put(packages)

    with contextlib.ExitStack() as stack, ThreadPoolExecutor(CORES) as pool:
        for _ in range(CORES):
            copies.put(stack.enter_context(copy_of_keras()))
        try:
            for future in as_completed([pool.submit(try_one, fault) for fault in faults]):
                yield future.result()
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            witnesses.stop()
            raise


def summary(findings: Sequence[Finding], seconds: float) -> list[str]:
    """Print how many faults were noticed, and which were not; return the problems, if any."""
    unnoticed = [finding.fault for finding in findings if not finding.noticed_by]
    share = 1 - len(unnoticed) / len(findings) if findings else 0.0
    print(
        f"\n{len(findings) - len(unnoticed)} of {len(findings)} faults noticed: {share:.1%} "
        f"(target: at least {TARGET:.0%}), in {seconds / 60:.0f} minutes"
    )
    for fault in unnoticed:
        print(f"No block shows: {fault.breaks} ({fault.name}, {fault.path}; {fault.page})")
    return [] if share >= TARGET else ["Too few are noticed. Show each claim listed above in a block."]
