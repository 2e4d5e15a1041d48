"""Tries each recipe on each kind of model.

A trial is a block like those on the pages, so it runs, is recorded and becomes stale the same way. Its code holds the
recipe's and the model's code, and the digest of the checks: editing a recipe makes only its own trials stale.
"""

from __future__ import annotations

import ast
import functools
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeGuard

from evidence.files import ROOT
from evidence.pages.blocks import Block
from evidence.pages.recipes import Recipe
from evidence.running.environments import Environment

MODELS = ROOT / "models"
IN_KERAS = Path(__file__).parent / "in_keras"  # on the path of the environments' Pythons
CHECKS = "after_surgery"  # the package there that tries a recipe
TASKS = IN_KERAS / CHECKS / "tasks.py"
# oneDNN compiles its kernels in each process, which takes a seventh of a trial. Without it TensorFlow rounds a little
# differently, which the checks allow for; blocks of pages, which print numbers, run with it, as readers' code does.
VARIABLES = {"TF_ENABLE_ONEDNN_OPTS": "0"}


@dataclass(frozen=True)
class Kind:
    """A kind of model that people have."""

    key: str  # the name of its file: "functional_with_dict_inputs"
    title: str  # "A functional model that takes a dict"
    who: str  # has such a model
    code: str  # without the description above: editing a sentence doesn't change what runs

    @property
    def large(self) -> bool:
        """Whether it is a whole network from `keras.applications`: five of them take longer than all other kinds.

        A KerasHub model counts, too: importing KerasHub takes seconds, and only the pinned environment has it.
        """
        return self.key.startswith(("applications_", "keras_hub_"))


@dataclass(frozen=True)
class Trial:
    """A recipe on a kind of model."""

    recipe: Recipe
    kind: Kind
    block: Block  # what runs


@functools.cache
def read_kinds() -> Sequence[Kind]:
    """Return the kinds of model in the order of their files."""
    return tuple(read_kind(path) for path in sorted(MODELS.glob("*.py")))


def read_kind(path: Path) -> Kind:
    text = path.read_text(encoding="utf-8")
    module = ast.parse(text)
    title, _, who = (ast.get_docstring(module) or "").partition("\n\n")
    code = "".join(text.splitlines(keepends=True)[module.body[0].end_lineno :]).lstrip("\n")
    return Kind(path.stem, title.removesuffix("."), who, code)


def trials(recipes: Iterable[Recipe], kinds: Sequence[Kind] | None = None) -> list[Trial]:
    """Return a trial for each recipe and each kind of model."""
    return [
        Trial(recipe, kind, Block(recipe.block.page, recipe.block.line, trial_code(recipe, kind), None))
        for recipe in recipes
        for kind in (read_kinds() if kinds is None else kinds)
    ]


def trials_in(environment: Environment, recipes: Iterable[Recipe]) -> list[Trial]:
    """Return the trials to run in an environment: those of large kinds only in the pinned one."""
    return [trial for trial in trials(recipes) if environment.pinned or not trial.kind.large]


def files_of_checks() -> list[Path]:
    return sorted((IN_KERAS / CHECKS).glob("*.py"))


@functools.cache
def checks_digest(task: str) -> str:
    """Return a digest of what tries a recipe with this task: all files of the checks, without the other tasks."""
    digest = hashlib.sha256()
    for path in files_of_checks():
        text = path.read_text(encoding="utf-8")
        digest.update((without_other_tasks(text, task) if path == TASKS else text).encode())
    return digest.hexdigest()[:16]


def without_other_tasks(text: str, task: str) -> str:
    """Return the code of the tasks with only one of them. What is private there belongs to all."""
    module = ast.parse(text)
    module.body = [node for node in module.body if not is_task(node) or node.name == task]
    return ast.unparse(module)


def tasks_in(text: str) -> list[str]:
    """Return the names of the tasks."""
    return [node.name for node in ast.parse(text).body if is_task(node)]


def is_task(node: ast.stmt) -> TypeGuard[ast.FunctionDef]:
    return isinstance(node, ast.FunctionDef) and not node.name.startswith("_")


def trial_code(recipe: Recipe, kind: Kind) -> str:
    request = {"kind": kind.code, "recipe": recipe.code, "task": recipe.task, "result": recipe.result}
    arguments = ", ".join(f"{name}={value!r}" for name, value in request.items())
    return f"import {CHECKS}  # {checks_digest(recipe.task)}\n\n{CHECKS}.print_trial({arguments})\n"
