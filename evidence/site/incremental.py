"""Makes `mkdocs serve` build only the pages that changed, as long as nothing else changed.

MkDocs rebuilds everything, or with `--dirty` forgets the titles of all other pages. This keeps the files and the
navigation of the last whole build. The tables and the search, which need all pages, catch up with the next whole
build; a changed record triggers one.
"""

from __future__ import annotations

import contextlib
import logging
import re
from collections.abc import Callable, Iterable, Mapping
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
# What editors and Python write beside the real files; vim tests with "4913".
SCRATCH = re.compile(r"[.#]|4913$|__pycache__$|tmp\w{8}$|.*(~|\.tmp)$")


class IncrementalBuild:
    """Keeps the last whole build, and builds single pages into it."""

    config: MkDocsConfig
    files: Files
    nav: Navigation
    templates: Environment

    def remember(self, config: MkDocsConfig, files: Files, nav: Navigation, templates: Environment) -> None:
        """Keep what a whole build has made by the time it loads its templates."""
        self.config, self.files, self.nav, self.templates = config, files, nav, templates

    def build_changes_of(self, server: LiveReloadServer, config: MkDocsConfig, builder: Callable[..., Any]) -> None:
        """Make the server build only the pages that changed, and call `builder` if anything else did."""
        watched = [path for path in (config.config_file_path, config.docs_dir, *config.watch) if path]
        before = modification_times_below(watched)

        def build_changes() -> None:
            nonlocal before
            now = modification_times_below(watched)
            changed = {path for path, _ in now.items() ^ before.items()}
            pages = {
                Path(file.abs_src_path): file.page
                for file in self.files.documentation_pages()
                if file.abs_src_path and file.page
            }
            if now.keys() != before.keys() or not changed <= pages.keys():
                builder()
                before = now  # only after a successful build: otherwise the next one has to include what failed
                return
            failures = self.build_pages({path: pages[path] for path in sorted(changed)})
            before = now | {path: before[path] for path in failures}
            for failure in failures.values():
                raise failure

        server.builder = build_changes

    def build_pages(self, pages: Mapping[Path, Page]) -> dict[Path, Exception]:
        """Build pages the way MkDocs does, into the last whole build; return those that fail."""
        failures: dict[Path, Exception] = {}
        for step in self._read, self._write:  # Each page may need content of another.
            for path, page in pages.items():
                try:
                    if path not in failures:
                        step(page)
                except Exception as error:
                    failures[path] = error
        return failures

    def _read(self, page: Page) -> None:
        build._populate_page(page, self.config, self.files)

    def _write(self, page: Page) -> None:
        build._build_page(page, self.config, self.files.documentation_pages(), self.nav, self.templates)
        page.validate_anchor_links(files=self.files, log_level=self.config.validation.links.anchors)
        log.info("Built %s alone", page.file.src_uri)


def modification_times_below(watched: Iterable[str]) -> dict[Path, int]:
    """Return the modification time, in nanoseconds, of every file at or below some paths, but for `is_scratch`."""
    times = {}
    for name in map(Path, watched):
        for path in (name, *name.rglob("*")):
            with contextlib.suppress(FileNotFoundError):  # It's already gone.
                if path.is_file() and not is_scratch(path.relative_to(name)):
                    times[path] = path.stat().st_mtime_ns
    return times


def is_scratch(path: Path) -> bool:
    """Return whether only an editor or Python needs the file at a path, such as a backup."""
    return any(map(SCRATCH.match, path.parts))
