"""The command line: `python -m evidence --help`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from evidence import blocks, environments, outputs, records
from evidence.blocks import Block
from evidence.environments import Environment
from evidence.execution import Execution


def main(arguments: Sequence[str] | None = None) -> int:
    known = environments.read_environments()
    parser = argparse.ArgumentParser(
        prog="python -m evidence",
        description="Runs the blocks of the pages and writes down what they did.",
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    record = commands.add_parser(
        "record",
        help="write what the blocks print under them, and what they do in other environments into records/",
        description="Runs blocks with this Python and writes what they print under them; then runs what "
        "is not recorded yet in the other environments. With pages: only their blocks. With "
        "environments: only there.",
    )
    record.add_argument("names", nargs="*", metavar="PAGE|ENVIRONMENT")
    record.add_argument("--all", action="store_true", help="run what is recorded already, too")

    install = commands.add_parser("install", help="install environments into .environments/")
    install.add_argument("names", nargs="*", metavar="ENVIRONMENT", help=", ".join(known))

    commands.add_parser("bench", help="measure the blocks' test run against its limit")

    for name, command in ("record", run_record), ("install", run_install), ("bench", run_bench):
        commands.choices[name].set_defaults(command=command)
    options = parser.parse_args(arguments)
    return options.command(options)


def run_record(options: argparse.Namespace) -> int:
    known = environments.read_environments()
    chosen = [known[name] for name in options.names if name in known]
    pages = [Path(name) for name in options.names if name not in known]
    if absent := [page for page in pages if not page.is_file() or page.suffix != ".md"]:
        return fail([f"{name}: neither a page nor an environment. There are: {', '.join(known)}" for name in absent])
    faults = [] if chosen else record_outputs(pages or blocks.pages())
    if unreadable := [str(problem) for page in blocks.pages() for problem in grave_problems(*blocks.read_page(page))]:
        # Without its blocks their records would be forgotten.
        return fail(list(dict.fromkeys([*faults, *unreadable])))
    every_block = list(read_blocks(blocks.pages()))
    wanted = [block for block in read_blocks(pages) if block in every_block] if pages else every_block
    for environment in chosen or known.values():
        faults += record_environment(environment, wanted, every_block, again=options.all)
    return fail(faults)


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
    """Return the problems but for blocks that show nothing yet: they are what `record` is for."""
    lines = {block.line for block in found}
    return [problem for problem in problems if problem.line not in lines]


def record_environment(
    environment: Environment, wanted: list[Block], every_block: list[Block], *, again: bool
) -> list[str]:
    """Run what is wanted and not recorded in an environment, and save its record; return what is in the way."""
    record = records.load(environment.key)
    if record.packages != sorted(environment.packages):
        record.deeds.clear()  # Of other packages: nothing of it is known of these.
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
                    record.deeds[block.digest] = records.deed(block, outcome)
                    show_progress(f"{environment.key}: block {number} of {len(todo)}, {block.page}")
        finally:
            show_progress("")
            records.save(record)  # Interrupted: what was run so far.
        print(f"{environment.key}: {len(todo)} blocks recorded")
    else:
        records.save(record)
    return []


def read_blocks(pages: Iterable[Path]) -> Iterable[Block]:
    for page in pages:
        yield from blocks.read_page(page)[0]


def show_progress(text: str) -> None:
    if sys.stderr.isatty():
        print(f"\r{text:<79.79}", end="" if text else "\r", file=sys.stderr, flush=True)


def run_install(options: argparse.Namespace) -> int:
    known = environments.read_environments()
    if unknown := [name for name in options.names if name not in known]:
        return fail([f"{name}: no such environment. There are: {', '.join(known)}" for name in unknown])
    faults = []
    for name in options.names or known:
        print(
            f"{name}: installing" if not known[name].installed else f"{name}: is installed",
            flush=True,
        )
        try:
            environments.install(known[name])
        except (LookupError, OSError) as error:
            faults.append(f"{name}: {error}")
    return fail(faults)


def run_bench(options: argparse.Namespace) -> int:
    from evidence import bench

    return bench.run()


def fail(faults: Sequence[str]) -> int:
    for fault in faults:
        print(fault, file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
