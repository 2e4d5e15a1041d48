"""Finds listings that look like Python but are not executed.

It double-checks what `blocks` found: it renders the page as MkDocs does, with the Markdown extensions in mkdocs.yml,
and compares the listings that a reader sees with the blocks.
"""

from __future__ import annotations

import ast
import functools
import html
import itertools
import re
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import markdown
import yaml

from evidence.files import ROOT
from evidence.pages.blocks import Block, page_name, read_text
from evidence.pages.lint import Problem

EXEMPTIONS = Path(__file__).with_name("unexecuted_code.toml")
# A listing, with the element that it starts, whose class may name the language; after its title, if it has one.
PRE = re.compile(
    r"(?P<around><[a-z]+ [^>]*>\s*)?(?:<span class=\"filename\">[^<]*</span>)?"
    r"(?P<pre><pre\b[^>]*>)(?P<inside>.*?)</pre>",
    re.DOTALL,
)
COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
FENCE_AS_TEXT = re.compile(r"<p>\s*(?:```|~~~)")
TAG = re.compile(r"<[^>]*>")
PROMPT = re.compile(r"^\s*>>> ", re.MULTILINE)
# Only Python has these. The output `done` and the command `pytest` are valid Python, too, but only a name.
TELLTALE_SYNTAX = (
    *(ast.Import, ast.ImportFrom, ast.Assign, ast.AugAssign, ast.AnnAssign, ast.Delete, ast.Call),
    *(ast.FunctionDef, ast.ClassDef, ast.For, ast.With),
)
PYTHON_LANGUAGES = {"python", "py", "python3", "py3", "pycon", "ipython", "ipython3"}
PLAIN_LANGUAGES = {"", "text", "console"}


@dataclass(frozen=True)
class Listing:
    """One listing of a rendered page."""

    language: str  # its Pygments lexer; "" if it has none
    text: str


@dataclass(frozen=True)
class Exemption:
    """Listings that look like Python but aren't executed, and why."""

    page: str
    starts_with: str
    reason: str


def check_listings(path: Path, blocks: Sequence[Block], exemptions: Iterable[Exemption]) -> Iterator[Problem]:
    """Yield a problem for each listing that isn't executed, block that isn't shown, and exemption that isn't needed."""
    page, text = page_name(path), read_text(path)
    outputs = {block.expected_output.strip() for block in blocks if block.expected_output}
    not_shown = [*blocks]
    exempt = [exemption for exemption in exemptions if exemption.page == page]
    used: set[Exemption] = set()
    for listing in listings(text):
        code = listing.text.strip()
        if block := next((block for block in not_shown if block.code.expandtabs(4).strip() == code), None):
            not_shown.remove(block)
        elif code not in outputs and looks_like_python(listing):
            matching = {exemption for exemption in exempt if code.startswith(exemption.starts_with)}
            used |= matching
            if not matching:
                yield Problem(page, line_of(code, text, blocks), why_not_executed(listing))
    for block in not_shown:
        yield Problem(page, block.line, "this block is executed, but the page does not show it. Show it or delete it.")
    for exemption in exempt:
        if exemption not in used:
            text = f"no listing that starts with {exemption.starts_with!r} needs its exemption."
            yield Problem(page, 1, f"{text} Delete it from {page_name(EXEMPTIONS)}.")


def listings(text: str) -> list[Listing]:
    """Return the listings of a page's text, in order, as MkDocs renders them."""
    source = without_front_matter(text)
    rendered = renderer().reset().convert(source)
    if FENCE_AS_TEXT.search(rendered):  # It may have options that only the highlighter reads, such as `title=`.
        rendered = renderer(colours=True).reset().convert(source)
    found = PRE.finditer(COMMENT.sub("", rendered))
    return [Listing(language_of(each), html.unescape(TAG.sub("", each["inside"]))) for each in found]


@functools.cache
def renderer(*, colours: bool = False) -> markdown.Markdown:
    """Return a renderer for the pages, as mkdocs.yml sets it up, without the parts that don't affect listings.

    What the project's own extensions add is not from the page. Highlighting code takes three quarters of the time, and
    links and emphasis half of the rest.
    """
    settings = yaml.load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"), loader_without_tags())
    given = [entry if isinstance(entry, dict) else {entry: {}} for entry in settings["markdown_extensions"]]
    configs = {name: config or {} for entry in given for name, config in entry.items()}
    configs.setdefault("pymdownx.highlight", {})["use_pygments"] = colours
    names = [name for name in configs if name != "toc" and not name.startswith("evidence.")]
    made = markdown.Markdown(extensions=names, extension_configs={name: configs[name] for name in names})
    made.treeprocessors.deregister("inline")
    return made


def loader_without_tags() -> Any:
    """Return a loader that reads mkdocs.yml without what MkDocs substitutes for `!ENV`."""
    loader = type("WithoutTags", (yaml.SafeLoader,), {})
    yaml.add_multi_constructor("!", lambda loader, suffix, node: None, loader)
    return loader


def without_front_matter(text: str) -> str:
    return text.partition("\n---\n")[2] if text.startswith("---\n") else text


def language_of(found: re.Match[str]) -> str:
    """Return the language that a listing's HTML names, in its class or that of an element inside or around it."""
    tags = [found["pre"], *TAG.findall(found["inside"]), found["around"] or ""]
    named = (re.search(r"\blanguage-([\w+#-]+)", tag) for tag in tags)
    return next((name[1] for name in named if name), "")


def looks_like_python(listing: Listing) -> bool:
    """Return whether a reader would expect to be able to run a listing with Python."""
    if listing.language in PYTHON_LANGUAGES or PROMPT.search(listing.text):
        return True
    if listing.language not in PLAIN_LANGUAGES:
        return False
    lines = [line for line in listing.text.split("\n") if not line.startswith(("!", "%"))]  # a notebook's commands
    try:
        tree = ast.parse("\n".join(lines))
    except SyntaxError:
        return False
    return any(isinstance(node, TELLTALE_SYNTAX) for node in ast.walk(tree))


def why_not_executed(listing: Listing) -> str:
    plain = listing.language in PLAIN_LANGUAGES
    cause = "indented, or not fenced as `python`" if plain else f"fenced as `{listing.language}`"
    return (
        f"this looks like Python but is not executed, because it is {cause}. "
        f"Open it with exactly ```python, or list it with a reason in {page_name(EXEMPTIONS)}."
    )


def line_of(listing: str, text: str, blocks: Iterable[Block]) -> int:
    """Return the line of a page's text, from 1, on which a listing outside the blocks begins; 1 if not found."""
    wanted = [line.strip() for line in listing.split("\n")]
    lines = [line.strip() for line in text.split("\n")]
    in_blocks = {block.line + offset for block in blocks for offset in range(block.code.count("\n") + 1)}
    # Outside the blocks: one of them may begin the same way, for example with `import keras`.
    outside = [index for index in range(len(lines)) if index + 1 not in in_blocks]
    whole = (index for index in outside if lines[index : index + len(wanted)] == wanted)
    in_html = (index for index in outside if wanted[0] in lines[index])
    return next(itertools.chain(whole, in_html), 0) + 1


def read_exemptions(path: Path = EXEMPTIONS) -> list[Exemption]:
    """Read the list of exemptions; `ValueError` if one lacks its page, its start or its reason, or has other keys."""
    entries = tomllib.loads(path.read_text(encoding="utf-8")).get("unexecuted", [])
    for number, entry in enumerate(entries, 1):
        if set(entry) != {"page", "starts_with", "reason"} or not all(entry.values()):
            keys = "page, starts_with and reason, and nothing else"
            raise ValueError(f"{page_name(path)}: entry {number} of `unexecuted` needs {keys}.")
    return [Exemption(**entry) for entry in entries]
