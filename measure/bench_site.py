"""Measures the site: its build and its pages against the stock theme's, and what its search finds."""

from __future__ import annotations

import contextlib
import json
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
from collections.abc import Callable
from pathlib import Path

from mkdocs.utils.yaml import yaml_load

from evidence.files import ROOT
from evidence.running.execution import clean_environment
from evidence.site import examples
from evidence.site.extension import TABLE
from evidence.site.tables import table_html
from measure import lighthouse, search_quality
from measure.browser import serve

ROUNDS = 3
MOBILE_RUNS = 5


def build() -> int:
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


def score() -> int:
    """Print Lighthouse's performance of four pages on a phone, and of the same pages in the stock theme."""
    name = min(examples.EXAMPLES.glob("*.py")).stem
    pages = {
        "the answer": ("", 0.98, 1.8),
        "the longest page": (f"{longest_page().relative_to(ROOT / 'docs').with_suffix('').as_posix()}/", 0.98, 1.8),
        "the table": ("reference/behaviour-by-release/", 0.98, 1.8),
        "a notebook": (f"examples/{name}/", 0.95, 2.5),
    }
    with tempfile.TemporaryDirectory() as folder:
        for site, project in ("ours", ROOT), ("stock", stock_project(Path(folder))):
            mkdocs("build", "--quiet", "--site-dir", f"{folder}/{site}", folder=project).check_returncode()
        with serve(Path(folder, "ours")) as ours, serve(Path(folder, "stock")) as stock:
            addresses = [site + path for path, *_ in pages.values() for site in (ours, stock)]
            runs = []
            for number in range(1, MOBILE_RUNS + 1):
                print(f"run {number} of {MOBILE_RUNS}", file=sys.stderr, flush=True)
                runs.append(lighthouse.look(addresses, ["performance"]))
    print(f"{'median of ' + str(MOBILE_RUNS) + ' mobile runs':24}{'ours':>16}{'stock':>16}   wanted")
    medians = iter(
        (
            statistics.median(result.scores["performance"] for result in results),
            statistics.median(result.paint for result in results) / 1000,
        )
        for results in zip(*runs, strict=True)
    )
    for title, (_, score, paint) in pages.items():
        (our_score, our_paint), (stock_score, stock_paint) = next(medians), next(medians)
        print(
            f"{title:24}{our_score * 100:5.0f} {our_paint:8.2f} s{stock_score * 100:6.0f} {stock_paint:7.2f} s"
            f"   at least {score * 100:.0f}, at most {paint} s"
        )
    return 0


def longest_page() -> Path:
    return max((ROOT / "docs").rglob("*.md"), key=lambda path: path.stat().st_size)


def stock_project(folder: Path) -> Path:
    """Write a project of the same pages, with the stock theme and nothing of ours; return its folder.

    The tables stand in its pages as HTML, for they are what those pages say.
    """
    with (ROOT / "mkdocs.yml").open(encoding="utf-8") as file:
        settings = yaml_load(file)
    for name in "custom_dir", "icon", "favicon":
        del settings["theme"][name]
    for name in "extra_css", "extra_javascript", "watch":
        settings.pop(name, None)
    settings["plugins"].remove("evidence")
    settings["markdown_extensions"] = [
        each for each in settings["markdown_extensions"] if not str(each).startswith("evidence.")
    ]
    for each in settings["markdown_extensions"]:
        if isinstance(each, dict) and "pymdownx.highlight" in each:
            del each["pymdownx.highlight"]["line_spans"]
    project = folder / "project"
    shutil.copytree(ROOT / "docs", project / "docs")
    for page in (project / "docs/reference").glob("*.md"):
        text = page.read_text(encoding="utf-8")
        text = re.sub(TABLE.pattern, lambda found: table_html(found["name"]), text, flags=re.MULTILINE)
        page.write_text(text, encoding="utf-8")
    (project / "docs/examples").mkdir()
    for source in examples.EXAMPLES.glob("*.py"):
        shutil.copy(examples.as_notebook(source), project / "docs/examples")
    (project / "mkdocs.yml").write_text(json.dumps(settings))  # which is YAML
    return project


def rebuilds() -> list[float]:
    """Serve the site and save its longest page again; return the seconds until a browser is told, by round."""
    longest = longest_page()
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
        work, check = search_quality.halves(search_quality.read_questions())
        for name, questions in (
            ("questions, the half to work with", work),
            ("questions, the half to check with", check),
            ("messages of errors", search_quality.read_messages()),
        ):
            found = search_quality.ask(Path(site), questions)
            print(f"{name}: {found}")
            for question, instead in found.misses:
                typed = " ".join(question.typed.split())[:100]
                print(f"  {typed}: {question.answers[0]}; found {', '.join(instead)}")
    return 0


def mkdocs(*arguments: str, folder: Path = ROOT, start: Callable = subprocess.run):
    command = [sys.executable, "-m", "mkdocs", *arguments]
    return start(command, cwd=folder, env=clean_environment() | {"NO_MKDOCS_2_WARNING": "1"})
