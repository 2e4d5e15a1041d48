"""Writes the HTML under a block: what it did in all environments."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Mapping
from html import escape

from evidence.findings.behaviours import Behaviour, behaviour_key, behaviours
from evidence.findings.changes import new_lines
from evidence.findings.computes_with import computes_with
from evidence.findings.ranges import spans
from evidence.pages.blocks import Block, all_blocks
from evidence.running.environments import Environment, read_environments
from evidence.running.records import Record, RecordedOutcome
from evidence.site.html import code, code_spans, data_on

log = logging.getLogger("mkdocs.evidence")  # What it warns of makes a strict build fail.
SEVERAL = 3  # other behaviours that the line under a block tells; the list below it has all
SHORT = 90  # characters of an output that the line under a block repeats


def evidence(block: Block, records: Mapping[str, Record]) -> Iterator[str]:
    """Yield the HTML that tells what a block did in all environments."""
    environments = list(read_environments().values())
    found = behaviours(block, environments, records)
    if unknown := [each for each in found if each.outcome is None]:
        for page, line in sorted(locations(block)):
            where = spans(unknown[0].environments, environments)
            log.warning("%s:%d: the block is not recorded in %s: python -m evidence record %s", page, line, where, page)
    yield f'<div class="evidence" data-search-exclude data-block="{block.digest}">'
    alone = f"{data_on(found[0].environments)} data-is={state(block, found[0])}" if len(found) == 1 else ""
    yield f"<p{alone}>{summary(block, found, environments)}</p>"
    if len(found) > 1 or len(found[0].wordings) > 1:
        yield "<details><summary>What each Keras does</summary><ul>"
        for each in found:
            yield f"<li{data_on(each.environments)} data-is={state(block, each)}>"
            yield from behaviour_in_full(block, each, environments)
            yield "</li>"
        yield f"</ul><p>For tf.keras, {code('keras')} was made to mean {code('tensorflow.keras')}.</p></details>"
    yield "</div>"


def locations(block: Block) -> set[tuple[str, int]]:
    """Return where a block stands; an extension is not told which page it works on."""
    return {(each.page, each.line) for each in all_blocks() if each.digest == block.digest}


def known_environments(records: Mapping[str, Record]) -> str:
    """Return the names of the environments by their numbers, for the script."""
    names = [
        [each.key, spans([each], [each]), computes_with(each, records[each.key]), records[each.key].keras]
        for each in read_environments().values()
    ]
    return f'<script type="application/json" id="environments">{json.dumps(names)}</script>'


def state(block: Block, behaviour: Behaviour) -> str:
    """Name a behaviour for the style sheet and the script: as shown, other, lacking the idiom, or unknown."""
    if behaviour.outcome is None:
        return "unknown"
    if behaviour.missing_idiom:
        return "lacking"
    return "shown" if behaviour_key(block, behaviour.outcome) == behaviour_key(block, shown(block)) else "other"


def shown(block: Block) -> RecordedOutcome:
    return RecordedOutcome(block.expected_output or "")


def summary(block: Block, found: list[Behaviour], environments: list[Environment]) -> str:
    """Say in one quiet line where a block does the same, and where not."""
    by_state: dict[str, list[Behaviour]] = {}
    for each in found:
        by_state.setdefault(state(block, each), []).append(each)

    def where(those: list[Behaviour]) -> str:
        return spans([environment for each in those for environment in each.environments], environments)

    parts = []
    others = sorted(by_state.get("other", []), key=lambda each: len(each.environments), reverse=True)
    if others:
        parts.append("<strong>Depends on your Keras.</strong>")
    if same := by_state.get("shown"):
        everywhere = len(found) == 1
        parts.append(
            f"The same on every Keras measured: {where(same)}."
            if everywhere
            else f"{'As above' if others else 'The same'} on {where(same)}."
        )
    parts += [f"On {where([each])} {brief_difference(block, each)}." for each in others[:SEVERAL]]
    if others[SEVERAL:]:
        parts.append(f"Something else again on {where(others[SEVERAL:])}.")
    if lacking := by_state.get("lacking"):
        reasons = (
            f": {code_spans(lacking[0].missing_idiom)}" if len(lacking) == 1 else ", which lack what it is written with"
        )
        parts.append(f"Not applicable on {where(lacking)}{reasons}.")
    if unknown := by_state.get("unknown"):
        parts.append(f"<strong>Not measured</strong> on {where(unknown)}.")
    return " ".join(parts)


def brief_difference(block: Block, behaviour: Behaviour) -> str:
    """Say in a few words what a block does that is not what the page shows."""
    outcome = behaviour.outcome
    if outcome.error:
        return f"it raises {code(outcome.error)}" + (f" at line {outcome.line}" if outcome.line else "")
    text = " / ".join(new_lines(block.expected_output or "", outcome.output))
    if not text:
        return "it prints less"
    return f"it prints {code(text if len(text) <= SHORT else text[:SHORT] + '…')}"


def behaviour_in_full(block: Block, behaviour: Behaviour, environments: list[Environment]) -> Iterator[str]:
    """Yield a behaviour in full, with its wordings."""
    where = spans(behaviour.environments, environments)
    if behaviour.missing_idiom:
        yield f"{where}: not applicable, {code_spans(behaviour.missing_idiom)}"
    elif len(behaviour.wordings) == 1:
        yield f"{where}: {outcome_in_full(block, behaviour.outcome)}"
    else:
        yield f"{where}: the same in {len(behaviour.wordings)} wordings<ul>"
        for wording, those in behaviour.wordings:
            yield f"<li{data_on(those)}>{spans(those, environments)}: {outcome_in_full(block, wording)}</li>"
        yield "</ul>"


def outcome_in_full(block: Block, outcome: RecordedOutcome | None) -> str:
    """Tell an outcome in full."""
    if outcome is None:
        return "not measured"
    if outcome == shown(block):
        return "as above"
    if not outcome.error:
        return f"prints<pre>{escape(outcome.output, quote=False)}</pre>"
    text = f"{outcome.output}{outcome.error}: {outcome.message}"
    return f"raises{f' at line {outcome.line}' if outcome.line else ''}<pre>{escape(text, quote=False)}</pre>"
