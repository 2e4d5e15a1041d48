"""The navigation in mkdocs.yml: each page is in it once, and it names only pages."""

from __future__ import annotations

import difflib
import functools
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import yaml

from evidence.pages.source import Source

FILE = "mkdocs.yml"
HOME = "index.md"
NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*\.md")
Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True)
class Entry:
    """Something that the navigation leads to."""

    line: int  # of mkdocs.yml, from 1
    target: str  # a path below docs/, as written
    section: tuple[str, ...]  # the titles above it


@dataclass(frozen=True)
class Navigation:
    """The navigation as written, and why it can't be read."""

    entries: Sequence[Entry]
    problems: Sequence[tuple[int, str]] = ()


def read_navigation(path: Path) -> Navigation:
    return navigation_in(path.read_text(encoding="utf-8"))


@functools.lru_cache(maxsize=4)
def navigation_in(text: str) -> Navigation:
    """Return the navigation that the text of mkdocs.yml lists."""
    try:
        root = yaml.compose(text, Loader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        what = getattr(error, "problem", None) or "it cannot be read"
        problem = f"this is not YAML: {what}. Compare with the lines around it; `git diff {FILE}` shows what changed."
        return Navigation([], [((mark.line if mark else 0) + 1, problem)])
    keys = {key.value: value for key, value in root.value} if isinstance(root, yaml.MappingNode) else {}
    if not isinstance(keys.get("nav"), yaml.SequenceNode):
        return Navigation([], [(1, "there is no list `nav`. It lists the pages in the order of the menu.")])
    return Navigation(list(entries_below(keys["nav"], ())))


def entries_below(node: yaml.Node, section: tuple[str, ...]) -> Iterator[Entry]:
    if isinstance(node, yaml.ScalarNode):
        yield Entry(node.start_mark.line + 1, node.value, section)
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from entries_below(item, section)
    elif isinstance(node, yaml.MappingNode):
        for title, value in node.value:
            below = section if isinstance(value, yaml.ScalarNode) else (*section, title.value)
            yield from entries_below(value, below)


def navigation_problems(
    navigation: Navigation, pages: Collection[str], examples: Collection[str]
) -> Iterator[tuple[int, str]]:
    """Yield the line, in mkdocs.yml, and message of each problem with it.

    `pages`: paths below docs/, as `how-to/x.md`. `examples`: names of the notebooks, as `examples/x.ipynb`.
    """
    yield from navigation.problems
    lines: dict[str, int] = {}
    for entry in navigation.entries:
        target = entry.target
        if re.match(r"\w+://|//", target):
            yield entry.line, f"{target} is not a page of this site. Link to it from a page; the menu only holds pages."
        elif target not in pages and target not in examples:
            near = difflib.get_close_matches(target, [*pages, *examples], 1)
            mend = (
                f"Did you mean {near[0]}?" if near else "Name it as it is below docs/, as in how-to/rename-layers.md."
            )
            yield entry.line, f"there is no page {target!r}. {mend}"
        elif target in lines:
            yield entry.line, f"{target} is in the menu already, on line {lines[target]}. Delete one."
        lines.setdefault(target, entry.line)
    if navigation.entries and HOME not in lines:
        yield 1, f"the start page is not in the menu. Add under `nav`: - {HOME}"


def place_problems(source: Source, navigation: Navigation) -> Iterator[tuple[int, str]]:
    """Yield the line and message of each problem with the place of a page of the site."""
    path = source.page.removeprefix("docs/")
    name = PurePosixPath(path).name
    if not NAME.fullmatch(name):
        proper = re.sub(r"[^a-z0-9]+", "-", name.removesuffix(".md").lower()).strip("-")
        yield (
            1,
            (
                f"a page's file is its address: small letters, digits and hyphens. git mv {source.page} "
                f"{source.page.removesuffix(name)}{proper}.md"
            ),
        )
    if navigation.problems:
        return  # Nobody knows what is in it.
    targets = [entry.target for entry in navigation.entries]
    if path not in targets:
        unknown = difflib.get_close_matches(path, [target for target in targets if target.endswith(".md")], 1, 0.9)
        mend = f"Is it {unknown[0]}, misspelt? If not, add" if unknown else "Add"
        yield 1, f"readers can't find the page: it isn't in the menu. {mend} to `nav` in {FILE}: - {path}"
