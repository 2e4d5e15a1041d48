"""Tries each recipe on each kind of model.

A trial is a block like those of the pages, so it is run, recorded and found stale in the same way. Its code holds the
recipe's and the model's, and the digest of the checks: editing a recipe makes only its own trials stale.
"""

from __future__ import annotations

import ast
import functools
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from evidence.files import ROOT
from evidence.pages.blocks import Block
from evidence.pages.recipes import Recipe

MODELS = ROOT / "models"
IN_KERAS = Path(__file__).parent / "in_keras"  # on the path of the environments' Pythons
CHECKS = "after_surgery"  # the module there that tries a recipe


@dataclass(frozen=True)
class Kind:
    """A kind of model that people have."""

    key: str  # the name of its file: "functional_with_dict_inputs"
    title: str  # "A functional model that takes a dict"
    who: str  # has such a model
    code: str


@dataclass(frozen=True)
class Trial:
    """A recipe on a kind of model."""

    recipe: Recipe
    kind: Kind
    block: Block  # what is run


@functools.cache
def read_kinds() -> Sequence[Kind]:
    """Return the kinds of model in the order of their files."""
    return tuple(read_kind(path) for path in sorted(MODELS.glob("*.py")))


def read_kind(path: Path) -> Kind:
    code = path.read_text(encoding="utf-8")
    title, _, who = (ast.get_docstring(ast.parse(code)) or "").partition("\n\n")
    return Kind(path.stem, title.removesuffix("."), who, code)


def trials(recipes: Iterable[Recipe], kinds: Sequence[Kind] | None = None) -> list[Trial]:
    """Return a trial for each recipe and each kind of model."""
    checks = hashlib.sha256((IN_KERAS / f"{CHECKS}.py").read_bytes()).hexdigest()[:16]
    return [
        Trial(recipe, kind, Block(recipe.block.page, recipe.block.line, trial_code(recipe, kind, checks), None))
        for recipe in recipes
        for kind in (read_kinds() if kinds is None else kinds)
    ]


def trial_code(recipe: Recipe, kind: Kind, checks: str) -> str:
    request = {"kind": kind.code, "recipe": recipe.code, "task": recipe.task, "result": recipe.result}
    arguments = ", ".join(f"{name}={value!r}" for name, value in request.items())
    return f"import {CHECKS}  # {checks}\n\n{CHECKS}.print_trial({arguments})\n"
