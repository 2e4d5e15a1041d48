"""Keeps what each block did in each environment, by the digest of its code: records/<environment>.json."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from evidence.blocks import ROOT, Block
from evidence.execution import Outcome
from evidence.outputs import replace

FOLDER = ROOT / "records"


@dataclass(frozen=True)
class RecordedOutcome:
    """What a block did, without what differs from run to run: seconds, addresses, its place on the page."""

    output: str
    error: str | None = None  # its type
    message: str | None = None
    line: int | None = None  # in the block, from 1


@dataclass
class Record:
    """All that was recorded in one environment."""

    environment: str
    packages: list[str] = field(default_factory=list)  # what was installed by name, with exact versions
    outcomes: dict[str, RecordedOutcome] = field(default_factory=dict)  # by digest


def recorded(block: Block, outcome: Outcome) -> RecordedOutcome:
    """Return what decides of an outcome."""
    output = without_addresses(outcome.output)
    if not outcome.error:
        return RecordedOutcome(output)
    error = outcome.error
    line = error.line - block.line if error.line else None
    return RecordedOutcome(output, error.type, without_addresses(error.message), line)


def without_addresses(text: str) -> str:
    return re.sub(r"0x[0-9a-f]{6,}", "0x…", text)


def load(key: str) -> Record:
    """Return the record of an environment; an empty one if there is none."""
    path = FOLDER / f"{key}.json"
    if not path.exists():
        return Record(key)
    content = json.loads(path.read_text(encoding="utf-8"))
    content["outcomes"] = {digest: RecordedOutcome(**entry) for digest, entry in content["outcomes"].items()}
    return Record(**content)


def save(record: Record) -> None:
    """Write a record, as a whole or not at all; what is the same stays the same byte for byte."""
    FOLDER.mkdir(exist_ok=True)
    content = {
        "environment": record.environment,
        "packages": sorted(record.packages),
        "outcomes": {
            digest: {name: value for name, value in vars(entry).items() if value is not None}
            for digest, entry in sorted(record.outcomes.items())
        },
    }
    text = json.dumps(content, indent=1, ensure_ascii=False) + "\n"
    replace(FOLDER / f"{record.environment}.json", text.encode())


def missing(record: Record, blocks: Iterable[Block]) -> list[Block]:
    """Return the blocks that were not recorded as they now stand."""
    return [block for block in blocks if block.digest not in record.outcomes]


def keep_only(record: Record, blocks: Iterable[Block]) -> None:
    """Forget the outcomes of blocks that no page has any more."""
    digests = {block.digest for block in blocks}
    record.outcomes = {digest: kept for digest, kept in record.outcomes.items() if digest in digests}


def by_outcome(block: Block, records: Mapping[str, Record]) -> dict[RecordedOutcome | None, list[str]]:
    """Group environments' labels by what the block did there; `None` where that is not known."""
    groups: dict[RecordedOutcome | None, list[str]] = {}
    for label, record in records.items():
        groups.setdefault(record.outcomes.get(block.digest), []).append(label)
    return groups
