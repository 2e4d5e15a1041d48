"""Does the mechanical part of adding a Keras release: docs/reference/a-new-keras-release.md says what is left to do.

A new minor release goes above the last one on each backend, and becomes the pinned environment; the last one stays as
an ordinary environment. A patch replaces the one before: only the last of each minor release is measured.
"""

from __future__ import annotations

import datetime
import difflib
import importlib.metadata
import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import uv
from packaging.version import InvalidVersion, Version

from evidence.files import ROOT, replace_file
from evidence.running import environments
from evidence.running.environments import ENVIRONMENTS_FILE, Environment

RUNBOOK = "docs/reference/a-new-keras-release.md"
LONG_AGO = "2016-01-01"  # before every Keras 3


class ReleaseError(Exception):
    """Why a release can't be added, and what to do about it."""


@dataclass(frozen=True)
class Release:
    """What adding a release involves."""

    version: str
    before: str  # environments.toml
    after: str
    keys: Sequence[str]  # of the environments with this release
    to_record: Sequence[str]  # including the one that was pinned before
    pinned: str  # the key of the pinned environment afterwards
    earlier: str  # the release before it: pages may name that as the newest

    @property
    def is_there(self) -> bool:
        return self.before == self.after

    @property
    def commands(self) -> list[list[str]]:
        """What to run, in this order, once environments.toml is written."""
        evidence = [sys.executable, "-m", "evidence"]
        others = [key for key in self.to_record if key != self.pinned]
        commands = []
        if self.pinned in self.keys:
            commands += [
                [".ci/lock", "--upgrade-package", f"keras=={self.version}"],
                [uv.find_uv_bin(), "pip", "install", "--python", sys.executable, "--requirement", "requirements.txt"],
            ]
        if others:
            commands.append([*evidence, "install", *others])
        return [*commands, [*evidence, "record", *self.to_record], [*evidence, "changes", *self.keys]]


def plan_release(name: str) -> Release:
    """Work out what a release changes; `ReleaseError` if it can't be added."""
    try:
        version = Version(name)
    except InvalidVersion as error:
        raise ReleaseError(f"{name}: not a version. For example: python -m evidence release 3.16.0") from error
    if version.is_prerelease or len(version.release) != 3:
        raise ReleaseError(f"{name}: not a release, such as 3.16.0.")
    known = environments.read_environments()
    newest = [newest_of_line for newest_of_line in newest_of_lines(known) if is_keras(newest_of_line)]
    pinned = next(environment for environment in newest if environment.pinned)
    listed = [
        environment for environment in known.values() if is_keras(environment) and same_minor(environment, version)
    ]
    text = ENVIRONMENTS_FILE.read_text(encoding="utf-8")
    if listed:
        old = [environment for environment in listed if Version(environment.release) < version]
        if later := [environment for environment in listed if Version(environment.release) > version]:
            raise ReleaseError(
                f"A later patch is listed: Keras {later[0].release}. Only the last of each minor release is measured."
            )
        keys = [environment.key for environment in listed]
        after = text
        if old:
            released = date_of(name)
            for environment in old:
                after = with_line(after, environment.key, {"release": f'"{name}"', "released": str(released)})
        # The review of a listed release may be unfinished, so pages may still name the one before it as the newest.
        earlier = old[0].release if old else release_before(listed[0], known)
        return checked(Release(name, text, after, keys, keys, pinned.key, earlier))
    if Version(pinned.release) > version:
        raise ReleaseError(
            f"Keras {name} is older than {pinned.release}, and its minor release is not listed. "
            f"Add a line for it to environments.toml by hand: {RUNBOOK}"
        )
    moved = [environment for environment in newest if same_minor(environment, Version(pinned.release))]
    values = {"release": f'"{name}"', "released": str(date_of(name))}
    after, keys = text, []
    minor, last = ("{}.{}".format(*each.release[:2]) for each in (version, Version(pinned.release)))
    for environment in moved:
        keys.append(environment.key.replace(last, minor))
        line = line_of(after, environment.key)
        new = changed_line(line, values | {"key": f'"{keys[-1]}"'})
        after = after.replace(line, f"{new}\n{as_older(line, environment)}")
    return checked(Release(name, text, after, keys, [*keys, pinned.key], keys[moved.index(pinned)], last))


def newest_of_lines(known: Mapping[str, Environment]) -> list[Environment]:
    newest: dict[str, Environment] = {}
    for environment in known.values():
        newest.setdefault(environment.line, environment)
    return list(newest.values())


def is_keras(environment: Environment) -> bool:
    """Return whether an environment's line is one of those that each current Keras belongs to, one per backend."""
    return environment.key.startswith("keras-") and environment.backend_name is not None


def same_minor(environment: Environment, version: Version) -> bool:
    return Version(environment.release).release[:2] == version.release[:2]


def release_before(environment: Environment, known: Mapping[str, Environment]) -> str:
    """Return the minor release before an environment's in its line, or its own if it is the oldest."""
    of_line = [other for other in known.values() if other.line == environment.line]
    before = [other for other in of_line if Version(other.release) < Version(environment.release)]
    return "{}.{}".format(*Version((before or [environment])[0].release).release[:2])


def line_of(text: str, key: str) -> str:
    """Return the line of text in environments.toml that lists an environment."""
    [line] = re.findall(rf'^ *\{{ key = "{re.escape(key)}",.*$', text, re.MULTILINE)
    return str(line)


def changed_line(line: str, values: Mapping[str, str]) -> str:
    for name, value in values.items():
        line = re.sub(rf'\b{name} = ("[^"]*"|[\d-]+)', f"{name} = {value}", line)
    return line


def with_line(text: str, key: str, values: Mapping[str, str]) -> str:
    line = line_of(text, key)
    return text.replace(line, changed_line(line, values))


def as_older(line: str, environment: Environment) -> str:
    """Return an environment's line for when there is a newer one, which is then pinned, and tries the recipes."""
    line = line.replace(", tries_recipes = true", "")
    return line.replace(" },", f', installation = "{installation_of_pinned()}" }},') if environment.pinned else line


def installation_of_pinned() -> str:
    """Return the name of the installation with this Python's TensorFlow; `ReleaseError` if there is none."""
    version = importlib.metadata.version("tensorflow")
    names = {f"{package}=={version}" for package in ("tensorflow-cpu", "tensorflow")}
    for environment in environments.read_environments().values():
        if environment.installation and names & set(environment.installation.packages):
            return environment.installation.name
    raise ReleaseError(
        f"No installation in environments.toml has TensorFlow {version}. Add one first: {RUNBOOK}#tensorflow"
    )


def date_of(version: str) -> datetime.date:
    """Return when a release of Keras was published: uv says so when told to ignore everything newer."""
    command = [uv.find_uv_bin(), "pip", "compile", "--no-deps", "--exclude-newer", LONG_AGO, "-"]
    ended = subprocess.run(command, input=f"keras=={version}", text=True, capture_output=True, check=False)
    published = re.search(r"published at (\d{4}-\d\d-\d\d)T", ended.stderr)
    if not published:
        raise ReleaseError(f"uv finds no Keras {version}:\n{ended.stderr.strip()}")
    return datetime.date.fromisoformat(published[1])


def checked(release: Release) -> Release:
    """Return a release if the new environments.toml can be read and has its environments."""
    lines = tomllib.loads(release.after)["lines"]
    releases = {entry["key"]: entry["release"] for line in lines for entry in line["releases"]}
    assert all(releases[key] == release.version for key in release.keys)
    return release


def difference(release: Release) -> Iterator[str]:
    """Yield the lines of the diff between environments.toml before and after."""
    name = ENVIRONMENTS_FILE.relative_to(ROOT).as_posix()
    before, after = release.before.splitlines(), release.after.splitlines()
    yield from difflib.unified_diff(before, after, name, name, n=1, lineterm="")


def carry_out(release: Release) -> list[str]:
    """Write environments.toml and run the commands; return what failed, with the commands still to run."""
    replace_file(ENVIRONMENTS_FILE, release.after.encode())
    commands = release.commands
    for number, command in enumerate(commands):
        print(f"\n$ {shlex.join(command)}", flush=True)
        if subprocess.run(command, cwd=ROOT, check=False).returncode:
            left = " && ".join(map(shlex.join, commands[number:]))
            return [f"That failed: see {RUNBOOK}#trouble. Then continue: {left}"]
    return []


def to_review(release: Release) -> list[str]:
    """Return what is left for a maintainer to do."""
    return [
        f"To review, as {RUNBOOK}#review says:",
        "- python -m evidence status: nothing is stale, missing or unknown.",
        f"- python -m evidence changes {' '.join(release.keys)}: do the release notes say so?",
        "- python -m evidence summary: the line under each block, now and before.",
        "- git diff docs README.md CONTRIBUTING.md: read the sentences around each output that changed.",
        '- Blocks under "Does not work" whose output changed may work now.',
        "- evidence/findings/release_notes.toml: sum up in a sentence what changed.",
        f"- git grep -nF {release.earlier}: sentences that name it as the newest.",
        "- pytest, and mkdocs build --strict.",
    ]
