"""Where the project is, how to replace a file safely, and when files changed."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"  # Blocks may import the modules there: readers download them.


def replace_file(path: Path, content: bytes) -> None:
    """Replace a file's content so that a crash leaves either the old or the new one.

    Its permissions are kept. Raises `OSError` if the file or its folder cannot be written; then nothing has changed.
    """
    new = tempfile.NamedTemporaryFile(dir=path.parent, delete=False)  # noqa: SIM115 (it is renamed)
    try:
        with new:
            new.write(content)
        Path(new.name).chmod(path.stat().st_mode if path.exists() else 0o644)
        os.replace(new.name, path)  # noqa: PTH105 (atomic on Windows too)
    except BaseException:
        Path(new.name).unlink(missing_ok=True)
        raise


def modification_times(paths: Iterable[Path]) -> tuple[int, ...]:
    """Return when the files were last modified, in nanoseconds since 1970; `FileNotFoundError` if one is missing."""
    return tuple(path.stat().st_mtime_ns for path in paths)
