"""Measures the site's build against the stock theme's, the search, and the run of the blocks against its limit.

The blocks run in the tests, and in a recording of all environments. A limit is what that takes at the least: one import
of Keras for each environment and the blocks' own times, over the cores. It is measured in the same run.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Sequence
from pathlib import Path

from mkdocs.utils.yaml import yaml_load

from evidence import blocks, examples, recording, records, search
from evidence.blocks import ROOT
from evidence.environments import Environment
from evidence.execution import Execution, clean_environment

PARTS = "build", "search", "tests", "records"
ROUNDS = 3
CORES = os.cpu_count() or 1
PAGES = [blocks.page_name(path) for path in blocks.pages()]


def run(environments: Sequence[Environment], parts: Sequence[str]) -> int:
    """Measure the chosen parts; return 1 if one could not be."""
    functions = {
        "build": build_site,
        "search": find_answers,
        "tests": run_tests,
        "records": lambda: record_all(environments),
    }
    return max(functions[part]() for part in parts)


def build_site() -> int:
    """Print how long the site takes to build, also with the stock theme; and to build again while it is served."""
    with tempfile.TemporaryDirectory() as folder:
        stock = stock_project(Path(folder))
        seconds = {"stock": [], "ours": []}
        for number in range(1, ROUNDS + 1):
            print(f"round {number} of {ROUNDS}", file=sys.stderr, flush=True)
            for name, project in ("stock", stock), ("ours", ROOT):
                start = time.perf_counter()
                mkdocs("build", "--quiet", "--site-dir", f"{folder}/{name}", folder=project).check_returncode()
                seconds[name].append(time.perf_counter() - start)
    for name, times in seconds.items():
        print(f"{name:12} {statistics.median(times):6.2f} s")
    ratio = statistics.median(seconds["ours"]) / statistics.median(seconds["stock"])
    print(f"ratio        {ratio:6.2f}     at most 1.50 wanted")
    served = statistics.median(rebuilds())
    print(f"served       {served:6.2f} s   from saving a page to the browser; at most 1.00 wanted")
    return 0


def stock_project(folder: Path) -> Path:
    """Write a project of the same pages, with the stock theme and nothing of ours; return its folder."""
    with (ROOT / "mkdocs.yml").open(encoding="utf-8") as file:
        settings = yaml_load(file)
    del settings["theme"]["custom_dir"]
    for name in "extra_css", "extra_javascript", "hooks", "watch":
        settings.pop(name, None)
    settings["markdown_extensions"].remove("evidence.markdown")
    project = folder / "project"
    shutil.copytree(ROOT / "docs", project / "docs")
    (project / "docs/examples").mkdir()
    for source in examples.EXAMPLES.glob("*.py"):
        shutil.copy(examples.executed(source), project / "docs/examples")
    (project / "mkdocs.yml").write_text(json.dumps(settings))  # which is YAML
    return project


def rebuilds() -> list[float]:
    """Serve the site and save its longest page again; return the seconds until a browser is told, by round."""
    longest = max((ROOT / "docs").rglob("*.md"), key=lambda path: path.stat().st_size)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    server = mkdocs("serve", "--quiet", "--dev-addr", address, start=subprocess.Popen)
    try:
        while server.poll() is None:
            with contextlib.suppress(OSError):
                page = urllib.request.urlopen(f"http://{address}/").read().decode()
                break
            time.sleep(0.2)
        epoch = re.search(r"livereload\((\d+), ", page)[1]
        seconds = []
        for _ in range(ROUNDS):
            time.sleep(1)  # The server looks for changes twice a second.
            start = time.perf_counter()
            longest.touch()
            epoch = urllib.request.urlopen(f"http://{address}/livereload/{epoch}/0").read().decode()
            seconds.append(time.perf_counter() - start)
        return seconds
    finally:
        server.send_signal(signal.SIGINT)  # upon which it removes the site that it built
        server.wait()


def find_answers() -> int:
    """Print how often the built site's search has the answer first, or among the first three, and list the misses."""
    with tempfile.TemporaryDirectory() as site:
        mkdocs("build", "--quiet", "--site-dir", site).check_returncode()
        work, check = search.halves(search.read_questions())
        with search.opened(Path(site)) as page:
            for name, questions in (
                ("questions, the half to work with", work),
                ("questions, the half to check with", check),
                ("messages of errors", search.read_messages()),
            ):
                found = search.ask(page, questions)
                print(f"{name}: {found}")
                for question, instead in found.misses:
                    typed = " ".join(question.typed.split())[:100]
                    print(f"  {typed}: {question.answers[0]}; found {', '.join(instead)}")
    return 0


def run_tests() -> int:
    """Print the limit, the times and their ratio: of ours and the limit the median of rounds."""
    limits, ours = [], []
    for number in range(1, ROUNDS + 1):
        print(f"round {number} of {ROUNDS}", file=sys.stderr, flush=True)
        limits.append(limit())
        ours.append(pytest("--tb=no", *PAGES))
    with tempfile.TemporaryDirectory() as folder:  # Stock runs blocks where it stands, and some write files.
        paths = [str(path) for path in blocks.pages()]
        stock = pytest("--noconftest", "--tb=no", "-c", str(ROOT / "pyproject.toml"), *paths, folder=folder)
    ratio = statistics.median(seconds / bound for (seconds, _), bound in zip(ours, limits, strict=True))
    print(f"limit        {statistics.median(limits):6.1f} s   one import + the blocks' own times / cores")
    for name, (seconds, said) in ("pytest", sorted(ours)[ROUNDS // 2]), ("stock", stock):
        print(f"{name:12} {seconds:6.1f} s   {said}")
    print(f"ratio        {ratio:6.2f}     at most 1.30 wanted")
    return 0


def record_all(environments: Sequence[Environment]) -> int:
    """Record all blocks in environments, into a folder that is thrown away; that prints limit, time and ratio."""
    found = blocks.every_block()
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
    found = blocks.every_block()
    with Execution(found) as execution:
        own = sum(outcome.seconds for _, outcome in execution.outcomes())
        return execution.import_seconds + own / CORES


def mkdocs(*arguments: str, folder: Path = ROOT, start: Callable = subprocess.run):
    command = [sys.executable, "-m", "mkdocs", *arguments]
    return start(command, cwd=folder, env=clean_environment() | {"NO_MKDOCS_2_WARNING": "1"})


def pytest(*arguments: str, folder: str | Path = ROOT) -> tuple[float, str]:
    """Run pytest; return its wall time in seconds, from start to exit, and its closing line."""
    command = [sys.executable, "-m", "pytest", "-q", "--codeblocks", *arguments]
    start = time.perf_counter()
    ended = subprocess.run(command, cwd=folder, env=clean_environment(), text=True, capture_output=True, check=False)
    seconds = time.perf_counter() - start
    closing = (ended.stdout.strip().splitlines() or ["no output"])[-1]
    return seconds, re.sub(r" in [\d.]+s.*", "", closing).strip("= ")
