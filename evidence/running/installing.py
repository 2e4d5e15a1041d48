"""Installs environments into .environments/."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import uv

from evidence.running import environments, records
from evidence.running.environments import Environment, Installation, is_stamped, running_python
from evidence.running.packages import package_name

Report = Callable[[str], object]  # is given each line that uv or pip prints, as it comes


def install(environment: Environment, recorded: Sequence[str] = (), *, report: Report = lambda line: None) -> None:
    """Install an environment if it is not installed.

    Its pins' dependencies get the `recorded` versions (`name==version`), or the newest that fit.
    `LookupError` if there is no Python for it, or if it is the pinned one; `OSError` if uv or pip fails.
    """
    if environment.installed:
        return
    if not environment.installation:
        raise LookupError(f"requirements.txt installs it: {environment.install_command}")
    (base, base_stamp), *own = environment.stamps()
    listed = {package_name(pin) for pin in environment.pins}  # The record may have been made before the list changed.
    with tempfile.NamedTemporaryFile("w", delete=False) as constraints:
        constraints.write("\n".join(package for package in recorded if package_name(package) not in listed))
    try:
        if not is_stamped(base, base_stamp):
            install_base(environment.installation, constraints.name, report)
            (base / "installed").write_text(base_stamp)
        for folder, stamp in own:
            shutil.rmtree(folder, ignore_errors=True)
            target = "--python", environment.interpreter, "--no-deps", "--target", folder
            run([uv.find_uv_bin(), "pip", "install", *target, *environment.own_packages], report)
            (folder / "installed").write_text(stamp)
    finally:
        Path(constraints.name).unlink()


def install_base(installation: Installation, constraints: str, report: Report) -> None:
    """Install what several environments share, with the versions in a constraints file."""
    shutil.rmtree(installation.folder, ignore_errors=True)
    python = find_python(installation.python)
    command: list[str | Path]
    # With UV_TORCH_BACKEND=cpu, uv knows where to find that build of PyTorch.
    if installation.installer == "pip" and "UV_TORCH_BACKEND" not in os.environ:
        run([python, "-m", "venv", installation.folder], report)
        command = [installation.interpreter, "-m", "pip", "install", "--quiet"]
    else:
        run([uv.find_uv_bin(), "venv", "--python", python, installation.folder], report)
        command = [uv.find_uv_bin(), "pip", "install", "--python", installation.interpreter]
    run([*command, "--constraint", constraints, *installation.packages], report)


def recorded_packages(environment: Environment) -> list[str]:
    """Return the packages of the environment's record, or of one that shares its installation."""
    sharing = [
        other for other in environments.read_environments().values() if other.installation == environment.installation
    ]
    found = records.load_all()
    packages = (found[candidate.key].packages for candidate in [environment, *sharing] if candidate.key in found)
    return next(filter(None, packages), [])


def megabytes_to_install(to_install: Iterable[Environment]) -> int:
    """Return the size of the installations that these environments still need."""
    installations = {environment.installation for environment in to_install if not environment.installed}
    return sum(
        installation.megabytes
        for installation in installations
        if installation and not (installation.folder / "installed").exists()
    )


def megabytes_free() -> float:
    """Return the free disk space where environments are installed."""
    environments.FOLDER.mkdir(exist_ok=True)
    return shutil.disk_usage(environments.FOLDER).free / 1e6


def find_python(version: str) -> str:
    """Return the interpreter of a Python such as "3.11"; `LookupError` if there is none."""
    if version == running_python():
        return sys.executable
    command = [uv.find_uv_bin(), "python", "find", "--no-project", version]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    if ended.returncode:
        raise LookupError(f"there is no Python {version} here. Put it on PATH, or: uv python install {version}")
    return ended.stdout.strip()


def run(command: Sequence[str | Path], report: Report = lambda line: None) -> None:
    """Run a command; `OSError` with the end of its output if it fails."""
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        assert process.stdout
        printed = ""
        for line in process.stdout:
            printed += line
            report(line.rstrip())
    if process.returncode:
        line = " ".join(map(str, command))
        raise OSError(f"{line}\nended with exit code {process.returncode}:\n{printed[-2000:]}")
