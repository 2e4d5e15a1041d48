"""Writes the HTML under a block: what it did in all environments."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Sequence
from html import escape

from evidence.findings.behaviours import Behaviour, State, behaviours, shown
from evidence.findings.changes import new_lines
from evidence.findings.computes_with import computes_with
from evidence.findings.measurements import Measurements
from evidence.findings.ranges import environment_name, in_words
from evidence.findings.recipe_verdicts import current_verdicts
from evidence.pages.blocks import Block
from evidence.running.environments import Environment
from evidence.running.records import RecordedOutcome
from evidence.running.unrecorded import how_to_record, records_required
from evidence.site.chips import chips
from evidence.site.html import code, code_spans, data_on, shortened
from evidence.site.recipe_html import recipe_line

log = logging.getLogger("mkdocs.evidence")
SEVERAL = 3  # other behaviours that the line under a block describes; the list below it has all of them
WARNING = 200  # longest warning, in characters
SHORT = 90  # longest output repeated in the line under a block, in characters


def evidence(block: Block, measurements: Measurements) -> Iterator[str]:
    """Yield the HTML that says what a block did in all environments."""
    environments = measurements.environments
    all_behaviours = behaviours(block, measurements)
    for behaviour in all_behaviours:
        if behaviour.state == "unknown":
            warn_unknown(block, behaviour, measurements)
    yield f'<div class="evidence" data-search-exclude data-block="{block.digest}">'
    # The space between two chips is for people who copy them or use a screen reader.
    yield f"<details><summary>{' '.join(chips(block, all_behaviours, environments))}</summary>"
    alone = attributes(all_behaviours[0], environments) if len(all_behaviours) == 1 else ""
    yield f'<p class="in-words"{alone}>{summary(block, all_behaviours, environments)}</p>'
    if len(all_behaviours) > 1 or len(all_behaviours[0].wordings) > 1:
        yield "<ul>"
        for behaviour in all_behaviours:
            yield f"<li{attributes(behaviour, environments)}>"
            yield from behaviour_in_full(block, behaviour, environments)
            yield "</li>"
        yield f"</ul><p>On tf.keras, {code('keras')} means {code('tensorflow.keras')} here.</p>"
    yield from warnings(block, measurements)
    yield "</details>"
    verdicts = current_verdicts()
    if recipe := verdicts.recipe_of(block.digest):
        yield from recipe_line(recipe, verdicts, environments)
    yield "</div>"


def warnings(block: Block, measurements: Measurements) -> Iterator[str]:
    """Yield the warnings that a block prints, and where."""
    if by_warning := measurements.by_warning(block):
        yield "<p>Warnings:</p><ul>"
        for warning, where in by_warning.items():
            yield f"<li>{in_words(where, measurements.environments)}: {code(shortened(warning, WARNING))}</li>"
        yield "</ul>"


def warn_unknown(block: Block, behaviour: Behaviour, measurements: Measurements) -> None:
    """Log that a block is not recorded, for each page that has it; an extension doesn't know which page it is on.

    It's a warning, which ends a strict build, only where records are required.
    """
    level = logging.WARNING if records_required() else logging.INFO
    where = in_words(behaviour.environments, measurements.environments)
    locations = {(other.page, other.line) for other in measurements.blocks if other.digest == block.digest}
    for page, line in sorted(locations):
        mend = how_to_record(page, behaviour.environments)
        log.log(level, "%s:%d: the block is not recorded in %s. %s", page, line, where, mend)


def known_environments(measurements: Measurements) -> str:
    """Return for the script, in order, each environment's key, name, what it computes with, and Keras's own version."""
    names = []
    for environment in measurements.environments:
        record = measurements.record(environment)
        name = environment_name(environment)
        names.append([environment.key, name, computes_with(environment, record), record.keras])
    return f'<script type="application/json" id="environments">{json.dumps(names)}</script>'


def attributes(behaviour: Behaviour, environments: Sequence[Environment]) -> str:
    """Return the attributes that identify a behaviour to the style sheet and the script."""
    return f"{data_on(behaviour.environments, environments)} data-is={behaviour.state}"


def summary(block: Block, all_behaviours: Sequence[Behaviour], environments: Sequence[Environment]) -> str:
    """Say in one line where a block does what the page shows, and where it doesn't."""
    by_state: dict[State, list[Behaviour]] = {}
    for behaviour in all_behaviours:
        by_state.setdefault(behaviour.state, []).append(behaviour)

    def where(*some: Behaviour) -> str:
        return in_words([environment for behaviour in some for environment in behaviour.environments], environments)

    parts = []
    others = sorted(by_state.get("other", []), key=lambda behaviour: len(behaviour.environments), reverse=True)
    if others:
        parts.append("<strong>Depends on your Keras.</strong>")
    if same := by_state.get("shown"):
        if len(all_behaviours) == 1:
            parts.append(f"The same on every Keras measured: {where(*same)}.")
        else:
            parts.append(f"{'As above' if others else 'The same'} on {where(*same)}.")
    parts += [f"On {where(other)} {brief_difference(block, other.wordings[0].outcome)}." for other in others[:SEVERAL]]
    if others[SEVERAL:]:
        parts.append(f"Something else again on {where(*others[SEVERAL:])}.")
    if lacking := by_state.get("lacking"):
        idioms = [behaviour.missing_idiom or "" for behaviour in lacking]
        reasons = f": {code_spans(idioms[0])}" if len(idioms) == 1 else ", which lack a feature the example uses"
        parts.append(f"Not applicable on {where(*lacking)}{reasons}.")
    if unknown := by_state.get("unknown"):
        parts.append(f"<strong>Not measured</strong> on {where(*unknown)}.")
    return " ".join(parts)


def brief_difference(block: Block, outcome: RecordedOutcome) -> str:
    """Say in a few words how an outcome differs from what the page shows."""
    if outcome.error:
        return f"it raises {code(outcome.error)}" + (f" at line {outcome.line}" if outcome.line else "")
    text = " / ".join(new_lines(block.expected_output or "", outcome.output))
    return f"it prints {code(shortened(text, SHORT))}" if text else "it prints less"


def behaviour_in_full(block: Block, behaviour: Behaviour, environments: Sequence[Environment]) -> Iterator[str]:
    """Yield a behaviour in full, with its wordings."""
    where = in_words(behaviour.environments, environments)
    if behaviour.missing_idiom:
        yield f"{where}: not applicable, {code_spans(behaviour.missing_idiom)}"
    elif not behaviour.wordings:
        yield f"{where}: not measured"
    elif len(behaviour.wordings) == 1:
        yield f"{where}: {outcome_in_full(block, behaviour.wordings[0].outcome)}"
    else:
        yield f"{where}: the same in {len(behaviour.wordings)} wordings<ul>"
        for wording in behaviour.wordings:
            where = in_words(wording.environments, environments)
            on = data_on(wording.environments, environments)
            yield f"<li{on}>{where}: {outcome_in_full(block, wording.outcome)}</li>"
        yield "</ul>"


def outcome_in_full(block: Block, outcome: RecordedOutcome) -> str:
    if outcome == shown(block):
        return "as above"
    if not outcome.error:
        return f"prints<pre>{escape(outcome.output, quote=False)}</pre>"
    text = f"{outcome.output}{outcome.error}: {outcome.message}"
    return f"raises{f' at line {outcome.line}' if outcome.line else ''}<pre>{escape(text, quote=False)}</pre>"
