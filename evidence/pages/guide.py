"""The guide as a whole: what a page may link to, and how all pages describe themselves."""

from __future__ import annotations

import functools
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

import yaml

from evidence.files import ROOT
from evidence.pages.blocks import page_name, page_paths, read_text
from evidence.pages.rules.front_matter import read_front_matter
from evidence.pages.rules.navigation import Navigation, read_navigation
from evidence.pages.source import Source

OTHER_ID = re.compile(r"""\bid=["']([\w-]+)|\{[^}\n]*#([\w-]+)[^}\n]*\}""")  # of HTML, and of `{ #id }`
TABLE = re.compile(r"^<!-- evidence:", re.MULTILINE)


@dataclass(frozen=True)
class Guide:
    """What the rules for one page need to know about the others."""

    ids: Mapping[str, Collection[str] | None]  # that links may lead to, by page; `None` where tables add more
    descriptions: Mapping[str, str]  # by page
    tables: Collection[str]  # the names that `<!-- evidence: NAME -->` may have
    navigation: Navigation


def read_guide(tables: Collection[str]) -> Guide:
    """Read what the rules need from all pages. A page that can't be read contributes nothing: its check says why."""
    texts: dict[str, str] = {}
    for path in page_paths():
        try:
            texts[page_name(path)] = read_text(path)
        except UnicodeDecodeError:
            texts[page_name(path)] = ""
    ids = {page: ids_of(page, text) for page, text in texts.items()}
    descriptions = {page: text for page, source in texts.items() if (text := description_of(source))}
    return Guide(ids, descriptions, tables, read_navigation(ROOT / "mkdocs.yml"))


@functools.lru_cache(maxsize=256)
def ids_of(page: str, text: str) -> Collection[str] | None:
    if TABLE.search(text):
        return None
    source = Source(page, text, ())
    ids = {heading.id or github_slug(heading.text) for heading in source.headings}
    others = OTHER_ID.finditer("\n".join(source.prose))
    return ids | {found[1] or found[2] for found in others}


def github_slug(heading: str) -> str:
    """Return the id that GitHub gives a heading of the repository's own pages."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def description_of(text: str) -> str:
    try:
        return str(read_front_matter(text).get("description", ""))
    except (yaml.YAMLError, TypeError):
        return ""
