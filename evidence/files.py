"""Where the project is, how to replace a file safely, and when files changed."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"  # Blocks may import the modules in it: readers download them.


def replace_file(path: Path, content: bytes) -> None:
    """Replace a file's content so that a crash leaves either the old or the new one; see `replace_files`."""
    replace_files([(path, content)])


def replace_files(changes: Iterable[tuple[Path, bytes | None]]) -> None:
    """Replace the content of files, one after the other; delete those without new content.

    A crash leaves each file either old or new. Files keep their permissions. Raises `OSError` if new content can't be
    written, as on a full disk; then nothing has changed.
    """
    changes, new = list(changes), []
    try:
        for path, content in changes:
            new.append(write_beside(path, content) if content is not None else None)
        for (path, _), written in zip(changes, new, strict=True):
            if written:
                os.replace(written, path)  # noqa: PTH105 (atomic on Windows too)
            else:
                path.unlink(missing_ok=True)
    finally:
        for written in filter(None, new):
            written.unlink(missing_ok=True)


def write_beside(path: Path, content: bytes) -> Path:
    """Write a new file into the folder of another, with its permissions; return its path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    new = tempfile.NamedTemporaryFile(dir=path.parent, delete=False)  # noqa: SIM115 (it is renamed)
    try:
        with new:
            new.write(content)
        Path(new.name).chmod(path.stat().st_mode if path.exists() else 0o644)
    except BaseException:
        Path(new.name).unlink(missing_ok=True)
        raise
    return Path(new.name)


def modification_times(paths: Iterable[Path]) -> tuple[int, ...]:
    """Return when the files were last modified, in nanoseconds since 1970; `FileNotFoundError` if one is missing."""
    return tuple(path.stat().st_mtime_ns for path in paths)
