"""Has `mkdocs serve` build only the pages that changed, as long as nothing but pages did: a hook of mkdocs.yml.

MkDocs builds everything again, or with `--dirty` forgets the titles of all other pages. Here the files and the
navigation of the last whole build are kept. What is made of all pages, the tables and the search, waits for the next
whole build: a record that changes brings one.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from pathlib import Path
from types import SimpleNamespace

from mkdocs.commands import build

log = logging.getLogger("mkdocs.evidence")
last = SimpleNamespace()  # of the last whole build: config, files, nav, env


def on_nav(nav, config, files):
    last.nav = nav


def on_env(env, config, files):
    last.config, last.files, last.env = config, files, env


def on_serve(server, config, builder):
    """Have the server build what changed since it last built."""
    watched = [config.config_file_path, config.docs_dir, *config.watch]
    built = written(watched)

    def build_changes():
        nonlocal built
        now = written(watched)
        changed = {path for path, _ in now.items() ^ built.items()}
        pages = {Path(file.abs_src_path): file.page for file in last.files.documentation_pages()}
        if now.keys() == built.keys() and changed <= pages.keys():
            build_pages([pages[path] for path in sorted(changed)])
        else:
            builder()
        built = now

    server.builder = build_changes


def written(watched: Iterable[str]) -> dict[Path, int]:
    """Return all files at or below some paths, and when each was written."""
    found = [path for name in watched for path in (Path(name), *Path(name).rglob("*"))]
    return {path: path.stat().st_mtime_ns for path in found if path.is_file()}


def build_pages(pages: Sequence) -> None:
    """Build pages as MkDocs does, into the site of the last whole build."""
    for page in pages:
        build._populate_page(page, last.config, last.files)
    for page in pages:
        build._build_page(page, last.config, last.files.documentation_pages(), last.nav, last.env)
        page.validate_anchor_links(files=last.files, log_level=last.config.validation.links.anchors)
        log.info("Built %s alone", page.file.src_uri)
