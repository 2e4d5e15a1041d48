"""The command line: `python -m evidence --help`."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from evidence.files import ROOT
from evidence.pages import blocks
from evidence.running import environments, installing, recorded_changes, recording, records
from evidence.running.workflow_jobs import workflow_jobs


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m evidence",
        description="Runs the blocks of the pages and writes down what they did.",
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    record = commands.add_parser(
        "record",
        help="write what the blocks print under them, and what they do in other environments into records/",
        description="Runs what is stale or missing in every installed environment, and writes what the pinned one "
        "prints under the blocks. With pages: only their blocks. With environments: only there. The record of the "
        "pinned environment is left alone where Python or packages are not those that it is made with.",
    )
    record.add_argument("names", nargs="*", metavar="PAGE|ENVIRONMENT")
    record.add_argument("--all", action="store_true", help="run what is recorded already, too")

    install = commands.add_parser("install", help="install environments into .environments/")
    install.add_argument("names", nargs="*", metavar="ENVIRONMENT")

    status = commands.add_parser(
        "status",
        help="say what is recorded, stale, missing or unknown",
        description="Says of each environment how many blocks are recorded there as they stand; stale, for the "
        "record is of other packages than are listed; missing, for they are new or were changed; or unknown, "
        "for there is no record.",
    )
    listing = commands.add_parser("environments", help="list the environments")
    for each in status, listing:
        each.add_argument("--json", action="store_true", help="for programs")

    changes = commands.add_parser("changes", help="say in Markdown what releases changed")
    changes.add_argument("names", nargs="*", metavar="ENVIRONMENT")
    matrix = commands.add_parser(
        "matrix",
        help="print the jobs of the workflow Record",
        description="Prints as JSON a job for each installation of these environments, or of all.",
    )
    matrix.add_argument("names", nargs="*", metavar="ENVIRONMENT")
    matrix.add_argument("--unrecorded", action="store_true", help="only where a block is not recorded as it stands")
    commands.add_parser("summary", help="say in Markdown what a recording changed since the last commit")

    bench = commands.add_parser(
        "bench",
        help="measure the site's build, pages and search, and the tests' run and the recording against their limits",
        description="Builds the site, also with the stock theme; has Lighthouse score its pages, and asks its search "
        "what people asked, in Chromium; measures the tests' run of the blocks, and a recording of them in all "
        "installed environments, or only in these, which takes as long as that does.",
    )
    bench.add_argument("--only", choices=["build", "pages", "search", "tests", "records"], help="measure one of them")
    bench.add_argument("names", nargs="*", metavar="ENVIRONMENT")

    offline = commands.add_parser(
        "offline",
        help="pack the site to be read without a server",
        description="Builds the site and writes it into a zip, which works from the folder that it is unpacked in.",
    )
    offline.add_argument("target", nargs="?", type=Path, metavar="ZIP", default=Path("keras-layer-surgery.zip"))

    functions = {
        "record": run_record,
        "install": run_install,
        "status": run_status,
        "environments": run_environments,
        "changes": run_changes,
        "matrix": run_matrix,
        "summary": run_summary,
        "bench": run_bench,
        "offline": run_offline,
    }
    for name, function in functions.items():
        commands.choices[name].set_defaults(command=function)
    options = parser.parse_args(arguments)
    return options.command(options)


def run_record(options: argparse.Namespace) -> int:
    known = environments.read_environments()
    chosen = [known[name] for name in options.names if name in known]
    pages = [Path(name) for name in options.names if name not in known]
    if absent := [page for page in pages if not page.is_file() or page.suffix != ".md"]:
        return fail(
            [
                f"{name}: neither a page nor an environment. To list them: python -m evidence environments"
                for name in absent
            ]
        )
    wanted = chosen or list(known.values())
    absent = [each.key for each in wanted if not each.installed]
    if chosen and absent:
        return fail([f"{key} is not installed: python -m evidence install {key}" for key in absent])
    try:
        faults = recording.record(
            [each for each in wanted if each.installed], pages or blocks.page_paths(), again=options.all
        )
    except KeyboardInterrupt:
        return fail(
            ["Interrupted. What was run is kept, but for what is named above. To go on: python -m evidence record"]
        )
    if absent:
        print(
            f"Not recorded in {len(absent)} environments that are not installed here: {', '.join(absent)}.\n"
            "The workflow Record does it for a pull request; here: python -m evidence install",
            file=sys.stderr,
        )
    return fail(faults)


def run_install(options: argparse.Namespace) -> int:
    known = environments.read_environments()
    if unknown := [name for name in options.names if name not in known]:
        return fail([no_such(name) for name in unknown])
    chosen = [known[name] for name in options.names or known]
    needed, free = installing.megabytes_to_install(chosen), installing.megabytes_free()
    print(f"{needed / 1000:.1f} GB to install, {free / 1000:.1f} GB free", flush=True)
    if needed > free:
        return fail(["That does not fit. Install some of them: python -m evidence install ENVIRONMENT ..."])
    faults = []
    for each in chosen:
        try:
            installing.install(each, known_packages(each))
            print(f"{each.key}: installed", flush=True)
        except (LookupError, OSError) as error:
            faults.append(f"{each.key}: {error}")
    return fail(faults)


def known_packages(environment: environments.Environment) -> list[str]:
    """Return the versions that the environment's record names, or one that shares its installation."""
    together = [
        each for each in environments.read_environments().values() if each.installation == environment.installation
    ]
    return next((found for each in [environment, *together] if (found := records.load(each.key).packages)), [])


def run_status(options: argparse.Namespace) -> int:
    every_block = {block.digest for block in blocks.all_blocks()}
    states = []
    for each in environments.read_environments().values():
        record = records.load(each.key)
        recorded = len(every_block & record.outcomes.keys())
        stale = records.is_stale(record, each)
        states.append(
            {
                "environment": each.key,
                "installed": each.installed,
                "recorded": 0 if stale else recorded,
                "stale": recorded if stale else 0,
                "missing": len(every_block) - recorded if record.outcomes else 0,
                "unknown": 0 if record.outcomes else len(every_block),
            }
        )
    if options.json:
        print(json.dumps({"blocks": len(every_block), "environments": states}, indent=1))
        return 0
    columns = "recorded", "stale", "missing", "unknown"
    print(f"{'':24}" + "".join(f"{name:>10}" for name in columns))
    for each in states:
        row = f"{each['environment']:24}" + "".join(f"{each[name]:10}" for name in columns)
        print(row if each["installed"] else f"{row}   not installed")
    if any(each[name] for each in states for name in columns[1:]):
        print("To record what is not: python -m evidence install && python -m evidence record")
    return 0


def run_environments(options: argparse.Namespace) -> int:
    found = [
        {
            "key": each.key,
            "line": each.line,
            "release": each.release,
            "python": each.python,
            "backend": each.backend,
            "installation": each.installation.name if each.installation else None,  # None for the pinned one
        }
        for each in environments.read_environments().values()
    ]
    if options.json:
        print(json.dumps(found))
    else:
        for each in found:
            print(f"{each['key']:24} {each['line']:24} {each['release']:10} Python {each['python']}")
    return 0


def run_changes(options: argparse.Namespace) -> int:
    from evidence.site.tables import changes

    known = environments.read_environments()
    if unknown := [name for name in options.names if name not in known]:
        return fail([no_such(name) for name in unknown])
    print("\n".join(changes.changes_as_text(options.names or known)))
    return 0


def run_matrix(options: argparse.Namespace) -> int:
    known = environments.read_environments()
    if unknown := [name for name in options.names if name not in known]:
        return fail([no_such(name) for name in unknown])
    chosen = [known[name] for name in dict.fromkeys(options.names or known)]
    if options.unrecorded:
        every_block = blocks.all_blocks()
        chosen = [
            environment
            for environment in chosen
            if not records.is_whole(records.load(environment.key), environment, every_block)
        ]
    print(json.dumps(workflow_jobs(chosen)))
    return 0


def run_summary(options: argparse.Namespace) -> int:
    from evidence.site.tables import changes

    releases = changes.changes_as_text(recorded_changes.new_records(ROOT))
    print("\n".join(recorded_changes.recorded_changes(ROOT, releases)))
    return 0


def no_such(name: str) -> str:
    return f"{name}: no such environment. To list them: python -m evidence environments"


def run_bench(options: argparse.Namespace) -> int:
    from measure import bench

    known = environments.read_environments()
    if unknown := [name for name in options.names if name not in known]:
        return fail([no_such(name) for name in unknown])
    chosen = [known[name] for name in options.names or known if known[name].installed]
    return bench.run(chosen, [options.only] if options.only else bench.PARTS)


def run_offline(options: argparse.Namespace) -> int:
    from evidence.site import offline

    try:
        offline.pack(options.target)
    except RuntimeError as error:
        return fail([str(error)])
    return 0


def fail(faults: Sequence[str]) -> int:
    for fault in faults:
        print(fault, file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
