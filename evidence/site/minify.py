"""Takes out what readers would load for nothing.

Of each page the white space that Material's templates leave, 14 kB. Of the style sheets the comments, and the rules for
what the site has none of, such as tabs: a third of Material's, and half of the time that a browser matches rules.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path

import tinycss2

BETWEEN_LINES = re.compile(r"\s*\n\s*")
WORD = re.compile(r"[\w-]+")
VARIANT = re.compile(r"(?<=--).+")


def without_white_space(html: str) -> str:
    """Return a page with one line end for each run of white space that has one; the article stays as it is."""
    before, start, rest = html.partition("<article")
    article, end, after = rest.rpartition("</article>")
    return BETWEEN_LINES.sub("\n", before) + start + article + end + BETWEEN_LINES.sub("\n", after)


def trim_style_sheets(folder: str) -> None:
    """Trim the style sheets of a built site."""
    site = Path(folder)
    texts = [*site.rglob("*.html"), *site.rglob("*.js")]
    words = {word for path in texts for word in WORD.findall(path.read_text(encoding="utf-8"))}
    for sheet in site.rglob("*.css"):
        sheet.write_text(trim(sheet.read_text(encoding="utf-8"), words), encoding="utf-8")


def trim(css: str, words: set[str]) -> str:
    """Return a style sheet without comments, and without rules for classes that are not among the words.

    The words are all that stand in pages and scripts, so that no rule is taken out that could hold. Scripts write some
    classes in two parts, of which the first is a word: "md-tooltip2--" and "top".
    """
    rules = tinycss2.parse_stylesheet(css, skip_comments=True, skip_whitespace=True)
    return tinycss2.serialize(list(needed(rules, words)))


def needed(rules: Iterable, words: set[str]) -> Iterator:
    for rule in rules:
        if rule.type == "at-rule" and rule.lower_at_keyword in ("media", "supports"):
            inner = tinycss2.parse_rule_list(rule.content, skip_comments=True, skip_whitespace=True)
            rule.content = list(needed(inner, words))
            if not rule.content:
                continue
        if rule.type == "qualified-rule":
            selectors = [each for each in split(rule.prelude) if can_match(each, words)]
            if not selectors:
                continue
            rule.prelude = tinycss2.parse_component_value_list(",".join(map(tinycss2.serialize, selectors)))
            rule.content = [token for token in rule.content if token.type != "comment"]
        yield rule


def split(selectors: Iterable) -> list[list]:
    """Split a list of selectors, as tokens, at its commas; those in brackets are in a token."""
    found = [[]]
    for token in selectors:
        if token == ",":
            found.append([])
        else:
            found[-1].append(token)
    return found


def can_match(selector: list, words: set[str]) -> bool:
    """Say whether all classes that a selector asks for, outside brackets, are among the words."""
    classes = [name.value for dot, name in pairwise(selector) if dot == "." and name.type == "ident"]
    return all(name in words or VARIANT.sub("", name) in words for name in classes)
