"""Puts the site's address into the published `explain.py`, so that it prints links.

Without an address, and in the offline edition, it prints the pages' paths.
"""

from __future__ import annotations

from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig

from evidence.site import offline

NAME = "explain.py"
PLACE = 'GUIDE = ""'


def fill_in_address(config: MkDocsConfig) -> None:
    """Fill the address into the site's `explain.py`, if there is one; `ValueError` if the file has no place for it."""
    path = Path(config.site_dir, NAME)
    if not path.exists() or not config.site_url or offline.is_offline(config):
        return
    source = path.read_text(encoding="utf-8")
    if PLACE not in source:
        raise ValueError(
            f"docs/{NAME} has no line that begins with {PLACE!r}, where the site's address belongs: add it"
        )
    path.write_text(source.replace(PLACE, f'GUIDE = "{config.site_url}"', 1), encoding="utf-8")
