"""Zensical builds the Markdown pages from the same mkdocs.yml, and they are the pages that MkDocs builds.

It ignores plugins that it doesn't know, and calls the build a success without what they would have made. So the test
looks at the built site and lists what is missing; an entry that is no longer missing is an error.
docs/reference/after-material.md says what is left to do about each.
"""

import copy
import re
from fnmatch import fnmatch
from itertools import zip_longest
from urllib.parse import urljoin

import pytest
from parsed import parsed

from evidence.files import ROOT
from evidence.pages.blocks import page_name, read_text

SITE = "https://example.org/"
DOCS = ROOT / "docs"
SOURCES = sorted(DOCS.rglob("*.md"))
PLUGIN = {
    "examples/*": "evidence/site/examples.py",
    "reference/data/*.json": "evidence/site/published_records.py",
}  # what our plugin adds and pages link to
FILES = PLUGIN | {  # of the site, which Zensical doesn't build
    "*.md": "evidence/site/published_markdown.py",
    "*.ipynb": "evidence/site/page_notebooks.py",
    "llms.txt": "evidence/site/published_markdown.py",
    "reference/what-changed.xml": "evidence/site/feed.py",
    "steps/*.json": "evidence/site/stepper.py",
    "search/search_index.json": "MkDocs: Zensical's is search.json",
    "sitemap.xml.gz": "MkDocs: Zensical's is not compressed",
}
# Around the content, apart from the button to edit and the footer, which both have.
ONLY_MKDOCS = {
    ".lesson": "evidence/site/page_footer.py",
    ".related": "evidence/site/page_footer.py",
    ".page-end [type='text/markdown']": "evidence/site/published_markdown.py",
}
ONLY_ZENSICAL = {".md-tags": "Zensical shows tags", "#__skip": "Zensical's target of 'Skip to content'"}
AROUND = [".md-content__button", ".page-end", *ONLY_MKDOCS, *ONLY_ZENSICAL]
NOTEBOOK = re.compile(rf"({SITE}examples/[\w-]+)\.ipynb")  # MkDocs has a page of it


def address(source):
    path = source.relative_to(DOCS).with_suffix("").as_posix()
    return "index.html" if path == "index" else f"{path}/index.html"


@pytest.fixture(scope="module")
def theirs(zensical):
    """Zensical's pages; `pages` are those of MkDocs."""
    return parsed(zensical)


def content(page, name):
    """Return what the Markdown became, with its links as addresses."""
    article = copy.copy(page.article)  # The other tests have the same pages.
    for element in article.select(", ".join(AROUND)):
        element.extract()
    for element in article.select("[data-search-exclude]"):
        del element["data-search-exclude"]  # Zensical removes the mark once it has made its index.
    for link in article.select("[href]"):
        link["href"] = urljoin(SITE + name, link["href"])
    unfold(article)
    return article


def unfold(article):
    """Undo what evidence/site/sections.py does, and Zensical does not; a table's headings lose their links in both."""
    for section in article.select("details.section"):
        heading = section.summary.h2.extract()
        section.summary.decompose()
        if permalink := section.find("a", class_="headerlink", recursive=False):
            heading.append(permalink.extract())
        see = section.find("p", recursive=False)
        if section.find_parent(class_="evidence-table") and see and see.get_text().startswith("See "):
            see.decompose()
        section.insert_before(heading)
        section.unwrap()
    for link in article.select(".evidence-table h2 > a:not(.headerlink)"):
        link.unwrap()


def head(page):
    selector = "title, meta[name=description], meta[property], link[rel=canonical]"
    return [str(element) for element in page.head.select(selector)]


def same(what, ours, theirs):
    """Show the first difference between two lists: a diff of whole pages takes minutes."""
    for our, their in zip_longest(ours, theirs):
        assert our == their, f"{what}: MkDocs has {str(our)[:600]}\nZensical has {str(their)[:600]}"
    assert ours


def test_the_pages_are_at_the_same_addresses(theirs):
    assert set(theirs) == {"404.html", *map(address, SOURCES)}


@pytest.mark.parametrize("source", SOURCES, ids=page_name)
def test_a_page_is_the_same(source, pages, theirs):
    name = address(source)
    same("the head", head(pages[name]), head(theirs[name]))
    our, their = content(pages[name], name), content(theirs[name], name)
    for link in their.select("[href]"):
        link["href"] = NOTEBOOK.sub(r"\1/", link["href"])
    headings = "h1, h2, h3, h4, h5, h6"
    same("headings", *([heading.get("id") for heading in article.select(headings)] for article in (our, their)))
    same("links", *([link["href"] for link in article.select("a[href]")] for article in (our, their)))
    evidence = "#environments, .evidence, .evidence-table"
    same("evidence", *([str(element) for element in article.select(evidence)] for article in (our, their)))
    same("all of it", *([str(element) for element in article.find_all(recursive=False)] for article in (our, their)))


def test_what_the_index_repeats_is_left_out_of_it(zensical):
    index = (zensical / "search.json").read_text(encoding="utf-8")
    assert "object has no attribute 'pop'" in index
    assert "What each Keras does" not in index


def test_only_what_is_listed_is_missing(site, zensical):
    ours, theirs = (
        {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
        for folder in (site, zensical)
    )
    missing = {name for name in ours - theirs if not name.startswith("assets/")}  # the themes' own
    assert not {name for name in missing if not any(fnmatch(name, pattern) for pattern in FILES)}
    needless = [pattern for pattern in FILES if not any(fnmatch(name, pattern) for name in missing)]
    assert not needless, "take these out of the list: Zensical builds them"


def test_only_links_to_what_our_plugin_adds_are_broken(zensical, theirs):
    targets = {urljoin(SITE + name, link["href"]) for name, page in theirs.items() for link in page.select("a[href]")}
    paths = {re.split("[?#]", target)[0].removeprefix(SITE) for target in targets if target.startswith(SITE)}
    broken = {path for path in paths if not ((zensical / path).is_file() or (zensical / path / "index.html").exists())}
    assert not {path for path in broken if not any(fnmatch(path, pattern) for pattern in PLUGIN)}
    assert all(any(fnmatch(path, pattern) for path in broken) for pattern in PLUGIN)
    assert any(map(NOTEBOOK.match, targets)), "Zensical has pages of the notebooks: compare the links as they are"


def test_what_only_one_of_them_has_around_the_content(pages, theirs):
    def have(site, selector):
        return any(site[address(source)].article.select_one(selector) for source in SOURCES)

    assert [part for part in AROUND if have(pages, part) and not have(theirs, part)] == list(ONLY_MKDOCS)
    assert [part for part in AROUND if have(theirs, part) and not have(pages, part)] == list(ONLY_ZENSICAL)


def test_all_that_uses_mkdocs_is_on_the_list_of_what_is_left_to_do():
    text = read_text(DOCS / "reference/after-material.md")
    named = set(re.findall(r"`((?:evidence|measure|tests|theme)/[\w./-]+)`", text))
    assert not [path for path in named if not (ROOT / path).exists()]
    uses = re.compile(r'^ *(?:from|import) mkdocs\b|"mkdocs"', re.MULTILINE)
    modules = [path for folder in ("evidence", "measure") for path in (ROOT / folder).rglob("*.py")]
    assert {page_name(path) for path in modules if uses.search(read_text(path))} <= named
