"""Names sets of environments in words: "Keras 3.0.5 to 3.15.1 on TensorFlow and JAX"."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import groupby

from evidence.running.environments import Environment


def in_words(chosen: Iterable[Environment], environments: Sequence[Environment]) -> str:
    """Name some of the environments in words: "Keras 3.0.5 to 3.15.1 on TensorFlow and JAX".

    A range covers consecutive releases of one line, all of them chosen, so the releases at its ends were measured.
    """
    keys = {environment.key for environment in chosen}
    ranges: dict[tuple[str | None, str], list[str]] = {}  # by backend, and the words around the releases
    for _, line in groupby(environments, key=lambda environment: environment.line):
        for run in runs(keys, line):
            span = run[0].release_format if is_numbered(run[0]) else run[0].release_name
            ranges.setdefault((run[0].backend_name, span), []).append(range_label(run))
    backends: dict[str, list[str]] = {}  # by the releases in words
    for (backend, span), labels in ranges.items():
        backends.setdefault(span.format(join_words(labels)), []).extend([backend] if backend else [])
    on_a_backend = [releases for releases, names in backends.items() if names]
    if len(on_a_backend) > 1 and keys.issuperset(
        environment.key for environment in environments if environment.backend_name
    ):
        others = {releases: names for releases, names in backends.items() if not names}
        backends = {on_a_backend[0]: ["every backend"]} | others
    return join_words(
        [releases + (f" on {join_words(names)}" if names else "") for releases, names in backends.items()]
    )


def environment_name(environment: Environment) -> str:
    """Name one environment in words: "tf.keras of TensorFlow 2.15.1"."""
    return in_words([environment], [environment])


def runs(keys: Collection[str], line: Iterable[Environment]) -> Iterator[list[Environment]]:
    """Yield the environments of a line that have these keys, as runs of neighbours.

    A release with a name instead of a number is a run of its own.
    """

    def run_key(environment: Environment) -> tuple[bool, bool | str]:
        return environment.key in keys, is_numbered(environment) or environment.release_name

    for (is_chosen, _), run in groupby(line, key=run_key):
        if is_chosen:
            yield list(run)


def is_numbered(environment: Environment) -> bool:
    return environment.release_name == environment.release


def range_label(run: Sequence[Environment]) -> str:
    """Name a run of neighbours, newest first, by its ends: "3.0.5 to 3.15.1"."""
    newest, oldest = run[0].release_name, run[-1].release_name
    return newest if newest == oldest else f"{oldest} to {newest}"


def join_words(words: Sequence[str]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)
