"""Counts the fences of a page as rendered, and names those that look like Python but were not executed.

The second opinion on `blocks`: the page is rendered as MkDocs renders it, with the extensions of mkdocs.yml.
"""

from __future__ import annotations

import ast
import functools
import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import markdown
from bs4 import BeautifulSoup
from mkdocs.config import load_config

from evidence.files import ROOT
from evidence.pages.blocks import Block, page_name, read_text
from evidence.pages.lint import Problem

EXEMPTIONS = Path(__file__).with_name("unexecuted_code.toml")
PROMPT = re.compile(r"^\s*>>> ", re.MULTILINE)
# What tells a listing from an output or a command. `pytest docs/index.md` is no Python; `pytest` alone is a name.
TELLING = (
    *(ast.Import, ast.ImportFrom, ast.Assign, ast.AugAssign, ast.AnnAssign, ast.Delete, ast.Call),
    *(ast.FunctionDef, ast.ClassDef, ast.For, ast.With),
)
PYTHON_NAMES = {"python", "py", "python3", "py3", "pycon", "ipython", "ipython3"}


@dataclass(frozen=True)
class Listing:
    """One listing as a reader sees it."""

    language: str  # the lexer's name; "" where none was given
    text: str


@dataclass(frozen=True)
class Exemption:
    """A listing that looks like Python and is not executed, and why."""

    page: str
    starts: str  # how the listing's text begins
    reason: str


def check_listings(path: Path, blocks: Iterable[Block], exemptions: Iterable[Exemption]) -> list[Problem]:
    """Return a problem for each listing that should have run, each block not shown, each idle exemption."""
    page, source = page_name(path), read_text(path)
    executed = [block.code.strip() for block in blocks]
    outputs = {block.expected_output.strip() for block in blocks if block.expected_output}
    exempt = {exemption: False for exemption in exemptions if exemption.page == page}
    problems = []
    for listing in listings(source):
        text = listing.text.strip()
        if text in executed:
            executed.remove(text)
            continue
        if text in outputs or not looks_like_python(listing):
            continue
        allowed = [exemption for exemption in exempt if text.startswith(exemption.starts)]
        exempt |= dict.fromkeys(allowed, True)
        if not allowed:
            problems.append(Problem(page, line_of(text, source, blocks), why_not_executed(listing)))
    for block in blocks:
        if block.code.strip() in executed:
            executed.remove(block.code.strip())
            problems.append(Problem(page, block.line, "the block is executed but no reader sees it."))
    for exemption, used in exempt.items():
        if not used:
            text = (
                f"the exemption of a listing that starts with {exemption.starts!r} is no longer "
                f"needed. Take it out of evidence/pages/{EXEMPTIONS.name}."
            )
            problems.append(Problem(page, 1, text))
    return problems


def listings(source: str) -> list[Listing]:
    """Return all listings of a page in the order they are shown, as MkDocs with mkdocs.yml renders them."""
    config = site_config()
    # What ours add is no listing of the page.
    extensions = [name for name in config["markdown_extensions"] if not name.startswith("evidence.")]
    renderer = markdown.Markdown(extensions=extensions, extension_configs=config["mdx_configs"])
    soup = BeautifulSoup(renderer.convert(without_front_matter(source)), "html.parser")
    return [Listing(language_of(pre), pre.get_text()) for pre in soup.select("pre")]


@functools.cache
def site_config():
    return load_config(str(ROOT / "mkdocs.yml"))


def without_front_matter(source: str) -> str:
    if source.startswith("---\n"):
        return source.partition("\n---\n")[2]
    return source


def language_of(pre) -> str:
    for element in [pre, *pre.find_all("code"), *pre.parents]:
        for name in element.get("class") or []:
            if name.startswith("language-"):
                return name.removeprefix("language-")
    return ""


def looks_like_python(listing: Listing) -> bool:
    """Say whether a reader would take a listing for Python that can be run."""
    if listing.language in PYTHON_NAMES or PROMPT.search(listing.text):
        return True
    if listing.language not in {"", "text", "console"}:
        return False
    lines = [line for line in listing.text.split("\n") if not line.startswith(("!", "%"))]
    try:
        tree = ast.parse("\n".join(lines))
    except SyntaxError:
        return False
    return any(isinstance(node, TELLING) for node in ast.walk(tree))


def why_not_executed(listing: Listing) -> str:
    plain = listing.language in {"", "text", "console"}
    shown = "indented, or not fenced as `python`" if plain else f"fenced `{listing.language}`"
    return (
        f"looks like Python but is not executed: it is {shown}. Open it with exactly ```python, "
        f"or list it with a reason in evidence/pages/{EXEMPTIONS.name}."
    )


def line_of(text: str, source: str, blocks: Iterable[Block]) -> int:
    """Return the line of the page at which a listing that is no block begins; 1 if it is not found as it stands."""
    wanted = [line.strip() for line in text.split("\n")]
    lines = [line.strip() for line in source.split("\n")]
    taken = {block.line + number for block in blocks for number in range(block.code.count("\n") + 1)}
    places = [number for number in range(1, len(lines) + 1) if lines[number - 1 :][: len(wanted)] == wanted]
    # Several beginnings may be alike, as `import keras` is.
    places = places or [number for number, line in enumerate(lines, 1) if wanted[0] and wanted[0] in line]
    return next((number for number in places if number not in taken), 1)


def read_exemptions(path: Path = EXEMPTIONS) -> list[Exemption]:
    """Read the listed exemptions; `ValueError` for one without page, start or reason."""
    entries = tomllib.loads(path.read_text(encoding="utf-8")).get("unexecuted", [])
    for number, entry in enumerate(entries, 1):
        if set(entry) != {"page", "starts", "reason"} or not all(entry.values()):
            raise ValueError(
                f"{path.name}: entry {number} of unexecuted needs page, starts and reason, and nothing else."
            )
    return [Exemption(**entry) for entry in entries]
