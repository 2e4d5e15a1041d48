"""Runs blocks in environments, and writes what they did into the records and under the blocks."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from evidence.pages import blocks, lint, outputs
from evidence.pages.blocks import Block
from evidence.running import records
from evidence.running.environments import Environment
from evidence.running.execution import Execution, Limits, Outcome
from evidence.running.records import Record, Seconds

LIMITS = Limits(seconds=300)  # A record must not depend on how busy a machine is.
UNKNOWN_IMPORT, UNKNOWN_BLOCK = 6.0, 0.5  # seconds, for the time left where nothing was measured yet


@dataclass
class Plan:
    """What is to be run in one environment."""

    environment: Environment
    record: Record
    seconds: Seconds
    todo: list[Block]
    took: float = 0.0  # seconds of its import and of its blocks, once it was carried out

    def expected(self, block: Block) -> float:
        return self.seconds.blocks.get(block.digest, UNKNOWN_BLOCK)

    @property
    def expected_seconds(self) -> float:
        return (self.seconds.importing or UNKNOWN_IMPORT) + sum(map(self.expected, self.todo))


def record(environments: Iterable[Environment], pages: Iterable[Path], *, again: bool) -> list[str]:
    """Record the blocks of pages in installed environments: what is stale or absent, or all `again`.

    Then write the pinned environment's outputs into the pages, if it is among them. Return what is in the way.
    """
    read = {page: lint.read_page(page) for page in {*blocks.page_paths(), *pages}}
    if faults := [str(problem) for each in read.values() for problem in grave_problems(*each)]:
        return faults  # Without its blocks a page's records would be forgotten.
    every_block = [block for found, _ in read.values() for block in found]
    wanted = [block for page in pages for block in read[page][0]]
    environments = list(environments)
    plans = [plan(environment, wanted, every_block, again=again) for environment in environments]
    faults = run([plan for plan in plans if plan.todo])
    for each in plans:
        if not each.todo and records.save(each.record):  # without the blocks that are gone
            records.save_seconds(each.record, each.seconds)
    for environment in environments:
        if environment.pinned:
            faults += write_outputs(environment, {page: read[page][0] for page in pages})
    return faults


def grave_problems(found: list[Block], problems: list[lint.Problem]) -> list[lint.Problem]:
    """Return the problems that hide what the blocks are, not those of a block that can be run."""
    lines = {block.line for block in found}
    return [problem for problem in problems if problem.line not in lines]


def plan(environment: Environment, wanted: list[Block], every_block: list[Block], *, again: bool) -> Plan:
    """Find what is to be run in an installed environment."""
    record = records.load(environment.key)
    packages = environment.packages()
    if record.packages != packages:
        record = Record(environment.key, packages=packages)  # Nothing of the old is known of these.
        wanted = every_block
    records.keep_only(record, every_block)
    todo = wanted if again else records.missing(record, wanted)
    return Plan(environment, record, records.load_seconds(environment.key), list(dict.fromkeys(todo)))


def run(plans: list[Plan], *, keep_records: bool = True) -> list[str]:
    """Carry out the plans, as many at a time as there are cores: while one imports Keras, the others run blocks.

    The cores of one that has ended go to those that still run. Without `keep_records`, records/ does not change.
    """
    if not plans:
        return []
    plans = sorted(plans, key=lambda plan: plan.expected_seconds, reverse=True)
    cores, start = os.cpu_count() or 1, time.perf_counter()
    at_a_time = min(cores, len(plans))
    jobs = cores // at_a_time
    columns = "{task.description}", BarColumn(), TimeRemainingColumn(), TextColumn("left")
    with (
        Progress(*columns, console=Console(stderr=True), transient=True) as progress,
        ThreadPoolExecutor(at_a_time) as pool,
    ):
        task = progress.add_task("", total=sum(plan.expected_seconds for plan in plans))
        running: set[Execution] = set()

        def show(key: str, block: Block | None, seconds: float) -> None:
            place = f"{block.page}:{block.line}" if block else "importing Keras"
            progress.update(task, advance=seconds, description=f"{key} {place}")

        futures = [pool.submit(carry_out, plan, jobs, running, show, keep_records) for plan in plans]
        faults = []
        try:
            for number, future in enumerate(as_completed(futures), 1):
                faults += future.result()
                if len(plans) - number < at_a_time:  # No plan waits for the cores that are free now.
                    longest = sorted(running.copy(), key=lambda execution: execution.left)[-1:]
                    for execution in longest * jobs:
                        execution.add_job()
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            for execution in list(running):
                execution.close()  # What waits for its blocks then ends, and keeps what it has.
            raise
    seconds, least = time.perf_counter() - start, sum(plan.took for plan in plans) / cores
    if not least:
        return faults  # Nothing could be started.
    print(
        f"{sum(len(plan.todo) for plan in plans)} outcomes in {seconds:.0f} s, {seconds / least:.2f} times the least: "
        f"{least:.0f} s, which {len(plans)} imports and the blocks themselves take on {cores} cores"
    )
    return faults


def carry_out(
    plan: Plan,
    jobs: int,
    running: set[Execution],
    show: Callable[[str, Block | None, float], None],
    keep_records: bool,
) -> list[str]:
    """Run one environment's blocks and save its record; return what went wrong."""
    key, faults, done = plan.environment.key, [], 0
    show(key, None, 0)
    with Execution(
        plan.todo,
        python=plan.environment.interpreter,
        variables=plan.environment.variables,
        module=plan.environment.module,
        limits=LIMITS,
        jobs=jobs,
    ) as execution:
        running.add(execution)
        try:
            for block, outcome in execution.outcomes():
                show(key, block, plan.expected(block) + (0 if done else plan.seconds.importing or UNKNOWN_IMPORT))
                done += 1
                plan.took += outcome.seconds
                if plan.environment.pinned and outcome.error:
                    faults.append(explain(block, outcome))
                    plan.record.outcomes.pop(block.digest, None)
                    continue
                plan.record.outcomes[block.digest] = records.recorded(block, outcome)
                plan.seconds.blocks[block.digest] = outcome.seconds
        except RuntimeError as error:
            faults.append(f"{key}: {error}\nThen: python -m evidence record {key}")
        finally:
            running.discard(execution)
            plan.took += execution.import_seconds or 0
            if done and keep_records:
                keep(plan, execution)
    if not faults:
        print(f"{key}: {done} blocks recorded", flush=True)
    return faults


def keep(plan: Plan, execution: Execution) -> None:
    """Save a record, of a part of the blocks if it was interrupted, and, if it changed, how long it took."""
    plan.record.keras = execution.versions["keras"]
    plan.record.python = ".".join(execution.versions["python"].split(".")[:2])
    if not records.save(plan.record):
        return
    seconds = plan.seconds
    seconds.date = datetime.now(UTC).date().isoformat()
    seconds.python, seconds.importing = execution.versions["python"], execution.import_seconds
    records.save_seconds(plan.record, seconds)


def explain(block: Block, outcome: Outcome) -> str:
    error = outcome.error
    place = f"{block.page}:{error.line or block.line}"
    return f"{place}: {error.type}: {error.message}\n{error.traceback}"


def write_outputs(pinned: Environment, found: dict[Path, list[Block]]) -> list[str]:
    """Write what the blocks print into their pages; return the pages that were left as they are."""
    faults, record = [], records.load(pinned.key)
    for page, page_blocks in found.items():
        if records.missing(record, page_blocks):
            name = blocks.page_name(page)
            faults.append(f"{name} was left as it is. Mend the block, then: python -m evidence record {name}")
        elif outputs.write_expected_outputs(
            page, {block: record.outcomes[block.digest].output for block in page_blocks}
        ):
            print(f"{blocks.page_name(page)}: rewritten")
    return faults
