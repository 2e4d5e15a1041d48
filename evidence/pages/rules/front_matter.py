"""The front matter: what search engines and the site's search know about a page."""

from __future__ import annotations

import difflib
import functools
from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from evidence.pages.source import FRONT_MATTER, Source

KEYS = "description", "tags", "search", "hide", "title"
SHORTEST = 20  # characters in a description
EXAMPLE = "description: How to remove the last layer of a Keras model."
Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # in C, where PyYAML was built with it


@functools.lru_cache(maxsize=256)  # Each page's check reads all pages.
def read_front_matter(text: str) -> Mapping[str, Any]:
    """Return the front matter of a page's text; nothing if there is none.

    Raises `yaml.YAMLError` if it isn't YAML, and `TypeError` if it is YAML but has no keys and values.
    """
    matter = FRONT_MATTER.match(text)
    if not matter:
        return {}
    content = yaml.load(matter["yaml"], Loader) or {}
    if not isinstance(content, dict):
        raise TypeError
    return content


def without_end(source: Source) -> tuple[int, str] | None:
    """Return the line and message if a page's front matter has no end: then the whole page is part of it."""
    if source.text.startswith("---\n") and not FRONT_MATTER.match(source.text):
        return 1, "the front matter has no end. Put --- on a line of its own after its last line."
    return None


def front_matter_problems(source: Source, descriptions: Mapping[str, str]) -> Iterator[tuple[int, str]]:
    """Yield the line and message of each problem in a page's front matter. `descriptions`: all pages', by page."""
    if not source.text.startswith("---\n"):
        yield 1, f"the page does not say what it answers. Begin it with three lines: ---, `{EXAMPLE}`, ---"
        return
    try:
        content = read_front_matter(source.text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = (mark.line if mark else 0) + 2  # after ---
        what = getattr(error, "problem", None) or "it cannot be read"
        yield line, f"the front matter is not YAML: {what}. Put quotation marks, ', around a value with a colon."
        return
    except TypeError:
        yield 2, f"the front matter has no `key: value`. Write: {EXAMPLE}"
        return
    for key in content:
        if key not in KEYS:
            near = difflib.get_close_matches(str(key), KEYS, 1)
            mend = f"Write `{near[0]}`." if near else f"Delete it. The keys are {', '.join(KEYS)}."
            yield line_of_key(source, key), f"`{key}` is not known in the front matter. {mend}"
    yield from description_problems(source, content, descriptions)
    if "tags" in content:
        yield from ((line_of_key(source, "tags"), text) for text in tag_problems(content["tags"]))


def line_of_key(source: Source, key: object) -> int:
    found = (number for number, line in enumerate(source.lines, 1) if line.startswith(f"{key}:"))
    return next(found, 1)


def description_problems(
    source: Source, content: Mapping[str, Any], descriptions: Mapping[str, str]
) -> Iterator[tuple[int, str]]:
    line, description = line_of_key(source, "description"), content.get("description")
    if description is None:
        yield line, f"the page has no description. Add to its front matter: `{EXAMPLE}`"
    elif not isinstance(description, str) or len(description) < SHORTEST:
        yield line, f"the description is too short to say what the page answers. Write a sentence: `{EXAMPLE}`"
    elif '"' in description:  # Material writes it into an attribute as it is.
        yield line, 'a straight quotation mark, ", would end the description. Write “ and ”.'
    elif same := sorted(page for page, text in descriptions.items() if text == description and page != source.page):
        yield line, f"{same[0]} has the same description. Say what only this page answers."


def tag_problems(tags: object) -> Iterator[str]:
    if not isinstance(tags, list) or not tags:
        yield "`tags` is not a list of words. Write: tags: [delete, deleting]"
        return
    if others := [tag for tag in tags if not isinstance(tag, str)]:
        yield f"the tag {others[0]!r} is not a text. Put quotation marks around it."
    texts = [str(tag).casefold() for tag in tags]
    if twice := sorted({text for text in texts if texts.count(text) > 1}):
        yield f"the tag `{twice[0]}` is listed twice. Delete one."
