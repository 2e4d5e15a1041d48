"""Reads the environments of environments.toml."""

from __future__ import annotations

import datetime
import difflib
import functools
import importlib.metadata
import os
import sys
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from packaging.utils import canonicalize_name

from evidence.files import ROOT
from evidence.running.packages import UNLISTED, installed_with_dependencies, is_installed, package_name

ENVIRONMENTS_FILE = Path(__file__).with_name("environments.toml")
FOLDER = ROOT / ".environments"
PINNED_PACKAGES = "keras", "tensorflow"  # the pinned environment: these, and all that they need


@dataclass(frozen=True)
class Installation:
    """A Python with packages, shared by the releases of Keras that run on it."""

    name: str
    python: str  # "3.11"
    packages: tuple[str, ...]  # with exact versions
    megabytes: int  # measured on disk
    installer: str = "uv"  # or "pip"
    variables: Mapping[str, str] = field(default_factory=dict, hash=False)  # for its processes

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
    release: str  # of TensorFlow for tf.keras, else of Keras
    released: datetime.date  # uploaded to PyPI
    release_format: str  # how pages name releases of the line: "Keras {}"
    release_name: str  # what goes into that: the release's number, or its whole name: "tf_keras 2.21"
    backend_name: str | None  # "JAX"; `None` for a line that has only ever had one backend
    backend: str  # the value of KERAS_BACKEND
    module: str  # what `import keras` imports: "keras", "tensorflow.keras", "tf_keras"
    python: str  # "3.11": its record's; the pinned environment also runs on others
    installation: Installation | None  # None for the pinned one: it is the Python that runs this
    own_packages: tuple[str, ...]  # with exact versions, in its own folder beside the installation
    tries_recipes: bool = False  # whether to try each recipe on each kind of model here, too

    @property
    def pinned(self) -> bool:
        return self.installation is None

    @property
    def folder(self) -> Path:
        """The folder of its own packages."""
        return FOLDER / self.key

    @property
    def interpreter(self) -> Path:
        return self.installation.interpreter if self.installation else Path(sys.executable)

    @property
    def variables(self) -> dict[str, str]:
        """The variables that turn a process of its interpreter into this environment."""
        own = {"PYTHONPATH": str(self.folder)} if self.own_packages else {}
        return {"KERAS_BACKEND": self.backend, **own, **(self.installation.variables if self.installation else {})}

    @property
    def pins(self) -> tuple[str, ...]:
        """The listed packages: its own, then the installation's that they don't hide."""
        if not self.installation:
            return (f"keras=={self.release}",)
        own_names = {package_name(pin) for pin in self.own_packages}
        shared = [pin for pin in self.installation.packages if package_name(pin) not in own_names]
        return (*self.own_packages, *shared)

    @property
    def installed(self) -> bool:
        """Return whether exactly what is listed is installed; a changed list needs a new installation."""
        if self.pinned:
            return all(map(is_installed, PINNED_PACKAGES))
        return all(is_stamped(folder, text) for folder, text in self.stamps())

    @property
    def install_command(self) -> str:
        return "pip install -r requirements.txt" if self.pinned else f"python -m evidence install {self.key}"

    def stamps(self) -> list[tuple[Path, str]]:
        """Return the folders it is installed in, each with the stamp that marks it as complete."""
        if not self.installation:
            return []
        base = "\n".join([self.installation.python, *self.installation.packages])
        own = [(self.folder, "\n".join([base, *self.own_packages]))] if self.own_packages else []
        return [(self.installation.folder, base), *own]

    def installed_packages(self) -> list[str]:
        """Return everything installed in it, as `name==version`; `LookupError` if it is not installed."""
        if not self.installed:
            raise LookupError(f"{self.key} is not installed: {self.install_command}")
        if not self.installation:
            return sorted(installed_with_dependencies(*PINNED_PACKAGES))
        folders = [next(self.installation.folder.glob("[Ll]ib*/**/site-packages"))]
        versions = {}
        for folder in [*folders, self.folder] if self.own_packages else folders:
            for distribution in importlib.metadata.distributions(path=[str(folder)]):
                version, *_ = distribution.version.split("+")  # PyTorch's also has CPU or CUDA in it.
                versions[canonicalize_name(distribution.name)] = version
        return sorted(f"{name}=={version}" for name, version in versions.items() if name not in UNLISTED)


@functools.cache
def read_environments() -> dict[str, Environment]:
    """Return the environments by key, in the order of the file: by line, newest first.

    Raises `ValueError` if a release names an installation that the file does not list.
    """
    text = ENVIRONMENTS_FILE.read_text(encoding="utf-8")
    content = tomllib.loads(text)
    installations = {
        name: Installation(name, **(entry | {"packages": tuple(entry["packages"])}))
        for name, entry in content["installations"].items()
    }
    if unknown := [
        name
        for line in content["lines"]
        for entry in line["releases"]
        if (name := entry.get("installation")) and name not in installations
    ]:
        raise ValueError(unknown_installation(unknown[0], installations, text))
    return {
        entry["key"]: read_environment(line, entry, installations, content["pinned_python"])
        for line in content["lines"]
        for entry in line["releases"]
    }


def unknown_installation(name: str, installations: Iterable[str], text: str) -> str:
    lines = text.split("\n")
    line = next(number for number, each in enumerate(lines, 1) if f'installation = "{name}"' in each)
    near = difflib.get_close_matches(name, installations, 1)
    mend = f"Did you mean {near[0]}?" if near else f"Add a table [installations.{name}] at the end of the file."
    file = ENVIRONMENTS_FILE.relative_to(ROOT).as_posix()
    return f"{file}:{line}: there is no installation {name!r}. {mend}"


def pinned_environment() -> Environment:
    """Return the environment whose outputs the pages show."""
    return next(environment for environment in read_environments().values() if environment.pinned)


def read_environment(
    line: dict[str, Any], entry: dict[str, Any], installations: dict[str, Installation], pinned_python: str
) -> Environment:
    installation = installations[entry["installation"]] if "installation" in entry else None
    keras = [f"{line['package']}=={entry['release']}"] if "package" in line else []
    packages = [*keras, *entry.get("extra_packages", [])] if installation else []
    shared = installation.packages if installation else ()
    return Environment(
        key=entry["key"],
        line=line["name"],
        release=entry["release"],
        released=entry["released"],
        release_format=line["release_format"],
        release_name=entry.get("release_name", entry["release"]),
        backend_name=line.get("backend_name"),
        backend=line["backend"],
        module=entry.get("module", line.get("module", "keras")),
        python=installation.python if installation else pinned_python,
        installation=installation,
        own_packages=tuple(pin for pin in packages if pin not in shared),
        tries_recipes=entry.get("tries_recipes", False),
    )


def running_python() -> str:
    """Return the version of the Python that runs this: "3.11"."""
    return f"{sys.version_info.major}.{sys.version_info.minor}"


def is_stamped(folder: Path, text: str) -> bool:
    stamp = folder / "installed"
    return stamp.exists() and stamp.read_text() == text
