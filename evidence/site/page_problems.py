"""What is wrong with the pages, as the site's build reports it: by page and line, before it renders any."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from mkdocs.exceptions import Abort

from evidence.files import ROOT
from evidence.pages.blocks import page_paths
from evidence.pages.check import check_pages
from evidence.pages.lint import Problem
from evidence.site.tables import TABLES

if TYPE_CHECKING:  # Importing it takes a quarter of a second, and a check doesn't need it.
    from mkdocs.config.defaults import MkDocsConfig

log = logging.getLogger("mkdocs.evidence")


def problems_of(paths: Iterable[Path] | None = None) -> list[Problem]:
    """Return what is wrong with these pages, or all, and with the navigation; `OSError` if one can't be read."""
    return check_pages(page_paths() if paths is None else paths, TABLES.keys())


def stop_or_say(config: MkDocsConfig, *, serving: bool) -> None:
    """End a build if something is wrong with a page. `mkdocs serve` goes on: somebody is still writing that page."""
    if Path(config.docs_dir) != ROOT / "docs":
        return
    problems = problems_of()
    for problem in problems:
        log.warning("%s", problem)
    if problems and not serving:
        raise Abort("Nothing was built. To check again, in two seconds: python -m evidence check")
