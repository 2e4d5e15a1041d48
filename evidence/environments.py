"""Knows the environments of environments.toml, and installs them into .environments/."""

from __future__ import annotations

import functools
import importlib.metadata
import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import uv
from packaging.requirements import Requirement

from evidence.blocks import ROOT

LIST = Path(__file__).with_name("environments.toml")
FOLDER = ROOT / ".environments"
UNLISTED = {"pip", "wheel"}  # They install, and nothing runs on them.


@dataclass(frozen=True)
class Installation:
    """A Python with packages, shared by the releases of Keras that run on it."""

    name: str
    python: str  # "3.11"
    packages: tuple[str, ...]  # with exact versions
    megabytes: int  # on disk, as measured
    tool: str = "uv"  # or "pip"

    @property
    def folder(self) -> Path:
        return FOLDER / self.name

    @property
    def interpreter(self) -> Path:
        return self.folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


@dataclass(frozen=True)
class Environment:
    """One installed Keras."""

    key: str  # names line and release: `keras-3.15-jax`, `tf-2.15`
    line: str  # "Keras 3 on JAX"
    release: str  # as its line counts: of TensorFlow for tf.keras, else of Keras
    span: str  # how the pages name releases of the line: "Keras {}"
    on: str | None  # and its backend, where the line is one of several: "JAX"
    label: str  # how they name the release within its line: its number, or a name
    backend: str  # the value of KERAS_BACKEND
    module: str  # what `import keras` gives
    installation: Installation | None  # None for the pinned one: the Python that runs this
    beside: tuple[str, ...]  # packages of its own, with exact versions

    @property
    def pinned(self) -> bool:
        return self.installation is None

    @property
    def folder(self) -> Path:
        """The folder of the packages of its own."""
        return FOLDER / self.key

    @property
    def interpreter(self) -> Path:
        return self.installation.interpreter if self.installation else Path(sys.executable)

    @property
    def python(self) -> str:
        return self.installation.python if self.installation else "{}.{}".format(*sys.version_info)

    @property
    def variables(self) -> dict[str, str]:
        """The variables that a process of its interpreter needs to be this environment."""
        return {"KERAS_BACKEND": self.backend} | ({"PYTHONPATH": str(self.folder)} if self.beside else {})

    @property
    def pins(self) -> tuple[str, ...]:
        """The packages asked for, those of its own before those that they hide."""
        if not self.installation:
            return (f"keras=={self.release}",)
        own = {name_of(pin) for pin in self.beside}
        return (*self.beside, *(pin for pin in self.installation.packages if name_of(pin) not in own))

    @property
    def installed(self) -> bool:
        """Say whether just what is listed is installed; a changed list needs a new installation."""
        return all(is_stamped(folder, text) for folder, text in self.stamps())

    def stamps(self) -> list[tuple[Path, str]]:
        """The folders it is installed in, and what each says once it is complete."""
        if not self.installation:
            return []
        base = "\n".join([self.installation.python, *self.installation.packages])
        own = [(self.folder, "\n".join([base, *self.beside]))] if self.beside else []
        return [(self.installation.folder, base), *own]

    def packages(self) -> list[str]:
        """Return all that is installed in it, as `name==version`; `LookupError` if it is not."""
        if not self.installation:
            return sorted(needed("keras", "tensorflow"))
        if not self.installed:
            raise LookupError(f"{self.key} is not installed: python -m evidence install {self.key}")
        folders = [next(self.installation.folder.glob("[Ll]ib*/**/site-packages"))]
        versions = {}
        for folder in [*folders, self.folder] if self.beside else folders:
            for found in importlib.metadata.distributions(path=[str(folder)]):
                versions[canonical(found.name)] = found.version.split("+")[0]  # torch's says CPU or CUDA
        return sorted(f"{name}=={version}" for name, version in versions.items() if name not in UNLISTED)


@functools.cache
def read_environments() -> dict[str, Environment]:
    """Return the environments by key, in the order of the file: by line, newest first."""
    content = tomllib.loads(LIST.read_text(encoding="utf-8"))
    installations = {
        name: Installation(name, **(entry | {"packages": tuple(entry["packages"])}))
        for name, entry in content["installations"].items()
    }
    return {
        entry["key"]: read_environment(line, entry, installations)
        for line in content["lines"]
        for entry in line["releases"]
    }


def read_environment(line: dict, entry: dict, installations: dict[str, Installation]) -> Environment:
    installation = installations[entry["on"]] if "on" in entry else None
    own = [f"{line['package']}=={entry['release']}"] if "package" in line else []
    there = installation.packages if installation else own
    return Environment(
        key=entry["key"],
        line=line["name"],
        release=entry["release"],
        span=line["span"],
        on=line.get("on"),
        label=entry.get("label", entry["release"]),
        backend=line["backend"],
        module=entry.get("module", line.get("module", "keras")),
        installation=installation,
        beside=tuple(pin for pin in [*own, *entry.get("also", [])] if pin not in there),
    )


def install(environment: Environment, known: Sequence[str] = ()) -> None:
    """Install an environment unless it is.

    What its pins bring along gets the versions that are `known` (of its record), or the newest that fit.
    `LookupError` without its Python, `OSError` if uv or pip fails.
    """
    if not environment.installation or environment.installed:
        return
    (base, base_stamp), *own = environment.stamps()
    hidden = {name_of(pin) for pin in environment.beside}
    with tempfile.NamedTemporaryFile("w", suffix=".txt", delete=False) as constraints:
        constraints.write("\n".join(pin for pin in known if name_of(pin) not in hidden))
    try:
        if not is_stamped(base, base_stamp):
            install_base(environment.installation, constraints.name)
            (base / "installed").write_text(base_stamp)
        for folder, stamp in own:
            shutil.rmtree(folder, ignore_errors=True)
            command = [uv.find_uv_bin(), "pip", "install", "--python", environment.interpreter]
            run([*command, "--no-deps", "--target", folder, *environment.beside])
            (folder / "installed").write_text(stamp)
    finally:
        Path(constraints.name).unlink()


def install_base(installation: Installation, constraints: str) -> None:
    shutil.rmtree(installation.folder, ignore_errors=True)
    python = find_python(installation.python)
    if installation.tool == "pip":
        run([python, "-m", "venv", installation.folder])
        install = [installation.interpreter, "-m", "pip", "install", "--quiet"]
    else:
        run([uv.find_uv_bin(), "venv", "--python", python, installation.folder])
        install = [uv.find_uv_bin(), "pip", "install", "--python", installation.interpreter]
    run([*install, "--constraint", constraints, *installation.packages])


def megabytes_to_install(environments: Iterable[Environment]) -> int:
    """Return what is still to be written to disk for these environments."""
    wanted = {each.installation for each in environments if each.installation and not each.installed}
    return sum(each.megabytes for each in wanted if not (each.folder / "installed").exists())


def megabytes_free() -> float:
    """Return the room left where environments are installed."""
    FOLDER.mkdir(exist_ok=True)
    return shutil.disk_usage(FOLDER).free / 1e6


def find_python(version: str) -> str:
    """Return the interpreter of a Python "3.11"; `LookupError` if there is none."""
    if version == "{}.{}".format(*sys.version_info):
        return sys.executable
    found = subprocess.run(
        [uv.find_uv_bin(), "python", "find", "--no-project", version], capture_output=True, text=True, check=False
    )
    if found.returncode:
        raise LookupError(f"there is no Python {version} here. uv python install {version}, or put it on PATH.")
    return found.stdout.strip()


def needed(*names: str) -> set[str]:
    """Return these packages of the running Python and all that they need, as `name==version`."""
    found, left = {}, list(names)
    while left:
        name = canonical(left.pop())
        if name in found:
            continue
        found[name] = importlib.metadata.version(name)
        requirements = map(Requirement, importlib.metadata.requires(name) or [])
        left += [each.name for each in requirements if not each.marker or each.marker.evaluate({"extra": ""})]
    return {f"{name}=={version}" for name, version in found.items() if name not in UNLISTED}


def name_of(pin: str) -> str:
    return canonical(pin.split("==")[0])


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def is_stamped(folder: Path, text: str) -> bool:
    stamp = folder / "installed"
    return stamp.exists() and stamp.read_text() == text


def run(command: list[str | Path]) -> None:
    ended = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if ended.returncode:
        line = " ".join(map(str, command))
        raise OSError(f"{line}\nended with exit code {ended.returncode}:\n{ended.stdout[-2000:]}")
