"""Keeps what the blocks did in an environment, by the digest of their code: records/<environment>.json.

How long they took is kept apart, in records/seconds/<environment>.json, and only written when the record changes: so a
run that finds the same changes no file.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from evidence.files import ROOT, replace_file
from evidence.pages.blocks import Block
from evidence.running.environments import Environment
from evidence.running.execution import Outcome

FOLDER = ROOT / "records"
SCHEMA = Path(__file__).with_name("records.schema.json")


@dataclass(frozen=True)
class RecordedOutcome:
    """What a block did, without what differs from run to run: seconds, addresses, paths, its place on the page."""

    output: str
    error: str | None = None  # its type
    message: str | None = None
    line: int | None = None  # in the block, from 1
    steps: str | None = None  # of a block that is watched, the digest of its steps


@dataclass
class Record:
    """Everything that was recorded in one environment."""

    environment: str  # its key; with "recipes/" before it, what its trials of recipes did
    keras: str | None = None  # keras.__version__
    python: str | None = field(default=None, kw_only=True)  # "3.11"
    packages: list[str] = field(default_factory=list)  # everything installed, as `name==version`, sorted
    outcomes: dict[str, RecordedOutcome] = field(default_factory=dict)  # by digest


@dataclass
class Seconds:
    """When a record last changed, and how long that run took."""

    date: str = ""  # ISO, UTC
    python: str = ""  # "3.11.7"
    importing: float = 0.0
    blocks: dict[str, float] = field(default_factory=dict)  # by digest


def recipes_key(environment: Environment) -> str:
    """Return the key of the record of an environment's trials, records/recipes/<environment>.json."""
    return f"recipes/{environment.key}"


def recorded(block: Block, outcome: Outcome) -> RecordedOutcome:
    """Return what is recorded of an outcome."""
    output = normalised(outcome.output)
    steps = steps_digest(outcome.steps) if outcome.steps is not None else None
    if not outcome.error:
        return RecordedOutcome(output, steps=steps)
    error = outcome.error
    line = error.line - block.line if error.line else None
    return RecordedOutcome(output, error.type, normalised(error.message), line, steps)


def steps_digest(steps: Sequence[Mapping[str, object]]) -> str:
    return hashlib.sha256(json.dumps(steps, sort_keys=True).encode()).hexdigest()[:16]


def normalised(text: str) -> str:
    """Return a text without addresses and counters of runs, and with paths relative to packages and working folders."""
    text = re.sub(r"0x[0-9a-f]{6,}", "0x…", text)
    text = re.sub(r"(?<![.\d])[0-9]{13,}", "…", text)  # the identity of an object
    text = re.sub(r"[^\s'\"(]*[/\\](?:site-packages|\.environments[/\\][\w.-]+|block-\w+[/\\]work)[/\\]", "", text)
    text = re.sub(r"[^\s'\"(]*[/\\]tmp[a-z0-9_]{8}\b", "…", text)  # what `tempfile` made
    text = re.sub(r"[^\s'\"(]*[/\\](__autograph_generated_file)\w+", r"\1", text)
    # TensorFlow adds where in the runner a node was made: TensorFlow 2 within the message, TensorFlow 1 at its end.
    text = re.sub(r' defined at \(most recent call last\):\n(?: *File "[^"]*", line \d+, in .*\n+)*', "\n", text)
    return re.split(r"\n+(?:Caused by op|Original stack trace for) ", text)[0]


def load(key: str) -> Record:
    """Return the record of an environment; an empty one if there is none."""
    path = FOLDER / f"{key}.json"
    if not path.exists():
        return Record(key)
    content = json.loads(path.read_text(encoding="utf-8"))
    content["outcomes"] = {digest: RecordedOutcome(**entry) for digest, entry in content["outcomes"].items()}
    return Record(**content)


def save(record: Record) -> bool:
    """Write a record as a whole or not at all; say whether it changed."""
    content = {
        "environment": record.environment,
        "keras": record.keras,
        "python": record.python,
        "packages": sorted(record.packages),
        "outcomes": {
            digest: {name: value for name, value in vars(entry).items() if value is not None}
            for digest, entry in sorted(record.outcomes.items())
        },
    }
    return write(FOLDER / f"{record.environment}.json", content)


def load_seconds(key: str) -> Seconds:
    """Return how long the record of an environment took; an empty answer if there is none."""
    path = FOLDER / "seconds" / f"{key}.json"
    return Seconds(**json.loads(path.read_text(encoding="utf-8"))) if path.exists() else Seconds()


def save_seconds(record: Record, seconds: Seconds) -> None:
    """Write how long the outcomes of a record took."""
    seconds.blocks = {digest: round(seconds.blocks[digest], 2) for digest in sorted(record.outcomes)}
    seconds.importing = round(seconds.importing, 2)
    write(FOLDER / "seconds" / f"{record.environment}.json", asdict(seconds))


def write(path: Path, content: Mapping[str, object]) -> bool:
    new = (json.dumps(content, indent=1, ensure_ascii=False) + "\n").encode()
    if path.exists() and path.read_bytes() == new:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    replace_file(path, new)
    return True


def is_stale(record: Record, environment: Environment) -> bool:
    """Say whether a record is of another Python or other packages than are listed for its environment."""
    if not record.packages:
        return False
    return record.python != environment.python or not set(record.packages).issuperset(environment.pins)


def missing(record: Record, blocks: Iterable[Block]) -> list[Block]:
    """Return the blocks that were not recorded as they now stand."""
    return [block for block in blocks if block.digest not in record.outcomes]


def keep_only(record: Record, blocks: Iterable[Block]) -> None:
    """Forget the outcomes of blocks that no page has any more."""
    digests = {block.digest for block in blocks}
    record.outcomes = {digest: kept for digest, kept in record.outcomes.items() if digest in digests}
