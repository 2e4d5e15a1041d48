"""Builds the site into its own folder, and rebuilds what changes."""

from __future__ import annotations

import contextlib
import logging
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from mkdocs.commands.build import build
from mkdocs.config import load_config
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import Abort, MkDocsException
from watchdog.events import FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer

from evidence.site.incremental import is_scratch

NOT_RECORDED = "the block is not recorded"  # The live page says so itself.
QUIET_SECONDS = 0.03  # A save is over once nothing has changed for this long,
LONGEST_SECONDS = 0.2  # or after this: somebody may keep saving.


class NoSiteError(Exception):
    """Why the site can't be built even once."""


class ServedSite:
    """The site as last built, in `folder`. A failed build leaves it as it was."""

    def __init__(self, config_file: Path, address: str) -> None:
        self.error: str | None = None  # why the files on disk can't be built, if no page's own warnings say it
        self._warnings = Warnings()
        logging.getLogger("mkdocs").addHandler(self._warnings)
        self._config_file, self._address = config_file, address
        self._folders = tempfile.TemporaryDirectory(prefix="site-")
        self._count = 0
        self.folder = Path(self._folders.name)
        self._build_changes: Callable[[], object] = self._build_all
        self.watched: list[str] = []

    def build(self) -> None:
        """Build the whole site for the first time; `NoSiteError` if that fails."""
        try:
            config = self._build_all()
        except MkDocsException as error:
            reason = "\n".join(self._warnings.words()) if isinstance(error, Abort) else str(error)
            raise NoSiteError(f"The site could not be built. {reason}") from error
        server = SimpleNamespace()
        config.plugins.on_serve(server, config=config, builder=self._build_all)  # type: ignore[arg-type]
        self._build_changes = server.builder
        self.watched = [path for path in (config.config_file_path, config.docs_dir, *config.watch) if path]

    def build_changes(self) -> bool:
        """Build what has changed; return whether that was possible. `error` and `warnings_on` say why not."""
        kept = dict(vars(self._incremental))
        names = [self._name(path) for path in self.sources()]
        self._warnings.forget_others(names)
        before, self.error = self._warnings.words(), None
        try:
            self._build_changes()
        except (Exception, Abort) as error:
            vars(self._incremental).update(kept)  # Single pages are still built into the last whole site.
            new = [words for words in self._warnings.words() if words not in before]
            if not any(name in words for words in new for name in names):
                reason = "\n".join(new) or f"{type(error).__name__}: {error}"
                self.error = f"The site could not be built. {reason}"
            return False
        return True

    def saved(self, path: Path) -> None:
        """Forget what the last build said about a page that will be rebuilt."""
        self._warnings.forget(self._name(path))

    def warnings_on(self, path: Path) -> list[str]:
        """Return what the last builds said about a page."""
        return self._warnings.on(self._name(path))

    def _name(self, path: Path) -> str:
        """Return a page's path as MkDocs names it."""
        docs = Path(self._incremental.config.docs_dir)
        return path.relative_to(docs).as_posix() if path.is_relative_to(docs) else path.as_posix()

    def source_of(self, address: str) -> Path | None:
        """Return the Markdown file of the page at an address, "how-to/compile-again/"; `None` if it has none."""
        for file in self._incremental.files.documentation_pages():
            if file.url.removeprefix("./") == address and file.src_uri.endswith(".md") and file.abs_src_path:
                return Path(file.abs_src_path)
        return None

    def sources(self) -> set[Path]:
        """Return the Markdown files of the site's pages."""
        return {Path(file.abs_src_path) for file in self._incremental.files if file.abs_src_path}

    def close(self) -> None:
        logging.getLogger("mkdocs").removeHandler(self._warnings)
        self._folders.cleanup()

    @property
    def _incremental(self) -> Any:
        return self._plugin.incremental

    def _build_all(self, config: object = None) -> MkDocsConfig:
        """Build into a new folder, which then replaces the old one: readers never see half a site."""
        self._count += 1
        folder = Path(self._folders.name, str(self._count))
        new = load_config(str(self._config_file), site_dir=str(folder), site_url=self._address)
        # Material would load the next page without this page's scripts and state.
        with contextlib.suppress(ValueError):
            new.theme["features"].remove("navigation.instant")
        new.plugins.on_startup(command="serve", dirty=False)
        self._plugin: Any = new.plugins["evidence"]
        build(new, serve_url=self._address)
        self.folder = folder
        return new


class Warnings(logging.Handler):
    """Keeps the messages of MkDocs and its plugins during a build, by the page that they name."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self._kept: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        words = record.getMessage()
        if NOT_RECORDED not in words and words not in self._kept:
            self._kept.append(words)

    def words(self) -> list[str]:
        return list(self._kept)

    def on(self, name: str) -> list[str]:
        return [words for words in self._kept if name in words]

    def forget(self, name: str) -> None:
        self._kept = [words for words in self._kept if name not in words]

    def forget_others(self, names: Iterable[str]) -> None:
        names = list(names)
        self._kept = [words for words in self._kept if any(name in words for name in names)]


class Changes(FileSystemEventHandler):
    """Watches for saves below some paths, and passes them on once things are quiet."""

    def __init__(self, watched: Iterable[str]) -> None:
        self._changed = threading.Condition()
        self._paths: set[Path] = set()
        self._closed = False
        self._observer = Observer()
        for path in map(Path, watched):
            if path.is_dir():
                self._observer.schedule(self, str(path), recursive=True)
            else:  # Saving a file replaces it, so its folder is watched.
                self._observer.schedule(OnlyOne(self, path), str(path.parent))
        self._observer.start()

    def on_any_event(self, event: FileSystemEvent) -> None:
        if event.is_directory or event.event_type in {"opened", "closed_no_write"}:
            return
        names = {str(name) for name in (event.src_path, event.dest_path) if name}
        paths = {Path(name) for name in names if not is_scratch(Path(Path(name).name)) and "__pycache__" not in name}
        if paths:
            self.add(paths)

    def add(self, paths: Iterable[Path]) -> None:
        with self._changed:
            self._paths |= set(paths)
            self._changed.notify_all()

    def __iter__(self) -> Iterator[set[Path]]:
        """Yield what has changed each time, until closed."""
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._paths or self._closed)
                last = time.monotonic() + LONGEST_SECONDS
                while time.monotonic() < last and self._changed.wait(QUIET_SECONDS):
                    pass
                if self._closed:
                    return
                paths, self._paths = self._paths, set()
            yield paths

    def close(self) -> None:
        self._observer.stop()
        self._observer.join()
        with self._changed:
            self._closed = True
            self._changed.notify_all()


class OnlyOne(FileSystemEventHandler):
    """Passes on what happens to one file in a folder."""

    def __init__(self, changes: Changes, path: Path) -> None:
        self._changes, self._path = changes, path

    def on_any_event(self, event: FileSystemEvent) -> None:
        if str(self._path) in {event.src_path, event.dest_path}:
            self._changes.on_any_event(event)
