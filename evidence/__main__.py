"""The command line: `python -m evidence --help`."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Collection, Sequence
from pathlib import Path

from evidence.files import ROOT
from evidence.pages import blocks, recipes
from evidence.running import environments, installing, recorded_changes, recording, records, trials
from evidence.running.environments import Environment
from evidence.running.workflow_jobs import workflow_jobs


class CommandError(Exception):
    """What keeps a command from being run, and what to do about it."""


def main(arguments: Sequence[str] | None = None) -> int:
    options = command_parser().parse_args(arguments)
    run: Callable[[argparse.Namespace], list[str]] = options.run
    try:
        faults = run(options)
    except CommandError as error:
        faults = [str(error)]
    for fault in faults:
        print(fault, file=sys.stderr)
    return 1 if faults else 0


def command_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m evidence",
        description="Runs the blocks of the pages and writes down what they did.",
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def add(
        name: str, run: Callable[[argparse.Namespace], list[str]], summary: str, description: str | None = None
    ) -> argparse.ArgumentParser:
        command: argparse.ArgumentParser = commands.add_parser(name, help=summary, description=description)
        command.set_defaults(run=run)
        return command

    record = add(
        "record",
        run_record,
        "write what the blocks print under them, and what they do in other environments into records/",
        "Runs what is stale or missing in every installed environment, and writes what the pinned one prints under the "
        "blocks. Where environments.toml says so, also tries each recipe on each kind of model. With pages: only their "
        "blocks and recipes. With environments: only there. The record of the pinned environment is left alone where "
        "Python or packages are not those that it is made with.",
    )
    record.add_argument(
        "--only",
        choices=["blocks", "recipes", "recipes-on-small-models"],
        help="run only the blocks as they stand, or the recipes; without the large models, a third of the time",
    )
    record.add_argument("names", nargs="*", metavar="PAGE|ENVIRONMENT")
    record.add_argument("--all", action="store_true", help="also run what is recorded already")

    install = add("install", run_install, "install environments into .environments/")
    status = add(
        "status",
        run_status,
        "say what is recorded, stale, missing or unknown",
        "Counts the blocks of each environment: recorded as they now are; stale, because the record is of another "
        "Python or other packages than are listed; missing, because they are new or were changed; or unknown, because "
        "there is no record.",
    )
    listing = add("environments", run_environments, "list the environments")
    for command in status, listing:
        command.add_argument("--json", action="store_true", help="for programs")
    changes = add("changes", run_changes, "say in Markdown what releases changed")
    matrix = add(
        "matrix",
        run_matrix,
        "print the jobs of the workflow Record",
        "Prints as JSON a job for each installation that these environments, or all, share.",
    )
    matrix.add_argument("--unrecorded", action="store_true", help="only where a block is not recorded as it now is")
    add("summary", run_summary, "say in Markdown what a recording changed since the last commit")

    bench = add(
        "bench",
        run_bench,
        "measure the site's build, pages and search, and the tests' run and the recording against their limits",
        "Builds the site, also with the stock theme; has Lighthouse score its pages, and asks its search what people "
        "asked, in Chromium; measures the tests' run of the blocks, and a recording of them in all installed "
        "environments, or only in these, which takes as long as that does.",
    )
    bench.add_argument("--only", choices=["build", "pages", "search", "tests", "records"], help="measure one of them")
    for command in install, changes, matrix, bench:
        command.add_argument("names", nargs="*", metavar="ENVIRONMENT")

    sabotage = add(
        "sabotage",
        run_sabotage,
        "break Keras in small ways, and see whether a block notices",
        "Makes the faults of measure/sabotage.toml, or only these, one at a time in a copy of Keras, and runs the "
        "blocks on it until one does something else than is recorded. All of them take about half an hour.",
    )
    sabotage.add_argument(
        "--only", metavar="FILE", help="the faults in this file below keras/src: models/sequential.py"
    )
    sabotage.add_argument("names", nargs="*", metavar="FAULT")

    offline = add(
        "offline",
        run_offline,
        "pack the site to be read without a server",
        "Builds the site and writes it into a zip, which works from the folder that it is unpacked in.",
    )
    offline.add_argument("target", nargs="?", type=Path, metavar="ZIP", default=Path("keras-layer-surgery.zip"))
    return parser


def named_environments(names: Sequence[str]) -> list[Environment]:
    """Return the environments of these names, or all if there are none; `CommandError` for a name that is unknown."""
    by_key = environments.read_environments()
    if unknown := [name for name in names if name not in by_key]:
        raise CommandError(f"{', '.join(unknown)}: no such environment. To list them: python -m evidence environments")
    return [by_key[key] for key in dict.fromkeys(names or by_key)]


def run_record(options: argparse.Namespace) -> list[str]:
    by_key = environments.read_environments()
    keys = [name for name in options.names if name in by_key]
    pages = [Path(name) for name in options.names if name not in by_key]
    if no_pages := [page for page in pages if not page.is_file() or page.suffix != ".md"]:
        return [
            f"{path}: neither a page nor an environment. To list the environments: python -m evidence environments"
            for path in no_pages
        ]
    installed = [environment for environment in named_environments(keys) if environment.installed]
    not_installed = [environment for environment in named_environments(keys) if not environment.installed]
    if keys and not_installed:
        return [f"{environment.key} is not installed: {environment.install_command}" for environment in not_installed]
    try:
        faults = recording.record(installed, pages or blocks.page_paths(), again=options.all, only=options.only)
    except KeyboardInterrupt:
        return ["Interrupted. What was run is kept, but for what is named above. To go on: python -m evidence record"]
    if not_installed:
        print(
            f"Not recorded in {len(not_installed)} environments that are not installed here: "
            f"{', '.join(environment.key for environment in not_installed)}.\n"
            "For a pull request, the workflow Record does it. To do it yourself: python -m evidence install",
            file=sys.stderr,
        )
    return faults


def run_install(options: argparse.Namespace) -> list[str]:
    to_install = named_environments(options.names)
    megabytes, free = installing.megabytes_to_install(to_install), installing.megabytes_free()
    print(f"{megabytes / 1000:.1f} GB to install, {free / 1000:.1f} GB free", flush=True)
    if megabytes > free:
        return ["That does not fit. Install some of them: python -m evidence install ENVIRONMENT ..."]
    faults = []
    for environment in to_install:
        try:
            installing.install(environment, recorded_packages(environment))
            print(f"{environment.key}: installed", flush=True)
        except (LookupError, OSError) as error:
            faults.append(f"{environment.key}: {error}")
    return faults


def recorded_packages(environment: Environment) -> list[str]:
    """Return the packages of the environment's record, or of one that shares its installation."""
    sharing = [
        other for other in environments.read_environments().values() if other.installation == environment.installation
    ]
    packages = (records.load(candidate.key).packages for candidate in [environment, *sharing])
    return next(filter(None, packages), [])


def run_status(options: argparse.Namespace) -> list[str]:
    digests = {block.digest for block in blocks.all_blocks()}
    known = list(environments.read_environments().values())
    counts = [
        (environment, environment.key, block_counts(environment, environment.key, digests)) for environment in known
    ]
    for environment in known:
        if environment.tries_recipes:
            key = records.recipes_key(environment)
            counts.append((environment, key, block_counts(environment, key, trial_digests(environment))))
    if options.json:
        rows = [
            {"environment": key, "installed": environment.installed} | numbers for environment, key, numbers in counts
        ]
        of_blocks, of_recipes = rows[: len(known)], rows[len(known) :]
        content = {
            "blocks": len(digests),
            "environments": of_blocks,
            "recipes": of_recipes,
        }
        print(json.dumps(content, indent=1))
        return []
    print(f"{'':32}" + "".join(f"{state:>10}" for state in ("recorded", "stale", "missing", "unknown")))
    for environment, key, numbers in counts:
        row = f"{key:32}" + "".join(f"{number:10}" for number in numbers.values())
        print(row if environment.installed else f"{row}   not installed")
    if any(numbers["stale"] or numbers["missing"] or numbers["unknown"] for _, _, numbers in counts):
        print("To record the rest: python -m evidence install && python -m evidence record")
    return []


def trial_digests(environment: Environment) -> set[str]:
    """Return the digests of the trials of all recipes that are made in an environment."""
    return {trial.block.digest for trial in trials.trials_in(environment, recipes.all_recipes())}


def block_counts(environment: Environment, key: str, digests: Collection[str]) -> dict[str, int]:
    """Return how many blocks or trials are recorded, stale, missing and unknown in a record of an environment."""
    record = records.load(key)
    outcomes = len(record.outcomes.keys() & digests)
    stale = records.is_stale(record, environment)
    return {
        "recorded": 0 if stale else outcomes,
        "stale": outcomes if stale else 0,
        "missing": len(digests) - outcomes if record.outcomes else 0,
        "unknown": 0 if record.outcomes else len(digests),
    }


def run_environments(options: argparse.Namespace) -> list[str]:
    rows = [
        {
            "key": environment.key,
            "line": environment.line,
            "release": environment.release,
            "python": environment.python,
            "backend": environment.backend,
            "installation": environment.installation.name if environment.installation else None,
        }
        for environment in environments.read_environments().values()
    ]
    if options.json:
        print(json.dumps(rows))
    else:
        for row in rows:
            print(f"{row['key']:24} {row['line']:24} {row['release']:10} Python {row['python']}")
    return []


def run_changes(options: argparse.Namespace) -> list[str]:
    from evidence.site.tables import changes

    keys = [environment.key for environment in named_environments(options.names)]
    print("\n".join(changes.changes_as_text(keys)))
    return []


def run_matrix(options: argparse.Namespace) -> list[str]:
    to_run = named_environments(options.names)
    if options.unrecorded:
        digests = {block.digest for block in blocks.all_blocks()}

        def whole(environment: Environment, key: str, wanted: Collection[str]) -> bool:
            return block_counts(environment, key, wanted)["recorded"] == len(wanted)

        to_run = [
            environment
            for environment in to_run
            if not whole(environment, environment.key, digests)
            or (
                environment.tries_recipes
                and not whole(environment, records.recipes_key(environment), trial_digests(environment))
            )
        ]
    print(json.dumps(workflow_jobs(to_run)))
    return []


def run_summary(options: argparse.Namespace) -> list[str]:
    from evidence.site.tables import changes

    releases = changes.changes_as_text(recorded_changes.new_records(ROOT))
    print("\n".join(recorded_changes.recorded_changes(ROOT, releases)))
    return []


def run_bench(options: argparse.Namespace) -> list[str]:
    from measure import bench

    installed = [environment for environment in named_environments(options.names) if environment.installed]
    failed = bench.run(installed, [options.only] if options.only else bench.PARTS)
    return ["Not all of it could be measured."] if failed else []


def run_sabotage(options: argparse.Namespace) -> list[str]:
    from measure import sabotage

    try:
        return sabotage.run(sabotage.chosen_faults(options.names, options.only))
    except sabotage.SabotageError as error:
        return [str(error)]


def run_offline(options: argparse.Namespace) -> list[str]:
    from evidence.site import offline

    try:
        offline.pack(options.target)
    except RuntimeError as error:
        return [str(error)]
    return []


if __name__ == "__main__":
    sys.exit(main())
