"""Applies all rules to pages: the one place that finds what is wrong with a page, without running it.

`python -m evidence check`, pytest (conftest.py) and the build of the site (evidence/site/plugin.py) all ask here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

from evidence.files import ROOT
from evidence.pages.blocks import page_name, read_text
from evidence.pages.guide import Guide, read_guide
from evidence.pages.lint import Problem, read_page
from evidence.pages.notes import check_notes
from evidence.pages.picture_fences import check_pictures
from evidence.pages.recipes import check_recipes
from evidence.pages.rules import badges, blocks, comments, exemptions, front_matter, headings, links, navigation, words
from evidence.pages.source import Source
from evidence.pages.unexecuted_code import check_listings, read_exemptions


def check_pages(paths: Iterable[Path], tables: Collection[str]) -> list[Problem]:
    """Return what is wrong with pages and with the navigation, by page and line.

    `tables`: the names that `<!-- evidence: NAME -->` may have. On a page outside the project, it checks only blocks,
    notes and recipes. Raises `OSError` if a page can't be read.
    """
    guide = read_guide(tables)
    problems = [problem for path in paths for problem in check_page(path, guide)]
    return [*problems, *check_navigation(guide)]


def check_page(path: Path, guide: Guide) -> list[Problem]:
    """Return what is wrong with a page, in the order of its lines. Fences come first: all else depends on them."""
    page_blocks, problems = read_page(path)
    if problems:
        return problems
    source = Source(page_name(path), read_text(path), tuple(page_blocks))
    if source.on_site and (endless := front_matter.without_end(source)):
        return [Problem(source.page, *endless)]
    found = [Problem(source.page, line, text) for line, text in rule_problems(source, guide)]
    found += check_listings(path, page_blocks, read_exemptions())
    found += check_notes(path, page_blocks)
    found += check_pictures(path, page_blocks)
    found += check_recipes(path, page_blocks)
    return sorted(found, key=lambda problem: problem.line)


def rule_problems(source: Source, guide: Guide) -> Iterator[tuple[int, str]]:
    exempt = exemptions.exemptions_of(source)
    for block in source.blocks:
        yield from blocks.block_problems(block, exempt)
    yield from comments.comment_problems(source, guide.tables)
    if source.page not in guide.ids:  # It is outside the project.
        return
    yield from links.link_problems(source, guide.ids)
    if Path(source.page).name != words.STYLE:  # which names them
        yield from words.word_problems(source)
    if source.on_site:
        yield from front_matter.front_matter_problems(source, guide.descriptions)
        yield from headings.heading_problems(source)
        yield from badges.badge_problems(source)
        yield from badges.forgotten_badges(source, exempt)
        yield from navigation.place_problems(source, guide.navigation)
    yield from exempt.unused()


def check_navigation(guide: Guide) -> list[Problem]:
    """Return what is wrong with the navigation."""
    pages = {page.removeprefix("docs/") for page in guide.ids if page.startswith("docs/")}
    examples = {f"examples/{path.stem}.ipynb" for path in (ROOT / "examples").glob("*.py")}
    problems = navigation.navigation_problems(guide.navigation, pages, examples)
    return [Problem(navigation.FILE, line, text) for line, text in problems]
