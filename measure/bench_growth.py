"""Measures how checks, build and recording scale with the guide: up to ten times its pages, and its environments.

It copies the project, and adds copies of pages and environments with all their records. In a small guide, fixed costs
such as starting Python hide what grows faster than the guide. So the last step counts, from three times to ten times.
"""

from __future__ import annotations

import dataclasses
import functools
import itertools
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from evidence.files import ROOT
from evidence.pages import blocks, recipes
from evidence.pages.blocks import Block
from evidence.pages.guide import TABLE
from evidence.pages.rules import exemptions
from evidence.running import environments, recording, records, steps, trials
from evidence.running.environments import ENVIRONMENTS_FILE, Environment
from evidence.running.execution import clean_environment
from evidence.running.recorded_changes import git
from evidence.running.records import Record
from evidence.site import examples
from measure.mkdocs_server import MKDOCS

SIZES = 1, 3, 10
COPY = re.compile(r"-copy-\d+$")
RELEASE = re.compile(r'  \{ key = "(?P<key>[^"]+)", release = "(?P<release>[^"]+)"(?P<rest>.*\binstallation = .*)\n')
FENCE = re.compile(r"(^ *```python\n.*?)(\n *```$)", re.DOTALL | re.MULTILINE)
# Runs its arguments as a command. Prints its status, its processes' seconds, and the largest one's kilobytes.
MEASURED = """
import resource, subprocess, sys

status = subprocess.call(sys.argv[1:], stdout=sys.stderr)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(status, used.ru_utime + used.ru_stime, used.ru_maxrss)
"""
COMMANDS = {
    "the static checks": [sys.executable, "-m", "evidence", "check"],
    "pytest's collection": [sys.executable, "-m", "pytest", "--collect-only", "--quiet", "docs"],
    "a strict build": [*MKDOCS, "build", "--strict", "--quiet"],
    "recording a new block": [sys.executable, "-c", "from measure import bench_growth; bench_growth.record_a_block()"],
}


@dataclass(frozen=True)
class Cost:
    """What a command costs."""

    seconds: float  # of one core, which depend little on what else is running
    megabytes: float  # of the largest of its processes


def grow() -> int:
    """Print what each command costs in a guide of each size; return 1 if one of them fails."""
    for source in examples.EXAMPLES.glob("*.py"):
        examples.as_notebook(source)  # The builds find them in the cache.
    for what in "pages", "environments":
        costs: list[dict[str, Cost]] = []
        for size in SIZES:
            print(f"{size} times the {what}", file=sys.stderr, flush=True)
            with tempfile.TemporaryDirectory() as folder:
                project = Path(folder, "project")
                copy_project(project, **{what: size})
                try:
                    costs.append({name: cost_of(command, project) for name, command in COMMANDS.items()})
                except subprocess.CalledProcessError as error:
                    print(f"{' '.join(error.cmd)}\n{str(error.stderr)[-4000:]}", file=sys.stderr)
                    return 1
        print_costs(what, costs)
    return 0


def print_costs(what: str, costs: Sequence[dict[str, Cost]]) -> None:
    print(f"{'times the ' + what:24}" + "".join(f"{size:>18}" for size in SIZES) + "   of linear")
    for name in COMMANDS:
        row = [cost[name] for cost in costs]
        cells = "".join(f"{cost.seconds:8.1f} s{cost.megabytes:5.0f} MB" for cost in row)
        step = SIZES[-1] / SIZES[-2]
        time, memory = row[-1].seconds / row[-2].seconds / step, row[-1].megabytes / row[-2].megabytes / step
        print(f"{name:24}{cells}   {time:4.2f} {memory:4.2f}; target: at most 1.00")


def cost_of(command: Sequence[str], project: Path) -> Cost:
    """Run a command in a project; `subprocess.CalledProcessError` if it fails."""
    variables = clean_environment() | {"PYTHONPATH": str(project), "NO_MKDOCS_2_WARNING": "1"}
    ended = subprocess.run(
        [sys.executable, "-c", MEASURED, *command],
        cwd=project,
        env=variables,
        text=True,
        capture_output=True,
        check=True,
    )
    status, seconds, kilobytes = ended.stdout.split()
    if status != "0":
        raise subprocess.CalledProcessError(int(status), command, ended.stdout, ended.stderr)
    return Cost(float(seconds), int(kilobytes) / 1000)


def copy_project(project: Path, pages: int = 1, environments: int = 1) -> None:
    """Copy this project to a folder, with this many times its pages and environments."""
    for name in git(ROOT, "ls-files", "-z").split("\0"):
        if (ROOT / name).is_file():
            (project / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, project / name)
    if examples.CACHE.exists():
        shutil.copytree(examples.CACHE, project / examples.CACHE.relative_to(ROOT))
    names = copy_pages(project, pages)
    menu = project / "mkdocs.yml"
    menu.write_text(with_copies(menu.read_text(encoding="utf-8"), names), encoding="utf-8")
    listing = project / ENVIRONMENTS_FILE.relative_to(ROOT)
    listing.write_text(more_releases(listing.read_text(encoding="utf-8"), environments), encoding="utf-8")
    code = "from measure import bench_growth; bench_growth.copy_records()"
    cost_of([sys.executable, "-c", code], project)


def copy_pages(project: Path, times: int) -> dict[str, list[str]]:
    """Copy pages until there are this many times the blocks; return the names of each page's copies."""
    paths = [path for path in sorted((project / "docs").rglob("*.md")) if can_be_copied(path, project)]
    missing = (times - 1) * len(blocks.all_blocks())
    names: dict[str, list[str]] = {}
    for number in itertools.count(1):
        for path in paths:
            if missing <= 0:
                return names
            copy = path.with_name(f"{path.stem}-copy-{number}.md")
            text = copied(blocks.read_text(path), number)
            copy.write_text(text, encoding="utf-8")
            missing -= len(blocks.blocks_in(copy.name, text))
            names.setdefault(path.relative_to(project / "docs").as_posix(), []).append(copy.name)
    raise AssertionError("It is counted without an end.")


def can_be_copied(path: Path, project: Path) -> bool:
    """Return whether a page can be copied: there is one home, tables list all pages, exemptions name their page."""
    text = blocks.read_text(path)
    page = path.relative_to(project).as_posix()
    exempt = {exemption.page for exemption in exemptions.read_exemptions()}
    return path.name != "index.md" and page not in exempt and not TABLE.search(text) and "```python\n" in text


def copied(text: str, number: int) -> str:
    """Return a page's text for its copy, with blocks of its own."""
    text = re.sub(r"^(description: .*?)(['\"]?)$", rf"\1 Copy {number}.\2", text, count=1, flags=re.MULTILINE)
    return FENCE.sub(rf"\1  # copy {number}\2", text)


def with_copies(menu: str, names: dict[str, list[str]]) -> str:
    """Return mkdocs.yml with the copies of each page below it."""

    def lines(found: re.Match[str]) -> str:
        folder = found["page"].rpartition("/")[0]
        copies = [f"{folder}/{name}" if folder else name for name in names.get(found["page"], ())]
        return "".join(f"{found['before']}{page}\n" for page in [found["page"], *copies])

    return re.sub(r"^(?P<before> +- (?:.*: )?)(?P<page>\S+\.md)\n", lines, menu, flags=re.MULTILINE)


def more_releases(listing: str, times: int) -> str:
    """Return environments.toml with this many times the releases, but only one pinned environment."""

    def releases(found: re.Match[str]) -> str:
        copies = [
            f'  {{ key = "{found["key"]}-copy-{number}", release = "{found["release"]}.{number}"{found["rest"]}\n'
            for number in reversed(range(1, times))
        ]
        return "".join(copies) + found[0]

    return RELEASE.sub(releases, listing)


def copy_records() -> None:
    """Record the originals' outcomes as those of the copies, in this project."""
    by_page = {page: blocks_and_trials(page) for page in blocks.page_paths()}
    originals = {
        copy.digest: original.digest
        for page, copies in by_page.items()
        if COPY.search(page.stem)
        for original, copy in zip(by_page[page.with_stem(COPY.sub("", page.stem))], copies, strict=True)
    }
    found, listed = records.load_all(), environments.read_environments()
    for key in records.listed_keys() - found.keys():
        original, copy = (listed[name.removeprefix("recipes/")] for name in (COPY.sub("", key), key))
        record = found[COPY.sub("", key)]
        packages = sorted({*record.packages} - {*original.pins} | {*copy.pins})
        found[key] = dataclasses.replace(record, environment=key, packages=packages, outcomes=dict(record.outcomes))
    for record in found.values():
        did = {copy: record.outcomes[digest] for copy, digest in originals.items() if digest in record.outcomes}
        record.outcomes |= did
    for new, old in originals.items():
        if (steps.folder() / old).exists():
            shutil.copytree(steps.folder() / old, steps.folder() / new)
    records.save_all(found.values(), itertools.chain.from_iterable(by_page.values()))


def blocks_and_trials(page: Path) -> list[Block]:
    """Return the blocks of a page, and the trials of its recipes."""
    trial_blocks = [trial.block for trial in trials.trials(recipes.recipes_in(page))]
    return [*blocks.readable_blocks(blocks.page_name(page), blocks.read_text(page)), *trial_blocks]


class Played(Environment):
    """An environment that this Python stands in for: what Keras itself costs doesn't depend on the guide."""

    installed = True
    interpreter = Path(sys.executable)
    variables: ClassVar[dict[str, str]] = {}

    def installed_packages(self) -> list[str]:
        return recorded()[self.key].packages


@functools.cache
def recorded() -> dict[str, Record]:
    return records.load_all()


def played() -> Iterator[Environment]:
    for environment in environments.read_environments().values():
        if not environment.pinned:
            yield Played(**vars(environment) | {"module": "keras"})


def record_a_block() -> None:
    """Record a new block in every environment, without Keras, into this project."""
    page = min(ROOT.glob("docs/why/*.md"))
    page.write_text(blocks.read_text(page) + "\n```python\nprint('new')\n```\n", encoding="utf-8")
    vars(recording)["KERAS_IMPORTS"] = ["json"]
    if faults := recording.record(played(), [page], again=False, only="blocks"):
        sys.exit("\n".join(faults))
