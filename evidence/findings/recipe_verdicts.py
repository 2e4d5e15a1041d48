"""Says on which kinds of model each recipe is right, and why it isn't on the others."""

from __future__ import annotations

import functools
import json
import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Literal

from evidence.files import modification_times
from evidence.findings.idioms import idiom_in
from evidence.findings.once_a_build import once_a_build
from evidence.pages.blocks import page_paths
from evidence.pages.recipes import Recipe, all_recipes
from evidence.running import records
from evidence.running.environments import Environment, read_environments
from evidence.running.records import Record, RecordedOutcome
from evidence.running.trials import MODELS, Kind, files_of_checks, trials_in

REFUSALS = Path(__file__).with_suffix(".toml")

# As it should be; a clear error that the page explains; an error that it doesn't explain; silently wrong; this Keras
# can't make such a model, or can't train it and the recipe is for trained models; this Keras is older than the API that
# the recipe uses; the model has nothing for the recipe to work on; not measured.
State = Literal["right", "refused", "unclear", "wrong", "lacking", "older", "inapplicable", "unknown"]


@dataclass(frozen=True)
class Refusal:
    """What a recipe can't do for some kinds of model, and what its page says about that."""

    error: str  # pattern of the error's type and the first line of its message; "wrong: " and what the checks found
    why: str  # Markdown: why, and what to do instead
    recipe: str = "*"  # pattern of its address; the next two are patterns of a kind's and an environment's key
    kinds: str = "*"
    environments: str = "*"

    def explains(self, recipe: Recipe, kind: Kind, environment: Environment, error: str) -> bool:
        patterns = (
            (recipe.address, self.recipe),
            (kind.key, self.kinds),
            (environment.key, self.environments),
        )
        return all(fnmatchcase(key, pattern) for key, pattern in patterns) and re.match(self.error, error) is not None


@dataclass(frozen=True)
class Verdict:
    """What a recipe did to a kind of model in one environment."""

    recipe: Recipe
    kind: Kind
    environment: Environment
    state: State
    detail: str = ""  # the error, or the checks that failed
    refusal: Refusal | None = None

    @property
    def reason(self) -> str:
        """Why the recipe isn't right there, in Markdown."""
        return self.refusal.why if self.refusal else self.detail or "not measured"


def applicable(verdicts: Iterable[Verdict]) -> list[Verdict]:
    """Return the verdicts where the recipe can run, on models that can be made and give it something to work on."""
    return [verdict for verdict in verdicts if verdict.state not in {"lacking", "older", "inapplicable"}]


def count_right(verdicts: Iterable[Verdict]) -> tuple[int, int]:
    """Return on how many models a recipe is right, and out of how many."""
    tried = applicable(verdicts)
    return sum(verdict.state == "right" for verdict in tried), len(tried)


@functools.cache
def read_refusals() -> Sequence[Refusal]:
    content = tomllib.loads(REFUSALS.read_text(encoding="utf-8"))
    return tuple(Refusal(**entry) for entry in content.get("refusals", []))


@dataclass(eq=False)  # Compared by identity, so that it can be a cache key.
class Verdicts:
    """All verdicts, by the address of the recipe."""

    environments: Sequence[Environment]  # in which recipes are tried
    recipes: Sequence[Recipe]
    by_recipe: Mapping[str, Sequence[Verdict]]

    @property
    def pinned(self) -> Environment:
        return next(environment for environment in self.environments if environment.pinned)

    def of(self, recipe: Recipe, environment: Environment) -> list[Verdict]:
        return [verdict for verdict in self.by_recipe[recipe.address] if verdict.environment == environment]

    def otherwise(self, recipe: Recipe, environment: Environment) -> list[Verdict]:
        """Return the verdicts in an environment whose state or reason differs from the pinned one's."""
        here = {verdict.kind: verdict for verdict in self.of(recipe, self.pinned)}
        return [
            there
            for there in self.of(recipe, environment)
            if (there.state, there.reason) != (here[there.kind].state, here[there.kind].reason)
        ]

    def recipe_of(self, digest: str) -> Recipe | None:
        """Return the recipe whose block has this digest."""
        return self._by_digest.get(digest)

    @functools.cached_property
    def _by_digest(self) -> Mapping[str, Recipe]:
        return {recipe.block.digest: recipe for recipe in reversed(self.recipes)}


@once_a_build
def current_verdicts() -> Verdicts:
    """Return all verdicts; reread them only if a page, a kind of model, a check or a record has changed."""
    files = [*page_paths(), *sorted(MODELS.glob("*.py")), *files_of_checks(), REFUSALS]
    return read_verdicts(modification_times([*files, *records.files()]))


@functools.lru_cache(maxsize=1)
def read_verdicts(written: tuple[int, ...]) -> Verdicts:
    tried = [environment for environment in read_environments().values() if environment.tries_recipes]
    found = records.load_all()
    of_trials = {environment.key: records.recipes_key(environment) for environment in tried}
    recorded = {key: found.get(of_key) or Record(of_key) for key, of_key in of_trials.items()}
    return judge(tried, recorded, all_recipes(), read_refusals())


def judge(
    environments: Sequence[Environment],
    recorded: Mapping[str, Record],
    recipes: Sequence[Recipe],
    refusals: Sequence[Refusal],
) -> Verdicts:
    """Judge the recorded trials of the recipes in these environments; `recorded` is by the environments' keys."""
    by_recipe = {
        recipe.address: tuple(
            verdict_on(
                recipe, trial.kind, environment, recorded[environment.key].outcomes.get(trial.block.digest), refusals
            )
            for environment in environments
            for trial in trials_in(environment, [recipe])
        )
        for recipe in recipes
    }
    return Verdicts(environments, recipes, by_recipe)


def verdict_on(
    recipe: Recipe,
    kind: Kind,
    environment: Environment,
    outcome: RecordedOutcome | None,
    refusals: Sequence[Refusal],
) -> Verdict:
    state: State
    if outcome is None:
        return Verdict(recipe, kind, environment, "unknown")
    if outcome.error:
        # Errors in the recipe are caught. So Keras crashed, or this kind can't even be trained here.
        state = "wrong" if outcome.error == "Stopped" else "lacking"
        return Verdict(recipe, kind, environment, state, f"{outcome.error}: {outcome.message}")
    did = json.loads(outcome.output)
    if did["is"] == "right":
        return Verdict(recipe, kind, environment, "right")
    error = ", ".join(did["because"]) if did["is"] == "wrong" else f"{did['error']}: {did['message']}"
    if did["is"] == "lacks" and did["error"] == "LackingError":
        return Verdict(recipe, kind, environment, "inapplicable", f"without {did['message']}")
    if did["is"] == "raises" and (idiom := idiom_in(did["message"])):
        return Verdict(recipe, kind, environment, "older", idiom)
    seen = f"wrong: {error}" if did["is"] == "wrong" else error
    refusal = next((known for known in refusals if known.explains(recipe, kind, environment, seen)), None)
    if did["is"] == "lacks":
        state = "lacking"
    else:
        state = "refused" if refusal else "wrong" if did["is"] == "wrong" else "unclear"
    return Verdict(recipe, kind, environment, state, error, refusal)
