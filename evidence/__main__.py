"""The command line: `python -m evidence --help`."""

from __future__ import annotations

import argparse
import difflib
import json
import shlex
import sys
import time
from collections.abc import Callable, Collection, Sequence
from pathlib import Path

from evidence.files import ROOT
from evidence.pages import blocks, lint, recipes
from evidence.pages.blocks import Block
from evidence.running import environments, installing, recording, records, trials
from evidence.running.environments import Environment
from evidence.running.recorded_changes import records_at
from evidence.running.records import Record
from evidence.running.workflow_jobs import workflow_jobs

PINNED = "pinned"  # a name of the pinned environment, whichever it is


class CommandError(Exception):
    """Why a command can't run, and what to do about it."""


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
        description="Runs the blocks of the pages and records what they did.",
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
        "Runs whatever is stale or missing in each installed environment, and writes the pinned one's output under the "
        "blocks. Where environments.toml says so, also tries each recipe on each kind of model. Name pages to run only "
        "their blocks and recipes, environments to run them only there. Leaves the pinned environment's record alone "
        "unless Python and all packages are those it was made with.",
    )
    record.add_argument(
        "--only",
        choices=["blocks", "recipes", "recipes-on-small-models"],
        help="run only the blocks, or only the recipes; without the large models, recipes take a third of the time",
    )
    record.add_argument("names", nargs="*", metavar="PAGE|ENVIRONMENT")
    record.add_argument("--all", action="store_true", help="rerun what is already recorded, too")

    check = add(
        "check",
        run_check,
        "find problems on pages, without running their blocks",
        "Checks these pages, or all, and the navigation: front matter, headings, links, badges, notes, blocks' text. "
        "Reports each problem with its page, its line and what to do. Needs neither Keras nor TensorFlow.",
    )
    check.add_argument("names", nargs="*", metavar="PAGE")
    check.add_argument("--github", action="store_true", help="print annotations for a pull request")

    new = add(
        "new",
        run_new,
        "start a page",
        "Writes a page in the right shape into docs/, and adds it to the navigation in mkdocs.yml.",
    )
    new.add_argument("title", metavar="TITLE", help='what readers would type: "Remove a layer by name"')
    new.add_argument(
        "--in",
        dest="section",
        metavar="SECTION",
        default="how-to",
        help="a folder of docs/, or a section of the menu, such as how-to (the default) or 'Remove layers'",
    )

    install = add("install", run_install, "install environments into .environments/")
    status = add(
        "status",
        run_status,
        "count what is recorded, stale, missing or unknown",
        "Counts the blocks in each environment. Recorded: the record is up to date. Stale: it was made with another "
        "Python or other packages than the listed ones. Missing: the block is new or has changed. Unknown: there is "
        "no record.",
    )
    listing = add("environments", run_environments, "list the environments")
    for command in status, listing:
        command.add_argument("--json", action="store_true", help="for programs")
    changes = add("changes", run_changes, "list in Markdown what releases changed")
    release = add(
        "release",
        run_release,
        "add a new release of Keras",
        "Adds the release to environments.toml, locks, installs and records it on every backend, and says what is "
        "left to review. If the release is already listed, only does the last.",
    )
    release.add_argument("version", metavar="VERSION", help="3.16.0")
    release.add_argument("--dry-run", action="store_true", help="only show what it would do")
    newest = add(
        "newest",
        run_newest,
        "list in Markdown what blocks do differently on the Keras installed here",
        "Runs all blocks on this Python's Keras, whichever it is, and writes what differs from the pinned "
        "environment's record into a file, which is empty if nothing does. Changes neither pages nor records.",
    )
    newest.add_argument("target", type=Path, metavar="FILE")
    matrix = add(
        "matrix",
        run_matrix,
        "print the jobs of the workflow Record",
        "Prints JSON: a job for each installation that these environments, or all, run on.",
    )
    matrix.add_argument("--unrecorded", action="store_true", help="only where something is stale or missing")
    for command in record, matrix:
        command.add_argument(
            "--since", metavar="COMMIT", help="outcomes that differ from this commit's count as missing"
        )
    summary = add("summary", run_summary, "list in Markdown what changed in the records and the pages since a commit")
    summary.add_argument("commit", nargs="?", default="HEAD", metavar="COMMIT")

    take = add(
        "take",
        run_take,
        "import the records that the workflow Record made",
        "Checks that workflow's artifact `records`, zipped or not, and writes its outcomes into records/, and what "
        "the pinned environment printed into the pages.",
    )
    take.add_argument("paths", nargs="+", type=Path, metavar="FOLDER|ZIP")
    comment = add(
        "comment", run_comment, "explain in Markdown how to import the records of a run of the workflow Record"
    )
    comment.add_argument("folder", type=Path, metavar="FOLDER")
    comment.add_argument("address", metavar="ADDRESS", help="of the run")

    bench = add(
        "bench",
        run_bench,
        "measure the site's build, pages, search and live blocks, the tests, the recording, and how they scale",
        "Builds the site, and builds it with the stock theme; has Lighthouse score its pages, and types what people "
        "asked into its search, in Chromium; measures how long the tests take to run the blocks, how long it takes to "
        "record them in these or all installed environments, and how long everything but the blocks takes in guides "
        "with three and ten times the pages and environments.",
    )
    parts = ["build", "pages", "search", "tests", "records", "serve", "growth"]
    bench.add_argument("--only", choices=parts, help="measure one of them")
    for command in install, changes, matrix, bench:
        command.add_argument("names", nargs="*", metavar="ENVIRONMENT")

    serve = add(
        "serve",
        run_serve,
        "serve the site on this machine, with blocks that can be edited and run",
        "Builds the site and serves it at 127.0.0.1, where each block can be edited and run on any installed Keras. "
        "Each page shows at once when you save it, with what its blocks print. Nobody else gets in.",
    )
    serve.add_argument("--port", type=int, default=8000, help="the port to serve it at; 0 picks a free one")
    serve.add_argument("--open", action="store_true", help="open it in a browser")

    sabotage = add(
        "sabotage",
        run_sabotage,
        "break Keras in small ways, and see whether a block notices",
        "Makes the faults in measure/sabotage.toml, or only these, one at a time in a copy of Keras, and runs the "
        "blocks on it until one differs from its record. All of them take about half an hour.",
    )
    sabotage.add_argument(
        "--only", metavar="FILE", help="the faults in this file below keras/src: models/sequential.py"
    )
    sabotage.add_argument("names", nargs="*", metavar="FAULT")

    offline = add(
        "offline",
        run_offline,
        "pack the site to be read without a server",
        "Builds the site and packs it into a zip. Unpack it anywhere, and it works from that folder.",
    )
    offline.add_argument("target", nargs="?", type=Path, metavar="ZIP", default=Path("keras-layer-surgery.zip"))
    return parser


def named_environments(names: Sequence[str]) -> list[Environment]:
    """Return the environments with these names, or all if there are none; `CommandError` for an unknown name.

    The pinned one is also named `pinned`, which stays right when a newer Keras takes its place.
    """
    by_key = environments.read_environments()
    names = [pinned_key() if name == PINNED else name for name in names]
    if unknown := [name for name in names if name not in by_key]:
        raise CommandError(f"{', '.join(unknown)}: no such environment. To list them: python -m evidence environments")
    return [by_key[key] for key in dict.fromkeys(names or by_key)]


def pinned_key() -> str:
    return next(key for key, environment in environments.read_environments().items() if environment.pinned)


def records_since(options: argparse.Namespace) -> dict[str, Record] | None:
    """Return the records of the commit that an option names; `CommandError` if there is no such commit."""
    try:
        return records_at(ROOT, options.since) if options.since else None
    except LookupError as error:
        raise CommandError(str(error)) from error


def run_record(options: argparse.Namespace) -> list[str]:
    keys = [name for name in options.names if name in {*environments.read_environments(), PINNED}]
    pages = [Path(name) for name in options.names if name not in keys]
    if no_pages := [page for page in pages if not page.is_file() or page.suffix != ".md"]:
        return [
            f"{path}: neither a page nor an environment. To list the environments: python -m evidence environments"
            for path in no_pages
        ]
    if elsewhere := [page for page in pages if Path(blocks.page_name(page)).is_absolute()]:
        return [f"{page}: not in the project's folder. Put the page below docs/" for page in elsewhere]
    installed = [environment for environment in named_environments(keys) if environment.installed]
    not_installed = [environment for environment in named_environments(keys) if not environment.installed]
    if keys and not_installed:
        return [f"{environment.key} is not installed: {environment.install_command}" for environment in not_installed]
    since = records_since(options)
    try:
        faults = recording.record(
            installed, pages or blocks.page_paths(), again=options.all, only=options.only, since=since
        )
    except KeyboardInterrupt:
        return ["Interrupted. What ran is kept, except as said above. To continue: python -m evidence record"]
    if not_installed:
        print(
            f"Not recorded in {len(not_installed)} environments that are not installed here: "
            f"{', '.join(environment.key for environment in not_installed)}.\n"
            "For a pull request, the workflow Record does it. To do it yourself: python -m evidence install",
            file=sys.stderr,
        )
    return faults


def run_check(options: argparse.Namespace) -> list[str]:
    from evidence.site import page_problems

    start = time.perf_counter()
    paths = named_pages(options.names) if options.names else blocks.page_paths()
    problems = page_problems.problems_of(paths)
    if options.github:
        return [problem.as_annotation() for problem in problems]
    if problems:
        return [*map(str, problems), f"{len(problems)} to fix. Then check again: {check_command(options.names)}"]
    counted = "1 page" if len(paths) == 1 else f"{len(paths)} pages"
    print(f"{counted} checked in {time.perf_counter() - start:.1f} s: nothing is wrong.")
    return []


def check_command(names: Sequence[str]) -> str:
    return shlex.join(["python", "-m", "evidence", "check", *names])


def named_pages(names: Sequence[str]) -> list[Path]:
    """Return the pages with these names; `CommandError` for a name that isn't a page's."""
    paths = [Path(name) for name in names]
    known = [blocks.page_name(path) for path in blocks.page_paths()]
    for path in paths:
        if not path.is_file() or path.suffix != ".md":
            near = difflib.get_close_matches(blocks.page_name(path), known, 1)
            hint = f" Did you mean {near[0]}?" if near else " A page is a Markdown file: docs/index.md"
            raise CommandError(f"{path}: no such page.{hint}")
    return paths


def run_new(options: argparse.Namespace) -> list[str]:
    from evidence.pages import new_page

    try:
        page = new_page.begin(options.title, options.section)
    except ValueError as error:
        return [str(error)]
    print("\n".join(new_page.what_is_next(page)))
    return []


def run_install(options: argparse.Namespace) -> list[str]:
    to_install = named_environments(options.names)
    megabytes, free = installing.megabytes_to_install(to_install), installing.megabytes_free()
    print(f"{megabytes / 1000:.1f} GB to install, {free / 1000:.1f} GB free", flush=True)
    if megabytes > free:
        return ["Not enough disk space. Install fewer: python -m evidence install ENVIRONMENT ..."]
    faults = []
    for environment in to_install:
        try:
            installing.install(environment, installing.recorded_packages(environment))
            print(f"{environment.key}: installed", flush=True)
        except (LookupError, OSError) as error:
            faults.append(f"{environment.key}: {error}")
    return faults


def run_status(options: argparse.Namespace) -> list[str]:
    digests = {block.digest for block in blocks.all_blocks()}
    known, found = list(environments.read_environments().values()), records.load_all()
    counts = []
    for environment in known:
        numbers = block_counts(environment, found.get(environment.key), digests)
        counts.append((environment, environment.key, numbers))
    for environment in known:
        if environment.tries_recipes:
            key = records.recipes_key(environment)
            numbers = block_counts(environment, found.get(key), trial_digests(environment))
            counts.append((environment, key, numbers))
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
    """Return the digests of all trials of recipes to run in an environment."""
    return {block.digest for block in trial_blocks(environment)}


def trial_blocks(environment: Environment) -> list[Block]:
    """Return the block of each trial of a recipe to run in an environment."""
    return [trial.block for trial in trials.trials_in(environment, recipes.all_recipes())]


def block_counts(environment: Environment, record: Record | None, digests: Collection[str]) -> dict[str, int]:
    """Return how many blocks or trials are recorded, stale, missing and unknown in an environment's record."""
    record = record or Record(environment.key)
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


def run_release(options: argparse.Namespace) -> list[str]:
    from evidence.running import releasing

    try:
        release = releasing.plan_release(options.version)
    except releasing.ReleaseError as error:
        return [str(error)]
    if release.is_there:
        print(f"Keras {release.version} is already listed: {', '.join(release.keys)}. Nothing changed.")
    else:
        print("\n".join(releasing.difference(release)), flush=True)
        if options.dry_run:
            print("\nThen it would run:", *map(shlex.join, release.commands), sep="\n")
        elif faults := releasing.carry_out(release):
            return faults
    print("", *releasing.to_review(release), sep="\n")
    return []


def run_newest(options: argparse.Namespace) -> list[str]:
    from evidence.site.newest import newest_differences

    lines = [*newest_differences(environments.read_environments()[pinned_key()])]
    options.target.write_text("\n".join([*lines, ""]) if lines else "", encoding="utf-8")
    print(f"{options.target}: {'written' if lines else 'empty, since no block does anything different'}")
    return []


def run_matrix(options: argparse.Namespace) -> list[str]:
    to_run = named_environments(options.names)
    if options.unrecorded:
        every_block, found, since = blocks.all_blocks(), records.load_all(), records_since(options)

        def whole(environment: Environment, key: str, wanted: Sequence[Block]) -> bool:
            record = found.get(key) or Record(key)
            if records.is_stale(record, environment):
                return False
            if since is None:
                return not records.missing(record, wanted)
            return not records.differing(record, since.get(key), wanted)

        to_run = [
            environment
            for environment in to_run
            if not whole(environment, environment.key, every_block)
            or (
                environment.tries_recipes
                and not whole(environment, records.recipes_key(environment), trial_blocks(environment))
            )
        ]
    print(json.dumps(workflow_jobs(to_run)))
    return []


def run_summary(options: argparse.Namespace) -> list[str]:
    from evidence.site.review import review

    try:
        print("\n".join(review(ROOT, options.commit)))
    except LookupError as error:
        return [str(error)]
    return []


def run_take(options: argparse.Namespace) -> list[str]:
    from evidence.running import received_records

    blocks_of_pages = {page: lint.read_page(page)[0] for page in blocks.page_paths()}
    every_block = [block for page_blocks in blocks_of_pages.values() for block in page_blocks]
    every_trial = [trial.block for trial in trials.trials(recipes.all_recipes())]
    try:
        taken = received_records.take(options.paths, [*every_block, *every_trial])
    except received_records.RefusedError as refused:
        return [f"{refused}\nNothing was imported."]
    print(f"Imported: {', '.join(taken)}" if taken else "These records are already here.")
    if pinned := records.load_all().get(pinned_key()):
        return recording.write_outputs(pinned, {page: found for page, found in blocks_of_pages.items() if found})
    return []


def run_comment(options: argparse.Namespace) -> list[str]:
    from evidence.running import received_records

    try:
        print(received_records.comment(options.folder, options.address))
    except (received_records.RefusedError, ValueError) as error:
        return [str(error)]
    return []


def run_bench(options: argparse.Namespace) -> list[str]:
    from measure import bench

    installed = [environment for environment in named_environments(options.names) if environment.installed]
    failed = bench.run(installed, [options.only] if options.only else bench.PARTS)
    return ["Some of it could not be measured."] if failed else []


def run_serve(options: argparse.Namespace) -> list[str]:
    from evidence.serving.serve import serve
    from evidence.serving.served_site import NoSiteError

    try:
        serve(list(environments.read_environments().values()), options.port, open_browser=options.open)
    except OSError as error:
        return [f"{error}. To pick a free port: python -m evidence serve --port 0"]
    except NoSiteError as error:
        return [str(error)]
    return []


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
