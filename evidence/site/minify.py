"""Leaves out what readers would download for nothing.

From each page, the white space that Material's templates leave: 14 kB. From the style sheets, comments and whatever the
site doesn't use, such as colours and icons: a third of Material's, and half the time a browser spends matching rules.
From our scripts, comments and white space: 3 kB, compressed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path

import rjsmin
import tinycss2
from tinycss2.ast import (
    AtRule,
    Comment,
    IdentToken,
    LiteralToken,
    Node,
    QualifiedRule,
    SquareBracketsBlock,
    StringToken,
)

BETWEEN_LINES = re.compile(r"\s*\n\s*")
WORD = re.compile(r"[\w-]+")
WRITTEN = re.compile(r"(?<![\w.-])[\w-]+")  # A script selects ".a", and adds "a".
TAG = re.compile(r"<[a-zA-Z][^>]*>")
INLINE_SCRIPT = re.compile(r"<script[^>]*>.*?</script>", re.DOTALL)
IN_WORKERS = "assets/javascripts/lunr", "assets/javascripts/workers"
VARIANT = re.compile(r"(?<=--).+")
VARIABLE_READ = re.compile(r"var\(\s*(--[\w-]+)")
VARIABLE_SET = re.compile(r'(?<=[{;])\s*(--[\w-]+)\s*:(?:"(?:\\.|[^"\\])*"|[^;{}"])*;?')


def without_white_space(html: str) -> str:
    """Return a page with each run of white space that has a line end cut to that; the article stays as it is."""
    before, start, rest = html.partition("<article")
    article, end, after = rest.rpartition("</article>")
    return BETWEEN_LINES.sub("\n", before) + start + article + end + BETWEEN_LINES.sub("\n", after)


def trim_style_sheets(folder: str) -> None:
    """Trim the style sheets of a built site."""
    site = Path(folder)
    words = words_to_match(site)
    sheets = {path: trim(path.read_text(encoding="utf-8"), words) for path in site.rglob("*.css")}
    read = words | {name for css in sheets.values() for name in VARIABLE_READ.findall(css)}
    for path, css in sheets.items():
        path.write_text(without_variables(css, read), encoding="utf-8")


def words_to_match(site: Path) -> set[str]:
    """Return the words in the tags of a site's pages and in the scripts that can write tags.

    Workers' scripts can't. Material's script also handles pages read from right to left; there are none.
    """
    pages = [path.read_text(encoding="utf-8") for path in site.rglob("*.html")]
    scripts = [path for path in site.rglob("*.js") if not path.relative_to(site).as_posix().startswith(IN_WORKERS)]
    tags, inline = ({text for page in pages for text in found.findall(page)} for found in (TAG, INLINE_SCRIPT))
    texts = inline | {path.read_text(encoding="utf-8") for path in scripts}
    words = {word for tag in tags for word in WORD.findall(tag)}
    return (words | {word for text in texts for word in WRITTEN.findall(text)}) - {"rtl"}


def trim_scripts(folder: str) -> None:
    """Trim the scripts of a built site, except Material's own and the search index."""
    site = Path(folder)
    for script in site.rglob("*.js"):
        if script.relative_to(site).parts[0] not in ("assets", "search"):
            script.write_text(rjsmin.jsmin(script.read_text(encoding="utf-8")), encoding="utf-8")


def trim(css: str, words: set[str]) -> str:
    """Return a style sheet without comments and without rules for classes that are not among the words.

    The words include all possible classes, so it never drops a rule that could match. Scripts build some classes from
    two parts, and only the first is a word: "md-tooltip2--" and "top".
    """
    rules = tinycss2.parse_stylesheet(css, skip_comments=True, skip_whitespace=True)
    return tinycss2.serialize(list(rules_needed(rules, words)))


def without_variables(css: str, read: set[str]) -> str:
    """Return a style sheet without variables that nothing reads, such as an icon that is no longer shown."""
    return VARIABLE_SET.sub(lambda declaration: declaration[0] if declaration[1] in read else "", css)


def rules_needed(rules: Iterable[Node], words: set[str]) -> Iterator[Node]:
    """Yield the rules that can match, with only those selectors that can."""
    for rule in rules:
        if isinstance(rule, AtRule) and rule.lower_at_keyword in ("media", "supports") and rule.content:
            inner = tinycss2.parse_rule_list(rule.content, skip_comments=True, skip_whitespace=True)
            rule.content = list(rules_needed(inner, words))
            if not rule.content:
                continue
        if isinstance(rule, QualifiedRule):
            selectors = [selector for selector in selectors_in(rule.prelude) if can_match(selector, words)]
            if not selectors:
                continue
            rule.prelude = tinycss2.parse_component_value_list(",".join(map(tinycss2.serialize, selectors)))
            rule.content = [token for token in rule.content if not isinstance(token, Comment)]
        yield rule


def selectors_in(prelude: Iterable[Node]) -> list[list[Node]]:
    """Split the tokens before a rule's braces at their commas; a comma in brackets is inside a token."""
    selectors: list[list[Node]] = [[]]
    for token in prelude:
        if is_literal(token, ","):
            selectors.append([])
        else:
            selectors[-1].append(token)
    return selectors


def can_match(selector: Sequence[Node], words: set[str]) -> bool:
    """Return whether all classes and attribute values that a selector requires are among the words.

    It ignores those in parentheses: `:not(.a)` matches what has no such class.
    """
    classes = [name.value for dot, name in pairwise(selector) if is_literal(dot, ".") and isinstance(name, IdentToken)]
    if not all(name in words or VARIANT.sub("", name) in words for name in classes):
        return False
    attributes = [token.content for token in selector if isinstance(token, SquareBracketsBlock)]
    equal = [value for tokens in attributes for sign, value in pairwise(tokens) if is_literal(sign, "=")]
    values = [value.value for value in equal if isinstance(value, IdentToken | StringToken)]
    return all(set(WORD.findall(value)) <= words for value in values)


def is_literal(token: Node, text: str) -> bool:
    return isinstance(token, LiteralToken) and token.value == text
