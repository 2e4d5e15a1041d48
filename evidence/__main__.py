"""The command line: `python -m evidence --help`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from evidence import blocks, environments, recording


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
    faults = [] if chosen else recording.record_outputs(pages or blocks.pages())
    faults += recording.record_environments(chosen or known.values(), pages or blocks.pages(), again=options.all)
    return fail(list(dict.fromkeys(faults)))  # Both may name the same broken page.


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
