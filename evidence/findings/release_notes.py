"""What each release changed for people who do surgery, in one sentence, written by hand from the measurements."""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Mapping
from pathlib import Path

NOTES = Path(__file__).with_suffix(".toml")


@functools.cache
def release_notes() -> Mapping[str, str]:
    """Return the sentences, which are Markdown, by the keys of the environments."""
    return tomllib.loads(NOTES.read_text(encoding="utf-8"))
