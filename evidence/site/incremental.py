"""Has `mkdocs serve` build only the pages that changed, as long as nothing but pages did.

MkDocs builds everything again, or with `--dirty` forgets the titles of all other pages. Here the files and the
navigation of the last whole build are kept. What is made of all pages, the tables and the search, waits for the next
whole build: a record that changes brings one.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from jinja2 import Environment
from mkdocs.commands import build
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.livereload import LiveReloadServer
from mkdocs.structure.files import Files
from mkdocs.structure.nav import Navigation
from mkdocs.structure.pages import Page

log = logging.getLogger("mkdocs.evidence")


class IncrementalBuild:
    """What the last whole build left, and how a page is built into it."""

    nav: Navigation
    config: MkDocsConfig
    files: Files
    templates: Environment

    def remember(self, config: MkDocsConfig, files: Files, templates: Environment) -> None:
        """Keep what a whole build has come to, once its templates are ready."""
        self.config, self.files, self.templates = config, files, templates

    def build_changes_of(self, server: LiveReloadServer, config: MkDocsConfig, builder: Callable[..., Any]) -> None:
        """Have the server build what changed since it last built, and all by the `builder` where that is not enough."""
        watched = [config.config_file_path, config.docs_dir, *config.watch]
        built = files_written(watched)

        def build_changes() -> None:
            nonlocal built
            now = files_written(watched)
            changed = {path for path, _ in now.items() ^ built.items()}
            pages = {Path(file.abs_src_path): file.page for file in self.files.documentation_pages()}
            if now.keys() == built.keys() and changed <= pages.keys():
                self.build_pages([pages[path] for path in sorted(changed)])
            else:
                builder()
            built = now

        server.builder = build_changes

    def build_pages(self, pages: Sequence[Page]) -> None:
        """Build pages as MkDocs does, into the site of the last whole build."""
        for page in pages:
            build._populate_page(page, self.config, self.files)
        for page in pages:
            build._build_page(page, self.config, self.files.documentation_pages(), self.nav, self.templates)
            page.validate_anchor_links(files=self.files, log_level=self.config.validation.links.anchors)
            log.info("Built %s alone", page.file.src_uri)


def files_written(watched: Iterable[str]) -> dict[Path, int]:
    """Return all files at or below some paths, and when each was written."""
    found = [path for name in watched for path in (Path(name), *Path(name).rglob("*"))]
    return {path: path.stat().st_mtime_ns for path in found if path.is_file()}
