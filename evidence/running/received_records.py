"""Imports records that the workflow Record made: checks them against the schema, and writes only their outcomes.

They come from somebody's pull request. So nothing in them is run, and none of their files is copied.
"""

from __future__ import annotations

import contextlib
import json
import re
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import jsonschema

from evidence.pages.blocks import Block
from evidence.running import environments, records, steps
from evidence.running.records import Record
from evidence.running.steps import Steps

PARTS = {"environments": "environment_file", "pages": "page_file", "steps": "steps_file"}  # of the schema
MEGABYTES = 50  # per file; the largest page has 0.1
RUN_ADDRESS = re.compile(r"https://github\.com/(?P<repository>[\w.-]+/[\w.-]+)/actions/runs/(?P<run>\d+)")


class RefusedError(Exception):
    """What is wrong with received records, and what to do about it."""


@contextlib.contextmanager
def unpacked(path: Path) -> Iterator[Path]:
    """Yield the folder of received records, unzipped if need be; `RefusedError` if it is neither folder nor zip."""
    if path.is_dir():
        yield path
    elif path.is_file() and zipfile.is_zipfile(path):
        with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(path) as archive:
            archive.extractall(folder)
            yield Path(folder)
    else:
        raise RefusedError(f"{path}: neither a folder nor a zip of records, such as the workflow Record makes.")


def read_received(folder: Path) -> dict[str, Record]:
    """Return the records in a folder laid out like `records/`; `RefusedError` for what the schema refuses."""
    schema = json.loads(records.SCHEMA.read_text(encoding="utf-8"))
    validators = {
        part: jsonschema.Draft202012Validator({"$ref": f"#/$defs/{name}", "$defs": schema["$defs"]})
        for part, name in PARTS.items()
    }
    for path in sorted(path for path in folder.rglob("*") if not path.is_dir()):
        name = path.relative_to(folder).as_posix()
        part = name.split("/")[0]
        if path.is_symlink() or part not in PARTS or path.suffix != ".json":
            raise RefusedError(f"{name}: no file of records/.")
        if path.stat().st_size > MEGABYTES * 1e6:
            raise RefusedError(f"{name}: larger than {MEGABYTES} MB.")
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
            validators[part].validate(content)
        except jsonschema.ValidationError as error:
            raise RefusedError(f"{name}: {error.json_path}: {error.message[:200]}") from error
        except ValueError as error:
            raise RefusedError(f"{name}: not JSON: {error}") from error
        if part == "steps" and path.stem != records.steps_digest(content):
            raise RefusedError(f"{name}: its name is not that of what it holds.")
    found = records.load_all(folder)
    if not found:
        raise RefusedError(f"{folder}: no records.")
    return found


def take(paths: Sequence[Path], blocks: Sequence[Block]) -> list[str]:
    """Write the received outcomes that are new or different; return the keys of the records that changed.

    `blocks`: those that a record may hold. `RefusedError` for records that are wrong or belong to another state of
    main; then nothing has changed.
    """
    before = records.load_all()
    merged: dict[str, Record] = {}
    received_steps: dict[tuple[str, str], Steps] = {}
    for path in paths:
        with unpacked(path) as folder:
            for key, record in read_received(folder).items():
                if record != before.get(key):
                    merged[key] = merge(merged.get(key, before.get(key)), record)
            received_steps |= {
                (file.parent.name, file.stem): json.loads(file.read_text(encoding="utf-8"))
                for file in folder.glob("steps/*/*.json")
            }
    named = {
        (digest, outcome.steps)
        for record in merged.values()
        for digest, outcome in record.outcomes.items()
        if outcome.steps
    }
    for digest, name in named - received_steps.keys():
        if not (steps.folder() / digest / f"{name}.json").exists():
            raise RefusedError(f"steps/{digest}/{name}.json: a record names it, but it is missing.")
    for digest, name in named & received_steps.keys():
        steps.save(digest, received_steps[digest, name])
    records.save_all(merged.values(), blocks)
    steps.remove_unnamed()
    after = records.load_all()
    return [key for key in merged if after[key] != before.get(key)]


def merge(mine: Record | None, received: Record) -> Record:
    """Return a record with the outcomes of both; the received one if there is no other, or only a stale one.

    `mine` is what is here, with what was received before. `RefusedError` if their packages differ.
    """
    key = received.environment
    environment = environments.read_environments().get(key.removeprefix("recipes/"))
    merge_main = "This branch is not up to date: git merge origin/main, and push. The workflow Record runs again."
    if not environment:
        raise RefusedError(f"{key}: no such environment here. {merge_main}")
    if not mine or records.is_stale(mine, environment):
        return received
    if (mine.python, mine.packages) != (received.python, received.packages):
        raise RefusedError(f"{key}: recorded with different packages. {merge_main}")
    return replace(mine, outcomes=mine.outcomes | received.outcomes)


def comment(folder: Path, address: str) -> str:
    """Return the Markdown of a comment that offers a pull request the records of a run, given the run's address.

    Only numbers come from the records. `RefusedError` for wrong records; `ValueError` for any other address.
    """
    run = RUN_ADDRESS.fullmatch(address)
    if not run:
        raise ValueError(f"{address}: not the address of a run")
    found = read_received(folder)
    digests = {digest for record in found.values() for digest in record.outcomes}
    received = f".cache/records-{run['run']}"
    return (
        f"This pull request's blocks ran in {len(found)} environments: the records now hold {len(digests)} "
        "blocks and trials. In your clone, on the commit that you pushed, this imports them, and writes what "
        "the pinned Keras prints into the pages:\n\n"
        "```console\n"
        f"gh run download {run['run']} --repo {run['repository']} --name records --dir {received} && "
        f"python -m evidence take {received}\n"
        "```\n\n"
        "Read what changed, then commit it: `git diff docs`, `git add records docs`. "
        f"[The run]({address}#summary) puts it in sentences. Without `gh`, download the artifact `records` there, and "
        "pass the zip to `python -m evidence take`.\n"
    )
