"""Names sets of environments in words: "Keras 3.0.5 to 3.15.1 on TensorFlow and JAX"."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Sequence
from itertools import groupby

from evidence.running.environments import Environment


def spans(chosen: Iterable[Environment], environments: Sequence[Environment]) -> str:
    """Name some of the environments in words: "Keras 3.0.5 to 3.15.1 on TensorFlow and JAX".

    A range is of neighbours in one line, all of them chosen; the releases at its ends were measured.
    """
    chosen = {each.key for each in chosen}
    ranges: dict[str, list[str]] = {}  # by the backend and the words around them
    for _, line in groupby(environments, key=lambda each: each.line):
        for run in runs(chosen, list(line)):
            ranges.setdefault((run[0].on, run[0].span if unnamed(run[0]) else "{}"), []).append(name_of_run(run))
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


def name_of_run(run: Sequence[Environment]) -> str:
    """Name a run of neighbours, newest first, by its ends: "3.0.5 to 3.15.1"."""
    newest, oldest = run[0].label, run[-1].label
    return newest if newest == oldest else f"{oldest} to {newest}"


def join(words: Sequence[str]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]] if words[1:] else words)
