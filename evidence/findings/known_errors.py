"""Collects the error messages of all blocks: what raised or printed them, and where."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from evidence.findings.families import newest_family
from evidence.findings.idioms import missing_idiom
from evidence.findings.measurements import Measurements
from evidence.findings.messages import error_messages
from evidence.pages.blocks import Block
from evidence.running.environments import Environment


@dataclass(frozen=True)
class KnownError:
    """An error message, and the blocks that raised it, or caught and printed it."""

    type: str
    message: str
    blocks: Sequence[Block]  # those that got to their point come first
    environments: frozenset[Environment]
    missing_idiom: str | None  # Markdown: what the releases lack, if no block got to its point

    @property
    def family(self) -> str:
        """The newest family of Keras that raises it."""
        return newest_family(self.environments)


@dataclass(frozen=True)
class Message:
    """A message as a reader knows it: its wordings differ only in names, numbers and shapes."""

    wordings: Sequence[KnownError]  # the newest Keras's first

    @property
    def types(self) -> list[str]:
        """The types it is known to be raised as: a block that catches several types may not say which one it caught."""
        return sorted({error.type for error in self.wordings if " or " not in error.type})

    @property
    def blocks(self) -> list[Block]:
        """The blocks that show it; those that got to their point come first."""
        ordered = sorted(self.wordings, key=lambda error: error.missing_idiom is not None)
        return list(dict.fromkeys(block for error in ordered for block in error.blocks))

    @property
    def environments(self) -> frozenset[Environment]:
        return frozenset(environment for error in self.wordings for environment in error.environments)


def messages(errors: Iterable[KnownError]) -> list[Message]:
    """Group errors whose messages differ only in names, numbers and shapes, ordered by each group's first error."""
    groups: dict[str, list[KnownError]] = {}
    for error in errors:
        groups.setdefault(without_names(error.message), []).append(error)
    return [Message(group) for group in groups.values()]


def without_names(message: str) -> str:
    """Return the line of a message that says what is wrong, with "…" for names, numbers, shapes and tensors.

    If Keras or TensorFlow wrapped another error, that is the last line that names an error; otherwise it's the first
    line. Which object lacks an attribute doesn't matter, but which attribute does.
    """
    lines = [line.strip() for line in message.splitlines() if line.strip()]
    if not lines:
        return ""
    line = next((line for line in reversed(lines) if re.match(r"[\w.]+(Error|Exception): ", line)), lines[0])
    if match := re.search(r"(?:has no attribute|cannot import name|no setter|can't set) .*", line):
        return re.sub(r" from .*| \(.*", "", match[0])
    text = re.sub(r"<(?:KerasTensor|tf\.Tensor|Tensor)[^>]*>|(?:Keras)?Tensor(?:Spec)?\(.*?\)(?=[ .,]|$)", "…", line)
    text = re.sub(r"<[\w. <>]+ at 0x…>", "…", text)  # an object or a function
    text = re.sub(r"(?<!\w)(['\"`]).*?\1", "…", text)  # not from the apostrophe of "doesn't" on
    text = re.sub(r"[\[(][\w\s,?.…]*[\])]", "…", text)
    text = re.sub(r"(?<=[Ll]ayer )\w+|\b\w*_?\d[\w.]*", "…", text)
    return text.split(". ")[0][:90] if re.search(r"\w", text) else line  # the key of a KeyError


@functools.lru_cache(maxsize=1)  # Each page of the index uses all of them.
def known_errors(measurements: Measurements) -> Sequence[KnownError]:
    """Return every error message in the records, sorted by type, then by text, both regardless of case."""
    occurrences: dict[tuple[str, str], dict[Block, list[Environment]]] = {}
    for block in measurements.blocks:
        for outcome, environments in measurements.by_outcome(block).items():
            for error in error_messages(block, outcome) if outcome else ():
                occurrences.setdefault(error, {}).setdefault(block, []).extend(environments)
    errors = [known_error(measurements, *error, blocks) for error, blocks in occurrences.items()]
    return tuple(sorted(errors, key=lambda error: (error.type.lower(), error.message.lower())))


def known_error(
    measurements: Measurements, error_type: str, message: str, blocks: dict[Block, list[Environment]]
) -> KnownError:
    idioms = {
        block: missing_idiom(block, measurements.outcome(block, environments[0]))
        for block, environments in blocks.items()
    }
    ordered = sorted(blocks, key=lambda block: idioms[block] is not None)
    everywhere = frozenset(environment for environments in blocks.values() for environment in environments)
    return KnownError(error_type, message, ordered, everywhere, idioms[ordered[0]])
