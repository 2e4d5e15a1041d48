"""Runs blocks, and writes what they did under them and into the records."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path

from evidence import blocks, outputs, records
from evidence.blocks import Block
from evidence.environments import Environment
from evidence.execution import Execution


def record_outputs(pages: Iterable[Path]) -> list[str]:
    """Write what blocks print into their pages; return the faults of the pages that were left as they are."""
    faults, readable = [], {}
    for page in pages:
        found, problems = blocks.read_page(page)
        grave = grave_problems(found, problems)
        faults += map(str, grave)
        if not grave:
            readable[page] = found
    with Execution([block for found in readable.values() for block in found]) as execution:
        for page, found in readable.items():
            outcomes = {block: execution.outcome(block) for block in found}
            failed = {block: outcome.error for block, outcome in outcomes.items() if outcome.error}
            for block, error in failed.items():
                place = f"{block.page}:{error.line or block.line}"
                faults.append(f"{place}: {error.type}: {error.message}\n{error.traceback}")
            if failed:
                faults.append(
                    f"{blocks.page_name(page)} was left as it is. Mend the block, then: "
                    f"python -m evidence record {blocks.page_name(page)}"
                )
                continue
            printed = {block: outcome.output for block, outcome in outcomes.items()}
            if outputs.write_outputs(page, printed):
                print(f"{blocks.page_name(page)}: rewritten")
    return faults


def grave_problems(found: list[Block], problems: list[blocks.Problem]) -> list[blocks.Problem]:
    """Return the problems that hide what the blocks are, not those of a block that can be run."""
    lines = {block.line for block in found}
    return [problem for problem in problems if problem.line not in lines]


def record_environments(environments: Iterable[Environment], pages: Iterable[Path], *, again: bool) -> list[str]:
    """Record the blocks of pages in environments: those not recorded yet, or all `again`; return the faults."""
    read = [blocks.read_page(page) for page in blocks.pages()]
    if unreadable := [str(problem) for each in read for problem in grave_problems(*each)]:
        return unreadable  # Without its blocks a page's records would be forgotten.
    every_block = [block for found, _ in read for block in found]
    names = {blocks.page_name(page) for page in pages}
    wanted = [block for block in every_block if block.page in names]
    return [
        fault
        for environment in environments
        for fault in record_environment(environment, wanted, every_block, again=again)
    ]


def record_environment(
    environment: Environment, wanted: list[Block], every_block: list[Block], *, again: bool
) -> list[str]:
    """Run what is wanted and not recorded in an environment, and save its record; return what is in the way."""
    record = records.load(environment.key)
    if record.packages != sorted(environment.packages):
        record.outcomes.clear()  # Of other packages: nothing of it is known of these.
        wanted = every_block
    records.keep_only(record, every_block)
    todo = wanted if again else records.missing(record, wanted)
    if todo and not environment.installed:
        here = f"{environment.key}: {len(todo)} blocks are not recorded, and it is not installed."
        return [f"{here} python -m evidence install {environment.key}"]
    if todo:
        variables = {"KERAS_BACKEND": environment.backend}
        record.packages = sorted(environment.packages)
        try:
            with Execution(todo, python=environment.interpreter, variables=variables) as execution:
                for number, (block, outcome) in enumerate(execution.outcomes(), 1):
                    record.outcomes[block.digest] = records.recorded(block, outcome)
                    show_progress(f"{environment.key}: block {number} of {len(todo)}, {block.page}")
        finally:
            show_progress("")
            records.save(record)  # Interrupted: what was run so far.
        print(f"{environment.key}: {len(todo)} blocks recorded")
    else:
        records.save(record)
    return []


def show_progress(text: str) -> None:
    if sys.stderr.isatty():
        print(f"\r{text:<79.79}", end="" if text else "\r", file=sys.stderr, flush=True)
