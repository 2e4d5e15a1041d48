"""Measures what the project does against the stock way or the limit, both in one run.

Of the site: `measure/bench_site.py`. The blocks run in the tests, and in a recording of all environments. A limit is
what that takes at the least: one import of Keras for each environment and the blocks' own times, over the cores.
"""

from __future__ import annotations

import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from evidence.files import ROOT
from evidence.pages import blocks
from evidence.running import recording, records
from evidence.running.environments import Environment
from evidence.running.execution import Execution, clean_environment
from measure import bench_site

PARTS = "build", "pages", "search", "tests", "records"
ROUNDS = 3
CORES = os.cpu_count() or 1
PAGES = [blocks.page_name(path) for path in blocks.page_paths()]


def run(environments: Sequence[Environment], parts: Sequence[str]) -> int:
    """Measure the chosen parts; return 1 if one could not be."""
    functions = {
        "build": bench_site.build,
        "pages": bench_site.score,
        "search": bench_site.find_answers,
        "tests": run_tests,
        "records": lambda: record_all(environments),
    }
    return max(functions[part]() for part in parts)


def run_tests() -> int:
    """Print the limit, the times and their ratio: of ours and the limit the median of rounds."""
    limits, ours = [], []
    for number in range(1, ROUNDS + 1):
        print(f"round {number} of {ROUNDS}", file=sys.stderr, flush=True)
        limits.append(limit())
        ours.append(pytest("--tb=no", *PAGES))
    with tempfile.TemporaryDirectory() as folder:  # Stock runs blocks where it stands, and some write files.
        paths = [str(path) for path in blocks.page_paths()]
        stock = pytest("--noconftest", "--tb=no", "-c", str(ROOT / "pyproject.toml"), *paths, folder=folder)
    ratio = statistics.median(seconds / bound for (seconds, _), bound in zip(ours, limits, strict=True))
    print(f"limit        {statistics.median(limits):6.1f} s   one import + the blocks' own times / cores")
    for name, (seconds, said) in ("pytest", sorted(ours)[ROUNDS // 2]), ("stock", stock):
        print(f"{name:12} {seconds:6.1f} s   {said}")
    print(f"ratio        {ratio:6.2f}     at most 1.30 wanted")
    return 0


def record_all(environments: Sequence[Environment]) -> int:
    """Record all blocks in environments, into a folder that is thrown away; that prints limit, time and ratio."""
    found = blocks.all_blocks()
    with tempfile.TemporaryDirectory() as folder:
        known = {each.key: records.load_seconds(each.key) for each in environments}  # the longest begin first
        records.FOLDER = Path(folder)
        plans = [
            recording.Plan(each, records.Record(each.key), known[each.key], list(dict.fromkeys(found)))
            for each in environments
        ]
        faults = recording.run(plans)
    print("at most 1.30 times wanted")
    print("\n".join(faults), file=sys.stderr)
    return 1 if faults else 0


def limit() -> float:
    """Return what the blocks take at the least: one import, and the blocks' own times over the cores, in seconds."""
    found = blocks.all_blocks()
    with Execution(found) as execution:
        own = sum(outcome.seconds for _, outcome in execution.outcomes())
        return execution.import_seconds + own / CORES


def pytest(*arguments: str, folder: str | Path = ROOT) -> tuple[float, str]:
    """Run pytest; return its wall time in seconds, from start to exit, and its closing line."""
    command = [sys.executable, "-m", "pytest", "-q", "--codeblocks", *arguments]
    start = time.perf_counter()
    ended = subprocess.run(command, cwd=folder, env=clean_environment(), text=True, capture_output=True, check=False)
    seconds = time.perf_counter() - start
    closing = (ended.stdout.strip().splitlines() or ["no output"])[-1]
    return seconds, re.sub(r" in [\d.]+s.*", "", closing).strip("= ")
