"""The timeline: how the answers to a few questions changed, from the first release of Keras to the newest."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Sequence
from html import escape
from itertools import groupby

from evidence.findings.answers import Era, answer, eras
from evidence.findings.families import family_of_line
from evidence.findings.measurements import Measurements
from evidence.site.chips import minor
from evidence.site.links import heading_of

FOLDER = "docs/why"  # of the page that shows it
POP = "pop-exists", "layers-same", "predict-after-pop", "pop-returns"  # headings of docs/reference/behaviour/
NAMES = {"keras-1-and-2": "Keras 1 and 2", "tf-keras": "tf.keras", "keras-3": "Keras 3"}


def timeline(measurements: Measurements, questions: Sequence[str]) -> Iterator[str]:
    """Yield each question and, for each line of Keras, its eras, each as wide as its number of releases run."""
    asking = {heading_of(block).id: block for block in measurements.blocks if "/behaviour/" in block.page}
    for question in questions:
        block = asking[question]
        address = f"{posixpath.relpath(block.page, FOLDER)}#{question}"
        yield f'<div class="time"><p><a href="{address}">{heading_of(block).html}</a></p><dl>'
        today = answer(block, measurements.outcome(block, measurements.environments[0]))
        for name, line in lines_alike(eras(measurements, block)):
            yield f"<dt>{escape(name)} <small>{years(line)}</small></dt><dd><ol>"
            yield from (era_html(era, line, today) for era in line)
            yield "</ol></dd>"
        yield "</dl></div>"


def lines_alike(by_line: dict[str, list[Era]]) -> Iterator[tuple[str, list[Era]]]:
    """Yield the lines with their names; lines of a family that have only ever given the same answer are merged."""
    for family, lines in groupby(by_line, key=family_of_line):
        alike: dict[tuple[str, ...], list[str]] = {}
        members = list(lines)
        for line in reversed(members):  # as environments.toml has them: TensorFlow first
            said = tuple(era.answer for era in by_line[line])
            alike.setdefault(said if len(said) == 1 else (line,), []).append(line)
        for names in alike.values():
            backends = [by_line[line][0].environments[0].backend_name or "" for line in names]
            on = f" on {', '.join(backends)}" if len(names) < len(members) else ""
            yield NAMES[family] + on, by_line[names[0]]


def years(line: Sequence[Era]) -> str:
    """Return when the oldest and the newest release of a line came out."""
    first, last = line[0].environments[0].released.year, line[-1].environments[-1].released.year
    return f"{first}\N{EN DASH}{last}" if first != last else f"{first}"


def era_html(era: Era, line: Sequence[Era], today: str) -> str:
    """Return an era: the answer and, unless it holds for the whole line, the releases."""
    now = ' class="now"' if era.answer == today else ""
    releases = f" <small>{releases_in(era, line)}</small>" if len(line) > 1 else ""
    return f'<li{now} style="flex-grow: {len(era.environments)}">{escape(era.answer)}{releases}</li>'


def releases_in(era: Era, line: Sequence[Era]) -> str:
    """Name the releases of an era, with their patches only if its line has several of one minor release."""
    every = [environment for each in line for environment in each.environments]
    several = any(minor(environment, every) == environment.release for environment in every)
    names = [environment.release if several else minor(environment) for environment in era.environments]
    return names[0] if len(names) == 1 else f"{names[0]}\N{EN DASH}{names[-1]}"
