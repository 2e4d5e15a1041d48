"""Keeps what the blocks did, by the digest of their code.

Each page has its own file, `records/pages/<page>.json`: what each of its blocks did, and in which environments. So
changes to different pages touch no common file, and git merges them. `records/environments/<environment>.json` says
which Keras, Python and packages an environment's outcomes come from; it changes only when one of these does.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import sys
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from evidence.files import ROOT, replace_files
from evidence.pages.blocks import Block
from evidence.running import environments
from evidence.running.environments import Environment
from evidence.running.execution import Outcome
from evidence.running.standard_error import warnings_in

if sys.platform != "win32":
    import fcntl

FOLDER = ROOT / "records"
SCHEMA = Path(__file__).with_name("records.schema.json")
WRITING = threading.Lock()


@dataclass(frozen=True)
class RecordedOutcome:
    """What a block did, without what differs from run to run: seconds, addresses, paths, its place on the page."""

    output: str
    error: str | None = None  # its type
    message: str | None = None
    line: int | None = None  # in the block, from 1
    steps: str | None = None  # the digest of its steps, if the block is watched
    warnings: str | None = None  # the first line of each warning on standard error


@dataclass(frozen=True)
class Run:
    """The run that made a record: on one Python, with one set of packages. Later runs only added to it."""

    date: str = ""  # ISO, UTC
    python: str = ""  # "3.11.7"
    import_seconds: float = 0.0
    block_seconds: float = 0.0  # of one block, on average


@dataclass
class Record:
    """Everything that was recorded in one environment."""

    environment: str  # its key; prefixed with "recipes/", what its trials of recipes did
    keras: str | None = None  # keras.__version__
    python: str | None = field(default=None, kw_only=True)  # "3.11"
    packages: list[str] = field(default_factory=list)  # everything installed, as `name==version`, sorted
    outcomes: dict[str, RecordedOutcome] = field(default_factory=dict)  # by digest
    run: Run = field(default=Run(), kw_only=True)


Outcomes = dict[str, dict[str, RecordedOutcome]]  # a page's: by digest, then by the environment's key


def recipes_key(environment: Environment) -> str:
    """Return the key of the record of an environment's trials."""
    return f"recipes/{environment.key}"


def recorded(block: Block, outcome: Outcome) -> RecordedOutcome:
    """Return what to record of an outcome."""
    output, warnings = normalised(outcome.output), warnings_of(outcome)
    steps = steps_digest(outcome.steps) if outcome.steps is not None else None
    if not outcome.error:
        return RecordedOutcome(output, steps=steps, warnings=warnings)
    error = outcome.error
    line = error.line - block.line if error.line else None
    return RecordedOutcome(output, error.type, normalised(error.message), line, steps, warnings)


def warnings_of(outcome: Outcome) -> str | None:
    return warnings_in(normalised(outcome.stderr))


def steps_digest(steps: Sequence[Mapping[str, object]]) -> str:
    return hashlib.sha256(json.dumps(steps, sort_keys=True).encode()).hexdigest()[:16]


def normalised(text: str) -> str:
    """Return a text without addresses and run counters, with paths relative to packages and working folders."""
    text = re.sub(r"0x[0-9a-f]{6,}", "0x…", text)
    text = re.sub(r"(?<![.\d])[0-9]{13,}", "…", text)  # the identity of an object
    text = re.sub(r"\bvalue=\[.*?\](?=>)", "value=…", text, flags=re.DOTALL)  # a variable's initial values
    text = re.sub(r"[^\s'\"(]*[/\\](?:site-packages|\.environments[/\\][\w.-]+|block-\w+[/\\]work)[/\\]", "", text)
    text = re.sub(r"[^\s'\"(]*[/\\]tmp[a-z0-9_]{8}\b", "…", text)  # what `tempfile` made
    text = re.sub(r"[^\s'\"(]*[/\\](__autograph_generated_file)\w+", r"\1", text)
    # TensorFlow adds where the runner made a node: TensorFlow 2 within the message, TensorFlow 1 at its end.
    # On 2.7 each of these lines begins with ">>>".
    text = re.sub(r"\n*Operation defined at: \(most recent call last\)\n(?:>>>.*\n?)+", "\n", text)
    text = re.sub(r' defined at \(most recent call last\):\n(?: *File "[^"]*", line \d+, in .*\n+)*', "\n", text)
    return re.split(r"\n+(?:Caused by op|Original stack trace for) ", text)[0]


def listed_keys() -> set[str]:
    """Return the keys of all records that there should be."""
    known = environments.read_environments().values()
    return {environment.key for environment in known} | {
        recipes_key(environment) for environment in known if environment.tries_recipes
    }


def page_file(page: str) -> Path:
    """Return the path of a page's outcomes, given the page's path in the project's folder: "docs/index.md"."""
    return FOLDER / "pages" / f"{page.removesuffix('.md')}.json"


def environment_file(key: str) -> Path:
    return FOLDER / "environments" / f"{key}.json"


def files() -> list[Path]:
    """Return the paths of all record files, in order."""
    # A build of the site checks some hundred times whether one has changed; rglob takes three times as long.
    paths = sorted(f"{folder}/{name}" for folder, _, names in os.walk(FOLDER) for name in names)
    return [Path(path) for path in paths if path.endswith(".json")]


def load(key: str) -> Record:
    """Return the record of an environment; an empty one if there is none."""
    return load_all().get(key) or Record(key)


def load_all(folder: Path | None = None) -> dict[str, Record]:
    """Return the records by key: this project's, or those in a folder laid out like `records/`."""
    folder = folder or FOLDER
    found = {}
    for path in sorted((folder / "environments").rglob("*.json")):
        key = path.relative_to(folder / "environments").as_posix().removesuffix(".json")
        content = read(path)
        found[key] = Record(key, **(content | {"run": Run(**content["run"])}))
    for path in sorted((folder / "pages").rglob("*.json")):
        for digest, by_key in outcomes_in(read(path)).items():
            for key, outcome in by_key.items():
                if key in found:
                    found[key].outcomes[digest] = outcome
    return found


def last_change() -> str:
    """Return the date, in ISO form, on which an outcome last changed; an empty string without records."""
    return max((read(path)["changed"] for path in (FOLDER / "pages").rglob("*.json")), default="")


def read(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


def outcomes_in(content: Mapping[str, Any]) -> Outcomes:
    """Return the outcomes in a page's file. Environments where a block did the same share one object."""
    return {
        digest: {
            key: outcome
            for group in groups
            for outcome in [RecordedOutcome(**{name: value for name, value in group.items() if name != "environments"})]
            for key in group["environments"]
        }
        for digest, groups in content["blocks"].items()
    }


def page_content(outcomes: Outcomes) -> dict[str, Any]:
    """Return the content of a page's file: equal outcomes appear once, with all their environments."""
    blocks = {}
    for digest, by_key in sorted(outcomes.items()):
        groups: dict[RecordedOutcome, list[str]] = {}
        for key, outcome in sorted(by_key.items()):
            groups.setdefault(outcome, []).append(key)
        blocks[digest] = [as_json(outcome) | {"environments": keys} for outcome, keys in groups.items()]
    return {"changed": datetime.now(UTC).date().isoformat(), "blocks": blocks}


def as_json(outcome: RecordedOutcome) -> dict[str, Any]:
    return {name: value for name, value in vars(outcome).items() if value is not None}


def save_all(records: Iterable[Record], blocks: Iterable[Block]) -> bool:
    """Write records; return whether one changed. A record without packages is removed.

    Outcomes go into the files of the pages that have these `blocks`; those of any other block are dropped. If a block
    has moved to another page, what it did in other environments moves along.

    `OSError` if the disk is full: then nothing has changed. An interruption while packages or Python change leaves no
    record at all, so that outcomes with two sets of packages never mix.
    """
    pages: dict[str, set[Path]] = {}  # by digest
    for block in blocks:
        pages.setdefault(block.digest, set()).add(page_file(block.page))
    by_key = {record.environment: record for record in records}
    with nobody_else_writing():
        old = {page: outcomes_in(read(page)) for page in (FOLDER / "pages").rglob("*.json")}
        new: dict[Path, Outcomes] = {}
        for page, outcomes in old.items():
            for digest, did in outcomes.items():
                others = {key: outcome for key, outcome in did.items() if key not in by_key}
                for target in pages.get(digest, {page}) if others else ():
                    new.setdefault(target, {}).setdefault(digest, {}).update(others)
        for key, record in by_key.items():
            for digest, outcome in record.outcomes.items():
                for target in pages.get(digest, ()):
                    new.setdefault(target, {}).setdefault(digest, {})[key] = outcome
        changes: list[tuple[Path, bytes | None]] = [(page, None) for page in old if page not in new]
        for page, outcomes in new.items():
            if outcomes != old.get(page):
                changes.append((page, as_bytes(page_content(outcomes))))
        for key, record in by_key.items():
            path, content = environment_file(key), environment_content(record)
            if (read(path) if path.exists() else None) != content:
                changes.insert(0, (path, None))
                if content:
                    changes.append((path, as_bytes(content)))
        replace_files(changes)
    return bool(changes)


def environment_content(record: Record) -> dict[str, Any] | None:
    """Return the content of an environment's file; `None` for a record without packages, which has no file."""
    if not record.packages:
        return None
    return {
        "keras": record.keras,
        "python": record.python,
        "packages": sorted(record.packages),
        "run": asdict(record.run),
    }


def as_bytes(content: Mapping[str, Any]) -> bytes:
    return (json.dumps(content, indent=1, ensure_ascii=False) + "\n").encode()


@contextlib.contextmanager
def nobody_else_writing() -> Iterator[None]:
    """Keep other threads, and other processes except on Windows, from changing the records meanwhile."""
    with WRITING:
        FOLDER.mkdir(parents=True, exist_ok=True)
        if sys.platform == "win32":
            yield
            return
        descriptor = os.open(FOLDER, os.O_RDONLY)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)


def is_stale(record: Record, environment: Environment) -> bool:
    """Return whether a record was made with another Python or other packages than its environment lists."""
    if not record.packages:
        return False
    return record.python != environment.python or not set(record.packages).issuperset(environment.pins)


def missing(record: Record, blocks: Iterable[Block]) -> list[Block]:
    """Return the blocks whose current code isn't recorded."""
    return [block for block in blocks if block.digest not in record.outcomes]


def differing(record: Record, other: Record | None, blocks: Iterable[Block]) -> list[Block]:
    """Return the blocks whose outcome isn't recorded, or differs from another record of that environment.

    All differ if the other record was made with another Python or other packages.
    """
    comparable = other and (other.python, other.packages) == (record.python, record.packages)
    known = other.outcomes if other and comparable else {}
    return [
        block
        for block in blocks
        if block.digest not in record.outcomes or record.outcomes[block.digest] != known.get(block.digest)
    ]


def keep_only(record: Record, blocks: Iterable[Block]) -> None:
    """Drop the outcomes of blocks that are no longer on any page."""
    digests = {block.digest for block in blocks}
    record.outcomes = {digest: kept for digest, kept in record.outcomes.items() if digest in digests}
