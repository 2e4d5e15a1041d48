"""Imports run one way: down the storeys listed in pyproject.toml."""

import subprocess
import sys
from pathlib import Path

from evidence.files import ROOT


def test_no_module_imports_one_of_a_higher_storey():
    command = [Path(sys.executable).with_name("lint-imports"), "--no-cache"]
    ended = subprocess.run(command, cwd=ROOT, text=True, capture_output=True, check=False)
    assert ended.returncode == 0, ended.stdout[-4000:]
