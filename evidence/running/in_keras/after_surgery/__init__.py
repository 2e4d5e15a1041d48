"""Tries a recipe on a model, and says what is wrong with what comes out.

It runs in an environment, on Keras 3 and NumPy alone, in a process of its own. A recipe is the code of a block without
the lines that readers replace with their own model (see `evidence.pages.recipes`); a kind of model is a file of
`models/`. What the recipe should have done is computed in another way: layer by layer, with the model as it was.

tasks: what recipes are to do. case: a model, run layer by layer. checks: what must hold afterwards. values: tensors.
"""

from __future__ import annotations

import json
import re
import sys
import types
from typing import Any

from after_surgery import tasks
from after_surgery.case import Case, call, run
from after_surgery.checks import faults_of, silent_standard_output, standard_error


def print_trial(**request: str) -> None:
    """Print as JSON what `outcome_of` returns."""
    print(json.dumps(outcome_of(**request), sort_keys=True))


def outcome_of(kind: str, recipe: str, task: str, result: str) -> dict[str, Any]:
    """Return what a recipe did to a kind of model.

    `kind` and `recipe` are Python; `task` is the name of a function in `tasks`; `result` is the variable that holds
    what the recipe makes or finds. The answer is `{"is": "right"}`; `{"is": "raises", "error": ..., "message": ...}`;
    `{"is": "wrong", "because": [...]}`, which names the checks that failed; or `lacks` with an error, where this Keras
    cannot make such a model, or the model has nothing that the task is about.
    """
    make, find_out = module_of(kind), getattr(tasks, task)
    in_place = hasattr(find_out, "in_place")
    try:
        case = Case(make)
        if in_place:
            case.train_and_predict()
        wanted = find_out(case)
    except (AttributeError, NotImplementedError, TypeError, ValueError, RuntimeError, tasks.LackingError) as error:
        return {"is": "lacks", **description(error)}
    if isinstance(wanted, tasks.NewModel):
        _ = case.outputs  # Once the recipe has changed the model, it is too late to run it as it was.
    scope = {"__name__": "__main__", "model": case.model, "data": case.data, **wanted.arguments}
    try:
        with silent_standard_output(), standard_error() as printed:
            exec(compile(recipe, "recipe", "exec"), scope)  # noqa: S102 (that is what a trial is)
            found = scope[result]
            if isinstance(wanted, tasks.NewModel):
                data = case.data if wanted.data is None else wanted.data
                outputs = run(found, data) if in_place else call(found, data)
    except Exception as error:
        return {"is": "raises", **description(error)}
    if isinstance(wanted, tasks.NewModel):
        faults = list(faults_of(found, outputs, case, wanted, make, in_place=in_place))
    else:
        faults = [] if wanted.agrees(found, wanted.answer) else [f"answers {found!r}; {wanted.answer!r} is right"]
    if said := printed():
        faults.append("prints a warning: " + said)
    return {"is": "wrong", "because": faults} if faults else {"is": "right"}


def module_of(source: str) -> types.ModuleType:
    """Return a module made of source code; what it registers and pickles belongs to it."""
    module = types.ModuleType("kind")
    sys.modules["kind"] = module
    exec(compile(source, "kind", "exec"), module.__dict__)  # noqa: S102 (a file of models/)
    return module


def description(error: Exception) -> dict[str, str]:
    """Return an error's type and the first line of its message, without what differs from run to run."""
    line = next((line.strip() for line in str(error).splitlines() if line.strip()), "")
    return {"error": type(error).__name__, "message": re.sub(r"\b0x[0-9a-f]+|\bid=\d+", "...", line)[:200]}
