"""Says which environments behave alike on a block, and what a release changed."""

from __future__ import annotations

import ast
import functools
import re
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby, pairwise

from evidence.blocks import Block, nodes
from evidence.environments import Environment
from evidence.records import Record, RecordedOutcome

# The words that surgery is done with: a block that raises above the first of them never came to the point.
SURGERY = {"pop", "layers", "_layers", "get_layer", "clone_model", "inputs", "outputs", "input", "output", "trainable"}

# What an old release says where it lacks the idiom of a block, not the behaviour that the block is about.
IDIOMS = {
    r"module '[\w.]*keras(?P<module>[\w.]*)' has no attribute '(?P<name>\w+)'": "needs `keras{module}.{name}`",
    r"No module named '(?P<name>keras[\w.]*)'": "needs `{name}`",
    r"cannot import name '(?P<name>\w+)'": "needs `{name}`",
    r"unexpected keyword argument '(?P<name>call_function|clone_function)'": "needs `clone_model({name}=...)`",
    r"must be an instance of class Layer\. (Found|Received): .*Tensor\(": "needs `keras.Input` in a Sequential",
    r"(`fit` is not supported with|fit not implemented for)": "needs a backend that trains",
}


@dataclass(frozen=True)
class Behaviour:
    """What a block does in some environments, where outputs are the same, or the same line raises the same type."""

    outcome: RecordedOutcome | None  # in the first of them; None where it was not measured
    needs: str | None  # what they lack of the block's idiom: then the behaviour says nothing of the block's point
    wordings: tuple[tuple[RecordedOutcome, tuple[Environment, ...]], ...]

    @property
    def environments(self) -> tuple[Environment, ...]:
        return tuple(each for _, environments in self.wordings for each in environments)


def behaviours(block: Block, environments: Iterable[Environment], records: Mapping[str, Record]) -> list[Behaviour]:
    """Group environments by what the block does there.

    First those that do what the page shows, then others, then those that lack the idiom, then the unknown; within
    that, in the order of the environments.
    """
    alike: dict[object, dict[RecordedOutcome | None, list[Environment]]] = {}
    for environment in environments:
        outcome = records[environment.key].outcomes.get(block.digest)
        alike.setdefault(kind(block, outcome), {}).setdefault(outcome, []).append(environment)
    found = [
        Behaviour(
            next(iter(wordings)),
            needs(block, next(iter(wordings))),
            tuple((outcome, tuple(those)) for outcome, those in wordings.items()),
        )
        for wordings in alike.values()
    ]
    shown = RecordedOutcome(block.expected_output or "")
    return sorted(
        found,
        key=lambda each: (
            each.outcome is None,
            each.needs is not None,
            kind(block, each.outcome) != kind(block, shown),
        ),
    )


@functools.cache  # What a block did is compared again and again, and never changes.
def kind(block: Block, outcome: RecordedOutcome | None) -> object:
    """Return what two outcomes have in common if, and only if, they behave alike."""
    if outcome is None:
        return None
    if lacking := needs(block, outcome):
        return "needs", lacking
    if outcome.error:
        return "raises", outcome.error, outcome.line
    return "prints", without_messages(block.code, outcome.output)


@functools.cache
def needs(block: Block, outcome: RecordedOutcome | None) -> str | None:
    """Say what a release lacks of the idiom that a block is written in; `None` if the block came to its point."""
    if outcome is None or outcome.error is None:
        return None
    for pattern, words in IDIOMS.items():
        if found := re.search(pattern, outcome.message):
            return words.format(**found.groupdict())
    if outcome.line and outcome.line < surgery_line(block.code):
        return f"line {outcome.line}, before the surgery, raises `{outcome.error}`"
    return None


@functools.cache
def surgery_line(code: str) -> int:
    """Return the line on which a block's surgery begins, from 1; 0 if it does none that is known."""
    try:
        found = nodes(code)
    except SyntaxError:
        return 0
    attributes = [node for node in found if isinstance(node, ast.Attribute) and node.attr in SURGERY]
    lines = [node.lineno for node in attributes if ast.unparse(node) != "keras.layers"]
    return min(lines, default=0)


@functools.cache
def errors(block: Block, outcome: RecordedOutcome) -> Sequence[tuple[str, str]]:
    """Return type and message of what ended a block, and of what it caught and printed."""
    ended = [(outcome.error, outcome.message)] if outcome.error else []
    printed = [printed_error(block.code, line) for line in outcome.output.splitlines()]
    return (*ended, *filter(None, printed))


def without_messages(code: str, output: str) -> str:
    """Return an output without the messages of the errors that the block caught and printed."""
    lines = []
    for line in output.splitlines():
        found = printed_error(code, line)
        lines.append(line.replace(found[1], "…") if found else line)
    return "\n".join(lines)


def printed_error(code: str, line: str) -> tuple[str, str] | None:
    """Return type and message if a line of a block's output is of an error that it caught; `None` if it may not be."""
    of_errors, of_others = prints(code)
    if any(re.fullmatch(pattern, line) for pattern in of_others):
        return None
    for pattern, kind in of_errors:
        if found := re.fullmatch(pattern, line):
            return found.groupdict().get("type") or kind, found["message"]
    return None


@functools.cache
def prints(code: str) -> tuple[list[tuple[str, str]], list[str]]:
    """Return patterns of the lines that a block prints: of caught errors, each with its type, and of all else."""
    if "except" not in code:  # It catches nothing: most blocks.
        return [], [".*"]
    try:
        found = nodes(code)
    except SyntaxError:
        return [], [".*"]
    handlers = [each for each in found if isinstance(each, ast.ExceptHandler) and each.name]
    of_errors, of_others = [], []
    for call in found:
        if not isinstance(call, ast.Call) or ast.unparse(call.func) != "print":
            continue
        handler = next((each for each in handlers if call in ast.walk(each)), None)
        pattern = " ".join(pattern_of(part, handler and handler.name) for part in call.args)
        if pattern.count("(?P<message>") == 1 and pattern.count("(?P<type>") <= 1:
            of_errors.append((pattern, " or ".join(caught(handler))))
        else:
            of_others.append(re.sub(r"\(\?P<\w+>", "(", pattern))
    return of_errors, of_others


def caught(handler: ast.ExceptHandler) -> list[str]:
    """Name the types that an `except` catches."""
    types = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return [ast.unparse(each) if each else "Exception" for each in types]


def pattern_of(part: ast.expr, error: str | None) -> str:
    """Return a pattern of what an argument of `print` becomes, where `error` is the name of a caught error."""
    if isinstance(part, ast.Constant):
        return re.escape(str(part.value))
    if isinstance(part, ast.JoinedStr):
        return "".join(pattern_of(each, error) for each in part.values)
    if isinstance(part, ast.FormattedValue):
        return pattern_of(part.value, error)
    if ast.unparse(part) == f"type({error}).__name__":
        return r"(?P<type>\w*(?:Error|Exception))"
    says_it = any(isinstance(each, ast.Name) and each.id == error for each in ast.walk(part))
    return "(?P<message>.+)" if says_it and not isinstance(part, ast.Compare) else ".*"


def spans(chosen: Iterable[Environment], environments: Sequence[Environment]) -> str:
    """Name some of the environments in words: "Keras 3.0.5 to 3.15.1 on TensorFlow and JAX".

    A range is of neighbours in one line, all of them chosen; the releases at its ends were measured.
    """
    chosen = {each.key for each in chosen}
    ranges: dict[str, list[str]] = {}  # by the backend and the words around them
    for _, line in groupby(environments, key=lambda each: each.line):
        for run in runs(chosen, list(line)):
            ranges.setdefault((run[0].on, run[0].span if unnamed(run[0]) else "{}"), []).append(between(run))
    backends: dict[str, list[str]] = {}
    for (on, words), found in ranges.items():
        backends.setdefault(words.format(join(found)), []).extend([on] if on else [])
    with_backends = [each for each in environments if each.on]
    if len(backends) > 1 and chosen.issuperset(each.key for each in with_backends):
        several = [words for words, on in backends.items() if on]
        backends = {several[0]: ["every backend"]} | {words: on for words, on in backends.items() if not on}
    return join([words + (f" on {join(on)}" if on else "") for words, on in backends.items()])


def runs(chosen: Container[str], line: Sequence[Environment]) -> Iterator[list[Environment]]:
    """Yield the chosen ones of a line, by key, as runs of neighbours; one called by a name stands alone."""
    for (is_chosen, _), run in groupby(line, lambda each: (each.key in chosen, unnamed(each) or each.label)):
        if is_chosen:
            yield list(run)


def unnamed(environment: Environment) -> bool:
    return environment.label == environment.release


def between(run: Sequence[Environment]) -> str:
    """Name a run of neighbours, newest first, by its ends: "3.0.5 to 3.15.1"."""
    newest, oldest = run[0].label, run[-1].label
    return newest if newest == oldest else f"{oldest} to {newest}"


def new_lines(old: str, new: str) -> list[str]:
    """Return the lines of an output that differ from another's."""
    old_lines, lines = old.splitlines(), new.splitlines()
    blocks = SequenceMatcher(None, old_lines, lines, autojunk=False).get_opcodes()
    return [line for tag, _, _, start, end in blocks if tag != "equal" for line in lines[start:end]]


def join(words: Sequence[str]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]] if words[1:] else words)


def changes(
    blocks: Iterable[Block], environments: Iterable[Environment], records: Mapping[str, Record]
) -> Iterator[tuple[Environment, Environment, list[tuple[Block, RecordedOutcome, RecordedOutcome]]]]:
    """Yield each release, the one before it in its line, and the blocks that behave differently: before and after."""
    blocks = list(blocks)
    for newer, older in pairwise(environments):
        if newer.line != older.line:
            continue
        pairs = [
            (block, *(records[each.key].outcomes.get(block.digest) for each in (older, newer))) for block in blocks
        ]
        yield (
            newer,
            older,
            [
                (block, before, after)
                for block, before, after in pairs
                if before and after and kind(block, before) != kind(block, after)
            ],
        )
