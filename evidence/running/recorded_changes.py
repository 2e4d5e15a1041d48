"""Finds what changed since a commit: its records, the environments that it lacks, the pages and their text."""

from __future__ import annotations

import io
import subprocess
import tarfile
import tempfile
from pathlib import Path

from evidence.running import records
from evidence.running.records import Record

PAGES = "docs", "README.md", "CONTRIBUTING.md"


def git(folder: Path, *arguments: str) -> str:
    """Return what git prints; `subprocess.CalledProcessError` if it fails."""
    return git_bytes(folder, *arguments).decode()


def git_bytes(folder: Path, *arguments: str) -> bytes:
    return subprocess.run(["git", "-C", str(folder), *arguments], check=True, stdout=subprocess.PIPE).stdout


def records_at(folder: Path, commit: str) -> dict[str, Record]:
    """Return a commit's records by key; none if it has none. `LookupError` if there is no such commit here."""
    try:
        names = git(folder, "ls-tree", "--name-only", commit, "--", "records")
    except subprocess.CalledProcessError as error:
        raise LookupError(f"{commit}: no such commit here. To fetch it: git fetch origin") from error
    if not names:
        return {}
    with (
        tempfile.TemporaryDirectory() as temporary,
        tarfile.open(fileobj=io.BytesIO(git_bytes(folder, "archive", commit, "records"))) as archive,
    ):
        archive.extractall(temporary, filter="data")
        return records.load_all(Path(temporary, "records"))


def changed_pages(folder: Path, commit: str) -> list[str]:
    """Return the paths, from the project's folder, of the pages that differ from a commit or aren't in git yet."""
    changed = git(folder, "diff", "--name-only", "--diff-filter=d", commit, "--", *PAGES)
    new = git(folder, "ls-files", "--others", "--exclude-standard", "--", *PAGES)
    return sorted(name for name in (changed + new).splitlines() if name.endswith(".md"))


def difference_of_pages(folder: Path, commit: str) -> list[str]:
    """Return the lines of the diff between a commit's pages and these."""
    return git(folder, "diff", "--unified=1", commit, "--", *PAGES).splitlines()
