"""What is wrong with the pages, where the site is known: `evidence.pages.check` with the names of the tables."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from evidence.pages import check
from evidence.pages.blocks import page_paths
from evidence.pages.lint import Problem
from evidence.site.tables import TABLES


def problems_of(paths: Iterable[Path] | None = None) -> list[Problem]:
    """Return what is wrong with pages, or with all, and with the navigation; `OSError` if one cannot be read."""
    return check.check_pages(page_paths() if paths is None else paths, TABLES.keys())
