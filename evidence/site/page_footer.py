"""Works out each page's footer: when the page last changed, what is related, and what comes next for learners."""

from __future__ import annotations

import datetime
import re
import shutil
import subprocess
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urljoin

from mkdocs.structure.files import Files
from mkdocs.structure.pages import Page

from evidence.files import ROOT
from evidence.site.html import date_in_words

LINK = re.compile(r'<a\b[^>]*?\bhref="([^"#?]+)')
RELATED = 4
HOME = "index.md"
LESSONS = "why/start-here.md"  # Its numbered list has the pages to read, in order.
LIST = re.compile(r"<ol>.*?</ol>", re.DOTALL)
FIRST_LINK = re.compile(r'<li>\s*(?:<p>)?<a\b[^>]*?\bhref="([^"#?]+)')


@dataclass(frozen=True)
class Lesson:
    """A page's place among the pages that `LESSONS` lists."""

    start: Page
    number: int
    total: int
    next: Page | None


@dataclass(frozen=True)
class Footer:
    """What `theme/main.html` writes below a page."""

    changed: str | None  # "28 November 2026"
    related: Sequence[Page]  # most related first
    lesson: Lesson | None = None


def footers(files: Files) -> dict[str, Footer]:
    """Return each page's footer, by the page's address; the pages' content must already be rendered."""
    pages = {file.page.url: file.page for file in files.documentation_pages() if file.page}
    changed = last_changes()
    # The home page links to all others.
    related = related_by_links({url: page.content or "" for url, page in pages.items() if page.file.src_uri != HOME})
    taught = lessons(pages)
    return {
        url: Footer(changed.get(source_path(page)), [pages[other] for other in related.get(url, ())], taught.get(url))
        for url, page in pages.items()
    }


def lessons(pages: Mapping[str, Page]) -> dict[str, Lesson]:
    """Return the place of each page that `LESSONS` lists, by the page's address."""
    start = next((page for page in pages.values() if page.file.src_uri == LESSONS), None)
    numbered = start and LIST.search(start.content or "")
    if not start or not numbered:
        return {}
    urls = [urljoin(f"/{start.url}", link).lstrip("/") for link in FIRST_LINK.findall(numbered[0])]
    following = [*map(pages.get, urls[1:]), None]
    return {
        url: Lesson(start, number, len(urls), page)
        for number, (url, page) in enumerate(zip(urls, following, strict=True), 1)
    }


def source_path(page: Page) -> str:
    """Return the path of a page's source in the repository; a notebook's is its script in examples/."""
    path = page.file.src_uri
    return path.replace(".ipynb", ".py") if path.endswith(".ipynb") else f"docs/{path}"


def last_changes() -> dict[str, str]:
    """Return when each file was last committed; nothing outside a Git repository or in a shallow clone."""
    git = ["git", "-C", str(ROOT)]
    if not shutil.which("git") or stdout_of([*git, "rev-parse", "--is-shallow-repository"]).strip() != "false":
        return {}
    dates: dict[str, str] = {}
    log = stdout_of([*git, "log", "--format=%x00%cs", "--name-only", "--", "docs", "examples"])
    for commit in log.split("\0")[1:]:  # the newest first
        day, *paths = commit.split("\n")
        for path in filter(None, paths):
            dates.setdefault(path, date_in_words(datetime.date.fromisoformat(day)))
    return dates


def stdout_of(command: list[str]) -> str:
    return subprocess.run(command, text=True, capture_output=True, check=False).stdout


def related_by_links(contents: Mapping[str, str]) -> dict[str, list[str]]:
    """Return, for each page's address, the addresses of the pages that it links to or that link to it.

    A link counts more on a page with few links than on one that lists everything.
    """
    scores: dict[str, dict[str, float]] = {url: defaultdict(float) for url in contents}
    for url, content in contents.items():
        targets = {urljoin(f"/{url}", link).lstrip("/") for link in LINK.findall(content)} & contents.keys() - {url}
        for target in sorted(targets):  # so that pages with equal scores keep their order from build to build
            scores[url][target] += 1 / len(targets)
            scores[target][url] += 1 / len(targets)
    return {url: sorted(others, key=others.__getitem__, reverse=True)[:RELATED] for url, others in scores.items()}
