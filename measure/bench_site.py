"""Measures the site: its build and pages compared with the stock theme's, and what its search finds."""

from __future__ import annotations

import json
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mkdocs.utils.yaml import yaml_load

from evidence.files import ROOT
from evidence.running.execution import clean_environment
from evidence.site import examples
from evidence.site.extension import TABLE
from evidence.site.tables import table_html
from measure import lighthouse, search_quality
from measure.browser import serve
from measure.lighthouse import Result
from measure.mkdocs_server import MKDOCS, mkdocs_serve

ROUNDS = 3
MOBILE_RUNS = 5


@dataclass(frozen=True)
class PageTarget:
    """A page that Lighthouse scores, and what it should reach on a phone."""

    title: str
    path: str  # in its address
    score: float = 0.98  # from 0 to 1
    paint: float = 1.8  # seconds to the largest contentful paint


def build() -> int:
    """Print how long the site takes to build, compared with the stock theme, and to rebuild under `mkdocs serve`."""
    with tempfile.TemporaryDirectory() as folder:
        stock = stock_project(Path(folder))
        seconds: dict[str, list[float]] = {"stock": [], "ours": []}
        for number in range(1, ROUNDS + 1):
            print(f"round {number} of {ROUNDS}", file=sys.stderr, flush=True)
            for name, project in ("stock", stock), ("ours", ROOT):
                start = time.perf_counter()
                build_site(project, Path(folder, name))
                seconds[name].append(time.perf_counter() - start)
    for name, times in seconds.items():
        print(f"{name:12} {statistics.median(times):6.2f} s")
    ratio = statistics.median(seconds["ours"]) / statistics.median(seconds["stock"])
    print(f"ratio        {ratio:6.2f}     target: at most 1.50")
    served = statistics.median(rebuilds(ROOT, longest_page()))
    print(f"served       {served:6.2f} s   from saving a page to the browser; target: at most 1.00")
    return 0


def score() -> int:
    """Print Lighthouse's performance scores for four pages on a phone, and for the same pages in the stock theme."""
    example = min(examples.EXAMPLES.glob("*.py")).stem
    targets = [
        PageTarget("the answer", ""),
        PageTarget("the longest page", f"{longest_page().relative_to(ROOT / 'docs').with_suffix('').as_posix()}/"),
        PageTarget("the table", "reference/behaviour-by-release/"),
        PageTarget("a notebook", f"examples/{example}/", 0.95, 2.5),
    ]
    with tempfile.TemporaryDirectory() as folder:
        build_site(ROOT, ours := Path(folder, "ours"))
        build_site(stock_project(Path(folder)), stock := Path(folder, "stock"))
        with serve(ours) as our_address, serve(stock) as stock_address:
            addresses = [site + target.path for target in targets for site in (our_address, stock_address)]
            runs = []
            for number in range(1, MOBILE_RUNS + 1):
                print(f"run {number} of {MOBILE_RUNS}", file=sys.stderr, flush=True)
                runs.append(lighthouse.look(addresses, ["performance"]))
    print(f"{'median of ' + str(MOBILE_RUNS) + ' mobile runs':24}{'ours':>16}{'stock':>16}   target")
    medians = iter([medians_of(results) for results in zip(*runs, strict=True)])
    for target in targets:
        (our_score, our_paint), (stock_score, stock_paint) = next(medians), next(medians)
        print(
            f"{target.title:24}{our_score * 100:5.0f} {our_paint:8.2f} s{stock_score * 100:6.0f} {stock_paint:7.2f} s"
            f"   at least {target.score * 100:.0f}, at most {target.paint} s"
        )
    return 0


def medians_of(results: tuple[Result, ...]) -> tuple[float, float]:
    """Return the median score, from 0 to 1, and the median paint, in seconds, of one page."""
    scores = [result.scores["performance"] for result in results]
    return statistics.median(scores), statistics.median((result.paint or 0) / 1000 for result in results)


def longest_page() -> Path:
    return max((ROOT / "docs").rglob("*.md"), key=lambda path: path.stat().st_size)


def stock_project(folder: Path) -> Path:
    """Write a project with the same pages, the stock theme, and none of our plugin and extensions; return its folder.

    The tables are part of its pages, as HTML, because they are those pages' content.
    """
    with (ROOT / "mkdocs.yml").open(encoding="utf-8") as file:
        settings = yaml_load(file)
    project = folder / "project"
    shutil.copytree(ROOT / "docs", project / "docs")
    for page in (project / "docs/reference").glob("*.md"):
        text = page.read_text(encoding="utf-8")
        text = re.sub(TABLE.pattern, lambda table: table_html(table["name"]), text, flags=re.MULTILINE)
        page.write_text(text, encoding="utf-8")
    (project / "docs/examples").mkdir()
    for source in examples.EXAMPLES.glob("*.py"):
        shutil.copy(examples.as_notebook(source), project / "docs/examples")
    (project / "mkdocs.yml").write_text(json.dumps(stock_settings(settings)), encoding="utf-8")  # JSON is YAML.
    return project


def stock_settings(settings: dict[str, Any]) -> dict[str, Any]:
    """Return the settings in mkdocs.yml without our own."""
    for name in "custom_dir", "icon", "favicon":
        del settings["theme"][name]
    for name in "extra_css", "extra_javascript", "watch":
        del settings[name]
    settings["plugins"].remove("evidence")
    settings["markdown_extensions"] = [
        extension for extension in settings["markdown_extensions"] if not str(extension).startswith("evidence.")
    ]
    [highlight] = [
        extension["pymdownx.highlight"]
        for extension in settings["markdown_extensions"]
        if isinstance(extension, dict) and "pymdownx.highlight" in extension
    ]
    del highlight["line_spans"]
    return settings


def rebuilds(project: Path, page: Path) -> list[float]:
    """Serve a project and save one of its pages; return the seconds until a browser reloads it, by round."""
    with tempfile.TemporaryDirectory() as folder, mkdocs_serve(project, Path(folder, "log")) as server:
        return [server.rebuild(page.touch) for _ in range(ROUNDS)]


def find_answers() -> int:
    """Print how often the search ranks the answer first, or among the first three, and list the misses."""
    with tempfile.TemporaryDirectory() as site:
        build_site(ROOT, Path(site))
        work, check = search_quality.halves(search_quality.read_questions())
        with search_quality.open_search(Path(site)) as page:
            for name, questions in (
                ("questions, the half to work with", work),
                ("questions, the half to check with", check),
                ("messages of errors", search_quality.read_messages()),
            ):
                result = search_quality.ask(page, questions)
                print(f"{name}: {result}")
                for question, instead in result.misses:
                    typed = " ".join(question.typed.split())[:100]
                    print(f"  {typed}: {question.answers[0]}; found {', '.join(instead)}")
    return 0


def build_site(project: Path, site: Path) -> None:
    """Build a project's site into a folder; MkDocs prints why it cannot."""
    command = [*MKDOCS, "build", "--quiet", "--site-dir", str(site)]
    subprocess.run(command, cwd=project, env=clean_environment() | {"NO_MKDOCS_2_WARNING": "1"}, check=True)
