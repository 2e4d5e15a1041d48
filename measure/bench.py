"""Compares the project with the usual way of doing the same, or with a lower bound, both in the same run.

`measure/bench_site.py` measures the site, `measure/bench_serving.py` its live blocks, and `measure/bench_growth.py` how
everything scales. This module measures how the blocks run: in the tests, and when environments are recorded. The lower
bound is one import of Keras for each environment plus the blocks' own time, divided by the cores.
"""

from __future__ import annotations

import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from evidence.files import ROOT
from evidence.pages import blocks
from evidence.running import recording, records
from evidence.running.environments import Environment
from evidence.running.execution import Execution, clean_environment
from measure import bench_growth, bench_serving, bench_site

PARTS = "build", "pages", "search", "tests", "records", "serve", "growth"
ROUNDS = 3
CORES = os.cpu_count() or 1


def run(environments: Sequence[Environment], parts: Sequence[str]) -> int:
    """Measure the chosen parts; return 1 if one of them could not be measured."""
    functions: dict[str, Callable[[], int]] = {
        "build": bench_site.build,
        "pages": bench_site.score,
        "search": bench_site.find_answers,
        "tests": run_tests,
        "records": lambda: record_all(environments),
        "serve": bench_serving.serve,
        "growth": bench_growth.grow,
    }
    return max(functions[part]() for part in parts)


def run_tests() -> int:
    """Print how long the blocks take in pytest, the lower bound, and their ratio: medians of several rounds."""
    paths = blocks.page_paths()
    bounds, runs = [], []
    for number in range(1, ROUNDS + 1):
        print(f"round {number} of {ROUNDS}", file=sys.stderr, flush=True)
        bounds.append(lower_bound())
        runs.append(pytest("--tb=no", *map(blocks.page_name, paths)))
    with (
        tempfile.TemporaryDirectory() as folder
    ):  # Stock pytest-codeblocks runs blocks in its own folder, and some write files.
        stock = pytest("--noconftest", "--tb=no", "-c", str(ROOT / "pyproject.toml"), *map(str, paths), folder=folder)
    ratio = statistics.median(seconds / bound for (seconds, _), bound in zip(runs, bounds, strict=True))
    print(f"lower bound  {statistics.median(bounds):6.1f} s   one import + the blocks' own time / cores")
    for name, (seconds, summary) in ("pytest", sorted(runs)[ROUNDS // 2]), ("stock", stock):
        print(f"{name:12} {seconds:6.1f} s   {summary}")
    print(f"ratio        {ratio:6.2f}     target: at most 1.30")
    return 0


def record_all(environments: Sequence[Environment]) -> int:
    """Run all blocks in environments as a recording does, without writing records. It prints the time and the ratio."""
    every_block, recorded = list(dict.fromkeys(blocks.all_blocks())), records.load_all()
    plans = [
        # The times of the last recording: the slowest environments start first.
        recording.Plan(
            environment,
            records.Record(environment.key),
            every_block,
            every_block,
            expected=recorded[environment.key].run if environment.key in recorded else records.Run(),
            left_alone="it is only measured",
        )
        for environment in environments
    ]
    faults = recording.run(plans)
    print("target: at most 1.30 times")
    print("\n".join(faults), file=sys.stderr)
    return 1 if faults else 0


def lower_bound() -> float:
    """Return the fewest seconds the blocks can take: one import, and the blocks' own time divided by the cores."""
    with Execution(blocks.all_blocks()) as execution:
        own = sum(outcome.seconds for _, outcome in execution.outcomes())
        return (execution.import_seconds or 0) + own / CORES


def pytest(*arguments: str, folder: str | Path = ROOT) -> tuple[float, str]:
    """Run pytest; return its wall time in seconds, from start to exit, and its last line without the time."""
    command = [sys.executable, "-m", "pytest", "-q", "--codeblocks", *arguments]
    start = time.perf_counter()
    completed = subprocess.run(
        command, cwd=folder, env=clean_environment(), text=True, capture_output=True, check=False
    )
    seconds = time.perf_counter() - start
    last_line = (completed.stdout.strip().splitlines() or ["no output"])[-1]
    return seconds, re.sub(r" in [\d.]+s.*", "", last_line).strip("= ")
