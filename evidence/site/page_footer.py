"""Gives the end of each page the date of its last change, related pages, and the site as a zip."""

from __future__ import annotations

import datetime
import re
import shutil
import subprocess
from collections import Counter
from urllib.parse import urljoin

from jinja2 import Environment
from mkdocs.structure.files import Files

from evidence.files import ROOT
from evidence.site import offline

LINK = re.compile(r'<a\b[^>]*?\bhref="([^"#?]+)')
RELATED = 4


def add_page_ends(env: Environment, files: Files) -> None:
    """Give each page `changed`, in words or None, and `related`: pages, the most related first.

    The templates get `zip`, the file to read offline, if it was put among the pages before they are built.
    """
    env.globals["zip"] = files.get_file_from_path(f"{offline.NAME}.zip")
    pages = [file.page for file in files.documentation_pages() if file.page]
    changed = last_changes()
    related = by_links(
        {page.url: page.content for page in pages if not page.is_homepage}  # which links to all
    )
    by_url = {page.url: page for page in pages}
    for page in pages:
        source = f"docs/{page.file.src_uri}"
        if source.endswith(".ipynb"):
            source = page.file.src_uri.replace(".ipynb", ".py")  # beside docs/
        page.changed = changed.get(source)
        page.related = [by_url[url] for url in related.get(page.url, ())]


def last_changes() -> dict[str, str]:
    """Return when each file was last committed; nothing outside of git, or where the history is cut off."""
    git = ["git", "-C", str(ROOT)]
    if not shutil.which("git") or stdout_of([*git, "rev-parse", "--is-shallow-repository"]).strip() != "false":
        return {}
    found: dict[str, str] = {}
    for commit in stdout_of([*git, "log", "--format=%x00%cs", "--name-only", "--", "docs", "examples"]).split("\0")[1:]:
        day, *paths = commit.split("\n")
        date = datetime.date.fromisoformat(day)
        for path in filter(None, paths):
            found.setdefault(path, f"{date.day} {date:%B %Y}")
    return found


def stdout_of(command: list[str]) -> str:
    return subprocess.run(command, text=True, capture_output=True, check=False).stdout


def by_links(contents: dict[str, str]) -> dict[str, list[str]]:
    """Return for each page's address those of the pages that it links to or that link to it.

    Of a page that links to few, a link says more than of one that lists everything.
    """
    scores: dict[str, Counter[str]] = {url: Counter() for url in contents}
    for url, content in contents.items():
        targets = {urljoin(f"/{url}", link).lstrip("/") for link in LINK.findall(content)} & contents.keys() - {url}
        for target in sorted(targets):  # so that of equals the same come first in each build
            scores[url][target] += 1 / len(targets)
            scores[target][url] += 1 / len(targets)
    return {url: [other for other, _ in found.most_common(RELATED)] for url, found in scores.items()}
