"""Says in Markdown what a recording changed in the clone since its last commit."""

from __future__ import annotations

import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath

PAGES = "docs", "README.md", "CONTRIBUTING.md"
RECORDS = ":(glob)records/*.json", ":(glob)records/recipes/*.json"  # without records/seconds/
LINES = 500  # of differences: enough to see what kind of change it is; GitHub refuses a summary of more than 1 MiB


def git(folder: Path, *arguments: str) -> str:
    """Return what git prints; `subprocess.CalledProcessError` if it fails."""
    command = ["git", "-C", str(folder), *arguments]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, encoding="utf-8").stdout


def new_records(folder: Path) -> list[str]:
    """Return the keys of the environments whose records are not in git yet."""
    return [PurePosixPath(name).stem for name in git(folder, "ls-files", "--others", "--", RECORDS[0]).splitlines()]


def recorded_changes(folder: Path, releases: Iterable[str]) -> Iterator[str]:
    """Yield the lines of the Markdown; `releases` are its lines on what the releases with new records changed."""
    yield "# What was recorded\n"
    new, statistics = new_records(folder), git(folder, "diff", "--stat=100", "--", "records", *PAGES)
    if not new and not statistics:
        yield "Nothing that was not recorded before.\n"
    if new:
        yield f"New records: {', '.join(f'`{key}`' for key in new)}\n"
        yield from releases
    if statistics:
        yield from fenced("text", statistics.splitlines())
    differences = git(folder, "diff", "--unified=1", "--", *RECORDS, *PAGES).splitlines()
    if differences:
        yield "## What is different now\n"
        yield from fenced("diff", differences[:LINES])
        if len(differences) > LINES:
            yield f"{len(differences) - LINES} more lines are not shown.\n"


def fenced(language: str, lines: Iterable[str]) -> Iterator[str]:
    """Fence lines with more backticks than the fences of the pages, which are among the differences."""
    yield f"``````{language}"
    yield from lines
    yield "``````\n"
