"""Divides environments among the jobs of the workflow Record: one for each installation."""

from __future__ import annotations

from collections.abc import Iterable

from evidence.running.environments import Environment


def workflow_jobs(environments: Iterable[Environment]) -> list[dict[str, str]]:
    """Return for each job its installation, Python, and the keys of its environments, separated by spaces.

    Releases of Keras that run on one TensorFlow share a job, its download of a gigabyte and the start of its machine:
    28 jobs are enough for 56 environments. All of them in one job would not fit on its disk.
    """
    jobs: dict[str, dict[str, str]] = {}
    for environment in environments:
        name = environment.installation.name if environment.installation else "pinned"
        if name in jobs:
            jobs[name]["keys"] += f" {environment.key}"
        else:
            jobs[name] = {"installation": name, "python": environment.python, "keys": environment.key}
    return list(jobs.values())
