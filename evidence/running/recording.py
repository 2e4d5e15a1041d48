"""Runs blocks in environments, and writes what they did into the records and under the blocks."""

from __future__ import annotations

import contextlib
import os
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from evidence.pages import blocks, lint, outputs, recipes
from evidence.pages.blocks import Block
from evidence.running import new_blocks, records, steps, trials, trials_again
from evidence.running.environments import Environment, running_python
from evidence.running.execution import KERAS_IMPORTS, Error, Execution, Limits
from evidence.running.packages import locked_packages
from evidence.running.records import Record, Run
from evidence.running.trials import Trial

LIMITS = Limits(seconds=300)  # A record must not depend on how busy the machine is.
SAVE_SHARE = 0.1  # at most this share of the time goes into saving
UNKNOWN_IMPORT, UNKNOWN_BLOCK = 6.0, 0.5  # seconds, to estimate the time left if nothing was measured yet


@dataclass
class Plan:
    """What to run in one environment, and what happens to its record."""

    environment: Environment
    record: Record  # gets the outcomes as the blocks end
    every_block: Sequence[Block]  # those that the record may hold
    blocks: Sequence[Block]  # to be run
    expected: Run = field(default_factory=Run)  # how long they took in the last full recording
    replaces: bool = False  # a record with other packages, which stays until all blocks have run
    new: Sequence[Block] = ()  # among these, those never recorded here: they run twice, see new_blocks.py
    left_alone: str | None = None  # why the record must not be written, if so
    groups: Sequence[Sequence[Block]] = ()  # recorded trials among these, which run together: see trials_again.py
    blocks_run: int = 0
    block_seconds: float = 0.0
    import_seconds: float = 0.0
    versions: Mapping[str, str] = field(default_factory=dict)  # of keras and python, once a block has ended

    @property
    def complete(self) -> bool:
        return self.blocks_run == len(self.blocks)

    @property
    def of_recipes(self) -> bool:
        """Whether the blocks are trials of recipes, not blocks on pages."""
        return self.record.environment != self.environment.key

    @property
    def run_seconds(self) -> float:
        """How long the import and the blocks took."""
        return self.import_seconds + self.block_seconds

    @property
    def expected_block_seconds(self) -> float:
        return self.expected.block_seconds or UNKNOWN_BLOCK

    @property
    def expected_import_seconds(self) -> float:
        return self.expected.import_seconds or UNKNOWN_IMPORT

    @property
    def expected_seconds(self) -> float:
        return self.expected_import_seconds + self.expected_block_seconds * len(self.blocks)


class Saves:
    """Writes the records of environments that have finished.

    A page's file holds what its blocks did everywhere: the more environments there are, the longer each save takes. So
    environments that finish soon after a save wait for the next one.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()  # guards what follows
        self._waiting: list[Plan] = []
        self._next = 0.0

    def add(self, plan: Plan) -> None:
        with self._lock:
            self._waiting.append(plan)
            if time.monotonic() >= self._next:
                self._write()

    def close(self) -> None:
        with self._lock:
            self._write()

    def _write(self) -> None:
        plans, self._waiting, start = self._waiting, [], time.monotonic()
        if plans:
            every_block = dict.fromkeys(block for plan in plans for block in plan.every_block)
            records.save_all([plan.record for plan in plans], every_block)
        end = time.monotonic()
        self._next = end + (end - start) / SAVE_SHARE


def record(
    environments: Iterable[Environment],
    pages: Iterable[Path],
    *,
    again: bool,
    only: Literal["blocks", "recipes", "recipes-on-small-models"] | None = None,
    since: Mapping[str, Record] | None = None,
) -> list[str]:
    """Record the blocks of pages in installed environments: the stale and missing ones, or all `again`.

    Given a commit's records in `since`, also record blocks whose outcomes have changed since then.

    Do the same for the pages' recipes on each kind of model, where recipes are tried; or record `only` one of the two.
    Then write the pinned environment's outputs into the pages, if it is one of these. Return the faults.
    """
    pages = list(pages)
    read = {page: lint.read_page(page) for page in {*blocks.page_paths(), *pages}}
    if problems := [problem for _, page_problems in read.values() for problem in page_problems]:
        # Blocks that can't be read would lose their records.
        return [f"{problem}\nThen: python -m evidence record {problem.page}" for problem in problems]
    every_block = [block for page_blocks, _ in read.values() for block in page_blocks]
    chosen_blocks = [block for page in pages for block in read[page][0]]
    environments = list(environments)
    found, plans = records.load_all(), []

    def add_plan(environment: Environment, key: str, chosen: Sequence[Block], every: Sequence[Block]) -> Plan:
        record = found.get(key) or Record(key)
        plans.append(plan(environment, record, chosen, every, again=again, since=since))
        return plans[-1]

    if only in {None, "blocks"}:
        for environment in environments:
            add_plan(environment, environment.key, chosen_blocks, every_block)
    for environment in environments:
        if environment.tries_recipes and only != "blocks":
            every_trial = [trial.block for trial in trials_of(environment, read)]
            chosen = trials_of(environment, pages, small=only == "recipes-on-small-models")
            key = records.recipes_key(environment)
            trying = add_plan(environment, key, [trial.block for trial in chosen], every_trial)
            if again:
                trying.groups = trials_again.groups(chosen, trying.record.outcomes)
    faults = run([plan for plan in plans if plan.blocks])
    # Environments that ran nothing still drop blocks that are gone; those no longer listed drop everything.
    left = [plan for plan in plans if not plan.blocks and not plan.left_alone]
    unlisted = [Record(key) for key in found.keys() - records.listed_keys()]
    if left or unlisted:
        every = [block for plan in left for block in plan.every_block]
        records.save_all([*(plan.record for plan in left), *unlisted], every)
    for each_plan in plans:
        if each_plan.environment.pinned and each_plan.complete and not each_plan.of_recipes:
            faults += write_outputs(each_plan.record, {page: read[page][0] for page in pages})
        say_if_left_alone(each_plan)
    steps.remove_unnamed()
    return faults


def trials_of(environment: Environment, pages: Iterable[Path], *, small: bool = False) -> list[Trial]:
    """Return a trial for each recipe of the pages on each kind of model that an environment tries.

    Or only on the `small` ones.
    """
    return [
        trial
        for page in pages
        for trial in trials.trials_in(environment, recipes.recipes_in(page))
        if not (small and trial.kind.large)
    ]


def plan(
    environment: Environment,
    record: Record,
    chosen_blocks: Sequence[Block],
    every_block: Sequence[Block],
    *,
    again: bool,
    since: Mapping[str, Record] | None = None,
) -> Plan:
    """Decide which blocks of pages, or which trials of recipes, to run in an installed environment.

    Other packages, or another Python, can change what any block does: then all of them run again.
    """
    key, packages = record.environment, environment.installed_packages()
    left_alone = why_left_alone(environment, record, packages)
    expected, replaces = record.run, False
    if not left_alone and (record.packages, record.python) != (packages, environment.python):
        replaces = bool(record.outcomes)
        record = Record(key, python=environment.python, packages=packages)
        chosen_blocks = every_block
    records.keep_only(record, every_block)
    missing = records.missing(record, chosen_blocks)
    to_run = chosen_blocks
    if not again:
        to_run = missing if since is None else records.differing(record, since.get(key), chosen_blocks)
    new = missing if environment.pinned and key == environment.key and not (replaces or again) else []
    return Plan(
        environment,
        record,
        every_block,
        list(dict.fromkeys(to_run)),
        expected,
        replaces,
        list(dict.fromkeys(new)),
        left_alone,
    )


def why_left_alone(environment: Environment, record: Record, packages: Sequence[str]) -> str | None:
    """Say why an environment's record must not be written here; `None` if it may be.

    The pinned environment is whichever Python runs this. Its record is made on Linux, on the Python that
    environments.toml lists, with the same packages as last time or the ones that requirements.txt lists now: so a
    maintainer who raises a requirement replaces it, and a contributor with other packages doesn't.
    """
    if not environment.pinned:
        return None
    if sys.platform != "linux":
        return "it is made on Linux"
    if environment.python != running_python():
        return f"it is made on Python {environment.python}, and this is Python {running_python()}"
    if not_installed := sorted(set(environment.pins) - set(packages)):
        return f"environments.toml lists {', '.join(not_installed)}, which is not installed"
    if packages != record.packages and (others := sorted(set(packages) - locked_packages())):
        return f"requirements.txt lists other versions than are installed here: {', '.join(others)}"
    return None


def say_if_left_alone(plan: Plan) -> None:
    key, python = plan.record.environment, plan.environment.python
    if plan.left_alone and plan.record.outcomes != records.load(key).outcomes:
        print(
            f"The record of {key} was left as it is: {plan.left_alone}.\n"
            "For a pull request, the workflow Record writes it. "
            f"To write it yourself, on Linux, with Python {python}: pip install -r requirements.txt",
            file=sys.stderr,
        )


def run(plans: Sequence[Plan]) -> list[str]:
    """Carry out the plans, as many at a time as there are cores: while one imports Keras, the others run blocks.

    When a plan ends, its cores go to those that still run. A single plan runs one block more than there are cores:
    threads of TensorFlow wait for each other, and that time would be lost. Return the faults.
    """
    if not plans:
        return []
    plans = sorted(plans, key=lambda plan: plan.expected_seconds, reverse=True)
    cores, start = os.cpu_count() or 1, time.perf_counter()
    at_a_time = min(cores, len(plans))
    jobs = (cores + 1) // at_a_time
    columns = TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn(), TextColumn("left")
    console = Console(stderr=True)
    with (
        contextlib.closing(Saves()) as saves,
        Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress,
        ThreadPoolExecutor(at_a_time) as pool,
    ):
        task = progress.add_task("", total=sum(plan.expected_seconds for plan in plans))
        running: set[Execution] = set()

        def show(key: str, block: Block | None, seconds: float) -> None:
            doing = f"{block.page}:{block.line}" if block else "importing Keras"
            progress.update(task, advance=seconds, description=f"{key} {doing}")

        futures = [pool.submit(carry_out, plan, jobs, running, saves, show) for plan in plans]
        faults = []
        try:
            for number, future in enumerate(as_completed(futures), 1):
                faults += future.result()
                if len(plans) - number < at_a_time:  # No plan is waiting for the cores that are now free.
                    longest = sorted(running.copy(), key=lambda execution: execution.left)[-1:]
                    for execution in longest * jobs:
                        execution.add_job()
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            for execution in list(running):
                execution.close()  # Whatever waits for its blocks then ends, and keeps what it has.
            raise
    at_once = jobs * at_a_time
    seconds, least = time.perf_counter() - start, sum(plan.run_seconds for plan in plans) / at_once
    if not least:
        return faults  # Nothing could be started.
    print(
        f"{sum(len(plan.blocks) for plan in plans)} outcomes in {seconds:.0f} s, {seconds / least:.2f} times the "
        f"minimum: {least:.0f} s, which {len(plans)} imports and the blocks themselves take, {at_once} at a time"
    )
    return faults


def carry_out(
    plan: Plan,
    jobs: int,
    running: set[Execution],
    saves: Saves,
    show: Callable[[str, Block | None, float], None],
) -> list[str]:
    """Run one environment's blocks and save its record; return the faults."""
    key, faults = plan.record.environment, []
    show(key, None, 0)
    variables, imports = plan.environment.variables, list(KERAS_IMPORTS)
    if plan.of_recipes:
        own = [variables["PYTHONPATH"]] if "PYTHONPATH" in variables else []
        variables |= trials.VARIABLES | {"PYTHONPATH": os.pathsep.join([*own, str(trials.IN_KERAS)])}
        imports.append(trials.CHECKS)

    def start(blocks: Sequence[Block], seconds: Mapping[Block, float], jobs: int = jobs) -> Execution:
        return Execution(
            blocks,
            seconds=seconds,
            python=plan.environment.interpreter,
            variables=variables,
            imports=imports,
            module=plan.environment.module,
            limits=LIMITS,
            jobs=jobs,
        )

    @contextlib.contextmanager
    def runner_of(blocks: Sequence[Block], seconds: Mapping[Block, float]) -> Iterator[Execution]:
        """Start a runner. It ends with the recording, and its import counts."""
        with start(blocks, seconds) as execution:
            running.add(execution)
            try:
                yield execution
            finally:
                running.discard(execution)
                plan.import_seconds += execution.import_seconds or 0.0
                plan.versions = execution.versions or plan.versions

    def count(block: Block) -> None:
        """Count a block that was run, and show how far the recording is."""
        import_seconds = 0 if plan.blocks_run else plan.expected_import_seconds
        show(key, block, plan.expected_block_seconds + import_seconds)
        plan.blocks_run += 1

    def run_groups() -> set[Block]:
        """Run recorded trials, many in a process; return those that did what is recorded."""
        if not plan.groups:
            return set()
        groups = {trials_again.one_after_the_other(group, LIMITS.seconds): group for group in plan.groups}
        seconds = {block: LIMITS.seconds * len(group) for block, group in groups.items()}
        confirmed: set[Block] = set()
        with runner_of(list(groups), seconds) as execution:
            for block, outcome in execution.outcomes():
                plan.block_seconds += outcome.seconds
                for trial in trials_again.confirmed(groups[block], plan.record.outcomes, outcome):
                    count(trial)
                    confirmed.add(trial)
        return confirmed

    def run_alone(blocks: Sequence[Block]) -> None:
        """Run blocks, each in its own process, and put their outcomes into the record."""
        new = dict.fromkeys(plan.new, new_blocks.SECONDS)
        with runner_of(blocks, new) as execution, start(plan.new, new, 1) if new else contextlib.nullcontext() as again:
            for block, outcome in execution.outcomes():
                count(block)
                plan.block_seconds += outcome.seconds
                if plan.environment.pinned and outcome.error:
                    faults.append(explain(block, outcome.error))
                    plan.record.outcomes.pop(block.digest, None)
                    continue
                if (
                    again
                    and block in plan.new
                    and (varies := new_blocks.what_varies(block, outcome, again.outcome(block)))
                ):
                    faults.append(varies)
                    continue
                if plan.of_recipes:
                    outcome = replace(outcome, stderr="")  # A trial itself reports what its recipe warns of.
                plan.record.outcomes[block.digest] = records.recorded(block, outcome)
                if outcome.steps is not None and not plan.left_alone:
                    steps.save(block.digest, outcome.steps)

    try:
        confirmed = run_groups()
        if left := [block for block in plan.blocks if block not in confirmed]:
            run_alone(left)
    except RuntimeError as error:
        faults.append(f"{key}: {error}\nThen: python -m evidence record {plan.environment.key}")
    finally:
        if plan.blocks_run:
            keep(plan, saves)
    if not faults:
        what = "trials" if plan.of_recipes else "blocks"
        print(f"{key}: {plan.blocks_run} {what} {'run' if plan.left_alone else 'recorded'}", flush=True)
    return faults


def keep(plan: Plan, saves: Saves) -> None:
    """Save a record if it may be written. A new one also says how long it took.

    After an interruption, save it with the blocks that ran, unless it would replace a record with other packages.
    """
    if plan.left_alone:
        return
    if plan.replaces and not plan.complete:
        print(
            f"{plan.record.environment}: {plan.blocks_run} of {len(plan.blocks)} blocks ran. "
            "The old record, with other packages, stays until all have run.",
            file=sys.stderr,
        )
        return
    plan.record.keras = plan.versions["keras"]
    if not plan.record.run.date:
        plan.record.run = Run(
            datetime.now(UTC).date().isoformat(),
            plan.versions["python"],
            round(plan.import_seconds, 2),
            round(plan.block_seconds / plan.blocks_run, 3),
        )
    saves.add(plan)


def explain(block: Block, error: Error) -> str:
    return f"{block.page}:{error.line or block.line}: {error.type}: {error.message}\n{error.traceback}"


def write_outputs(record: Record, blocks_of_pages: Mapping[Path, Sequence[Block]]) -> list[str]:
    """Write what the blocks print into their pages; return a fault for each page with a block that has no outcome."""
    faults = []
    for page, page_blocks in blocks_of_pages.items():
        if records.missing(record, page_blocks):
            name = blocks.page_name(page)
            faults.append(f"{name} was left as it is. Fix the block, then: python -m evidence record {name}")
        elif outputs.write_expected_outputs(
            page, {block: record.outcomes[block.digest].output for block in page_blocks}
        ):
            print(f"{blocks.page_name(page)}: rewritten")
    return faults
