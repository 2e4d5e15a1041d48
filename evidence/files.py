"""Where the project's files are, when they were written, and how one is replaced."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def replace_file(path: Path, content: bytes) -> None:
    """Replace a file's content so that a crash leaves either the old or the new one."""
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
    return tuple(path.stat().st_mtime_ns for path in paths)
