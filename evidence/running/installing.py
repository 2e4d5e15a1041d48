"""Installs environments into .environments/."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

import uv

from evidence.running import environments
from evidence.running.environments import Environment, Installation, is_stamped, running_python
from evidence.running.packages import package_name


def install(environment: Environment, known: Sequence[str] = ()) -> None:
    """Install an environment unless it is.

    What its pins bring along gets the versions that are `known` (of its record), or the newest that fit.
    `LookupError` without its Python, `OSError` if uv or pip fails.
    """
    if not environment.installation or environment.installed:
        return
    (base, base_stamp), *own = environment.stamps()
    hidden = {package_name(pin) for pin in environment.own_packages}
    with tempfile.NamedTemporaryFile("w", suffix=".txt", delete=False) as constraints:
        constraints.write("\n".join(pin for pin in known if package_name(pin) not in hidden))
    try:
        if not is_stamped(base, base_stamp):
            install_base(environment.installation, constraints.name)
            (base / "installed").write_text(base_stamp)
        for folder, stamp in own:
            shutil.rmtree(folder, ignore_errors=True)
            command = [uv.find_uv_bin(), "pip", "install", "--python", environment.interpreter]
            run([*command, "--no-deps", "--target", folder, *environment.own_packages])
            (folder / "installed").write_text(stamp)
    finally:
        Path(constraints.name).unlink()


def install_base(installation: Installation, constraints: str) -> None:
    shutil.rmtree(installation.folder, ignore_errors=True)
    python = find_python(installation.python)
    if installation.installer == "pip":
        run([python, "-m", "venv", installation.folder])
        install = [installation.interpreter, "-m", "pip", "install", "--quiet"]
    else:
        run([uv.find_uv_bin(), "venv", "--python", python, installation.folder])
        install = [uv.find_uv_bin(), "pip", "install", "--python", installation.interpreter]
    run([*install, "--constraint", constraints, *installation.packages])


def megabytes_to_install(chosen: Iterable[Environment]) -> int:
    """Return what is still to be written to disk for these environments."""
    installations = {environment.installation for environment in chosen if not environment.installed}
    return sum(
        installation.megabytes
        for installation in installations
        if installation and not (installation.folder / "installed").exists()
    )


def megabytes_free() -> float:
    """Return the room left where environments are installed."""
    environments.FOLDER.mkdir(exist_ok=True)
    return shutil.disk_usage(environments.FOLDER).free / 1e6


def find_python(version: str) -> str:
    """Return the interpreter of a Python "3.11"; `LookupError` if there is none."""
    if version == running_python():
        return sys.executable
    found = subprocess.run(
        [uv.find_uv_bin(), "python", "find", "--no-project", version], capture_output=True, text=True, check=False
    )
    if found.returncode:
        raise LookupError(f"there is no Python {version} here. uv python install {version}, or put it on PATH.")
    return found.stdout.strip()


def run(command: list[str | Path]) -> None:
    ended = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if ended.returncode:
        line = " ".join(map(str, command))
        raise OSError(f"{line}\nended with exit code {ended.returncode}:\n{ended.stdout[-2000:]}")
