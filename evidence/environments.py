"""Knows the environments of environments.toml, and installs them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path

from evidence.blocks import ROOT

LIST = Path(__file__).with_name("environments.toml")
FOLDER = ROOT / ".environments"


@dataclass(frozen=True)
class Environment:
    """One installed Keras."""

    key: str  # names line and release: `keras-3.15-jax`
    label: str  # what the pages call it
    python: str  # "3.11"
    backend: str  # the value of KERAS_BACKEND
    packages: tuple[str, ...]  # what pip is asked for, with exact versions

    @property
    def folder(self) -> Path:
        return FOLDER / self.key

    @property
    def interpreter(self) -> Path:
        return self.folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")

    @property
    def installed(self) -> bool:
        """Say whether just these packages were installed; a changed list needs a new installation."""
        stamp = self.folder / "installed"
        return stamp.exists() and stamp.read_text() == self.stamp

    @property
    def stamp(self) -> str:
        return "\n".join([self.python, *self.packages])


def read_environments() -> dict[str, Environment]:
    """Return the environments by key, in the order of the file."""
    entries = tomllib.loads(LIST.read_text(encoding="utf-8"))
    return {
        key: Environment(key=key, **(entry | {"packages": tuple(entry["packages"])})) for key, entry in entries.items()
    }


def install(environment: Environment) -> None:
    """Install an environment unless it is; `LookupError` without its Python, `OSError` if pip fails."""
    if environment.installed:
        return
    shutil.rmtree(environment.folder, ignore_errors=True)
    python = find_python(environment.python)
    run([python, "-m", "venv", environment.folder])
    run([environment.interpreter, "-m", "pip", "install", "--quiet", *environment.packages])
    (environment.folder / "installed").write_text(environment.stamp)


def find_python(version: str) -> str:
    """Return the interpreter of a Python "3.11"; `LookupError` if there is none."""
    if version == f"{sys.version_info.major}.{sys.version_info.minor}":
        return sys.executable
    found = shutil.which(f"python{version}")
    if not found:
        raise LookupError(f"there is no python{version} on PATH. Install it, then run this again.")
    return found


def run(command: list[str | Path]) -> None:
    ended = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if ended.returncode:
        line = " ".join(map(str, command))
        raise OSError(f"{line}\nended with exit code {ended.returncode}:\n{ended.stdout[-2000:]}")
