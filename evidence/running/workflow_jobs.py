"""Divides environments among the jobs of the workflow Record: one for each installation."""

from __future__ import annotations

from collections.abc import Iterable

from evidence.running.environments import Environment


def workflow_jobs(environments: Iterable[Environment]) -> list[dict[str, str]]:
    """Return each job's installation, Python, and the keys of its environments, separated by spaces.

    Keras releases that run on the same TensorFlow share a job, its download of a gigabyte and its machine's start-up:
    28 jobs are enough for 56 environments. A single job's disk would be too small for all of them.
    """
    jobs: dict[str, dict[str, str]] = {}
    for environment in environments:
        name = environment.installation.name if environment.installation else "pinned"
        if name in jobs:
            jobs[name]["keys"] += f" {environment.key}"
        else:
            jobs[name] = {"installation": name, "python": environment.python, "keys": environment.key}
    return list(jobs.values())
