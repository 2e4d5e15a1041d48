"""Writes the chips under a block: what it did where, at a glance.

"Keras 3", "tf.keras ≤ 2.5: ValueError". The style sheet puts a sign before each; a screen reader reads words instead.
Environments in no chip can't run the block as written, or are older than tf.keras: few readers have them. The sentence
that the chips open to is exact. "tf.keras ≥ 2.6" names only minor releases, and "older" and "others" mean those that
can run the block. Chips say what it does instead only for environments that many readers have.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from html import escape
from itertools import groupby

from evidence.findings.behaviours import STATES, Behaviour, State
from evidence.findings.changes import new_lines
from evidence.findings.families import family
from evidence.pages.blocks import Block
from evidence.running.environments import Environment
from evidence.site.html import code

SIGNS_IN_WORDS: Mapping[State, str] = {
    "shown": "The same on",
    "other": "Different on",
    "lacking": "Not applicable on",
    "unknown": "Not measured on",
}
SHORT = 24  # longest output that a chip repeats, in characters
TO = "\N{EN DASH}"
KERAS_1_AND_2 = f"Keras 1{TO}2"
OLDER, OTHERS = "older", "others"
SHORT_BACKENDS = {"TensorFlow": "TF"}


def chips(block: Block, all_behaviours: Sequence[Behaviour], environments: Sequence[Environment]) -> Iterator[str]:
    """Yield the chips for where a block does what its page shows, where it doesn't, and where that is unknown."""
    if len(all_behaviours) == 1:
        yield chip(all_behaviours[0].state, "every Keras")
        return
    by_state = {state: [each for each in all_behaviours if each.state == state] for state in STATES}
    named = {
        state: [one for each in alike for one in each.environments if family(one) != "keras-1-and-2"]
        for state, alike in by_state.items()
    }
    for state, alike in by_state.items():
        if alike and state != "lacking":
            where = in_short(named[state], environments) or OLDER
            if state == "other" and not by_state["unknown"]:
                where = rest_in_short(where, named["shown"], named["other"], environments)
            says_what = state == "other" and len(alike) == 1 and "," not in where and where not in (OLDER, OTHERS)
            yield chip(state, where, difference(block, alike[0]) if says_what else "")


def chip(state: State, where: str, what: str = "") -> str:
    spoken = f'<span class="spoken">{SIGNS_IN_WORDS[state]} </span>'
    return f'<span class="chip" data-sign="{state}">{spoken}{escape(where)}{f": {what}" if what else ""}</span>'


def difference(block: Block, behaviour: Behaviour) -> str:
    """Return what a block does instead, as HTML, if it's short."""
    outcome = behaviour.wordings[0].outcome
    if outcome.error:
        return code(outcome.error)
    text = " / ".join(new_lines(block.expected_output or "", outcome.output))
    return code(text) if 0 < len(text) <= SHORT else ""


def rest_in_short(
    names: str, shown: Collection[Environment], others: Collection[Environment], environments: Sequence[Environment]
) -> str:
    """Name where a block doesn't do as shown: "older" or "others", if there are many names."""
    if "," in names and all(is_older(one, shown, environments) for one in others):
        return OLDER
    is_long = sum(word[0].isalpha() for word in names.split()) > 1
    return OTHERS if is_long and shown else names


def is_older(one: Environment, shown: Collection[Environment], environments: Sequence[Environment]) -> bool:
    """Return whether an environment is older than all shown ones of its line; tf.keras is, even if none is shown."""
    line = [environment for environment in shown if environment.line == one.line]
    newer = all(environments.index(environment) < environments.index(one) for environment in line)
    return newer and bool(line or (shown and family(one) != "keras-3"))


def in_short(chosen: Collection[Environment], environments: Sequence[Environment], *, all_runs: bool = False) -> str:
    """Name some of the environments in a few words: "TF ≥ 3.4 JAX, tf.keras ≥ 2.6".

    If that takes more words, it says "some tf.keras" or "some Keras 3", unless `all_runs` are wanted: "tf.keras ≥ 2.6
    and 1.15".
    """
    keys = {environment.key for environment in chosen}
    if len(keys) == len(environments):
        return "every Keras"
    parts = []
    for name, group in groupby(environments, key=family):
        members = list(group)
        if name == "keras-3":
            parts.append(keras_3(keys, members, all_runs))
        else:
            parts += [releases("tf.keras" if name == "tf-keras" else KERAS_1_AND_2, keys, members, all_runs)]
    return ", ".join(filter(None, parts))


def keras_3(keys: Collection[str], members: Sequence[Environment], all_runs: bool) -> str:
    """Name releases of Keras 3: all, those since or up to a release on any backend, or backend by backend."""
    chosen = [environment for environment in members if environment.key in keys]
    if len(chosen) == len(members):
        return "Keras 3"
    if not chosen:
        return ""
    others = [environment for environment in members if environment.key not in keys]
    if min(map(rank, chosen)) > max(map(rank, others)):
        return f"Keras ≥ {minor(min(chosen, key=rank))}"
    if max(map(rank, chosen)) < min(map(rank, others)):
        return f"Keras 3 ≤ {minor(max(chosen, key=rank))}"
    names = []
    for _, line in lines(members):
        backend = line[0].backend_name or ""
        names.append(releases(SHORT_BACKENDS.get(backend, backend), keys, line, all_runs))
    names = [name for name in names if name]
    if len(names) > 1 and any(" " in name for name in names) and not all_runs:
        return "some Keras 3"
    return " ".join(names)


def releases(name: str, keys: Collection[str], line: Sequence[Environment], all_runs: bool) -> str:
    """Name releases of a line, which is sorted newest first: "tf.keras", "tf.keras ≥ 2.6", "Keras ≤ 2.1"."""
    found = [list(run) for is_chosen, run in groupby(line, key=lambda other: other.key in keys) if is_chosen]
    if not found or len(found[0]) == len(line):
        return name if found else ""
    if len(found) > 1 and not all_runs:
        return f"some {name}"
    name = "Keras" if name == KERAS_1_AND_2 else name
    return f"{name} {' and '.join(run_in_short(run, line) for run in found)}"


def run_in_short(run: Sequence[Environment], line: Sequence[Environment]) -> str:
    """Name neighbours in a line: "≥ 2.6", "≤ 2.1", "2.2". Keras 2 never gets "≥": Keras 3 followed it."""
    newest, oldest = minor(run[0], line), minor(run[-1], line)
    if run[-1] is line[-1]:
        return f"≤ {newest}"
    if run[0] is line[0] and family(line[0]) != "keras-1-and-2":
        return f"≥ {oldest}"
    return newest if newest == oldest else f"{oldest}{TO}{newest}"


def lines(environments: Sequence[Environment]) -> Iterator[tuple[str, list[Environment]]]:
    for name, line in groupby(environments, key=lambda environment: environment.line):
        yield name, list(line)


def rank(environment: Environment) -> tuple[int, ...]:
    return tuple(map(int, environment.release.split(".")[:2]))


def minor(environment: Environment, line: Sequence[Environment] = ()) -> str:
    """Return a release without its patch, if that identifies it in its line: "2.1", but "2.0.7"."""
    alike = [other for other in line if rank(other) == rank(environment)]
    return environment.release if len(alike) > 1 else ".".join(map(str, rank(environment)))
