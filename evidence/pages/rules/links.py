"""Links: the pages and headings that they name exist."""

from __future__ import annotations

import difflib
import posixpath
import re
from collections.abc import Collection, Iterator, Mapping
from urllib.parse import unquote

from evidence.files import ROOT
from evidence.pages.source import Source

LINK = re.compile(r"\]\((?P<target>[^()\s]*(?:\([^()]*\)[^()\s]*)*)(?P<title>\s+[\"'][^)]*)?\)")
UNFINISHED = re.compile(r"\]\([^()]*(?:$|\s+(?![\"']))|\] \((?=[\w./-]+\.md)")
REFERENCE = re.compile(r"\[[^\]^][^\]]*\]\[(?P<name>[^\]]*)\]")
DEFINED = re.compile(r"^\[(?P<name>[^\]^]+)\]: ", re.MULTILINE)
SCHEME = re.compile(r"[a-z][a-z+.-]*:", re.IGNORECASE)


def link_problems(source: Source, ids: Mapping[str, Collection[str] | None]) -> Iterator[tuple[int, str]]:
    """Yield the line and message of each link on a page that leads nowhere. `ids`: of all pages, see `Guide`."""
    defined = {name.casefold() for name in DEFINED.findall("\n".join(source.words))}
    for number, line in enumerate(source.words, 1):
        for link in LINK.finditer(line):
            yield from ((number, text) for text in target_problems(link["target"], source, ids))
        if UNFINISHED.search(LINK.sub("", line)):
            yield number, "this link is not finished, so the page shows it as text. Write [words](page.md#id)."
        for reference in REFERENCE.finditer(line):
            if reference["name"].casefold() not in defined:
                yield number, f"[{reference['name']}] has no address. Write [words](page.md#id)."


def target_problems(target: str, source: Source, ids: Mapping[str, Collection[str] | None]) -> Iterator[str]:
    """Yield what is wrong with a link's target."""
    path, _, heading = unquote(target).partition("#")
    if not target or target == "#":
        yield "this link leads nowhere. Write [words](page.md#id)."
    elif SCHEME.match(target) or target.startswith("//"):
        if re.match(r"https?://(localhost|127\.0\.0\.1)", target) and source.on_site:
            yield f"{target} is an address of your machine. Link to the page's Markdown file: [words](page.md#id)."
    elif path.startswith("/"):
        yield f"{path} starts at the host's root, but the site may be in a folder. Link from this page: ../page.md"
    else:
        page = posixpath.normpath(posixpath.join(posixpath.dirname(source.page), path)) if path else source.page
        if page in ids and not (source.on_site and not page.startswith("docs/")):
            yield from heading_problems(target, page, heading, ids[page], source)
        else:
            yield from page_problems(path, page, ids, source)


def heading_problems(
    target: str, page: str, heading: str, ids: Collection[str] | None, source: Source
) -> Iterator[str]:
    if not heading or ids is None or heading in ids:
        return
    where = "this page" if page == source.page else page
    near = difflib.get_close_matches(heading, ids, 1)
    mend = f"Did you mean #{near[0]}?" if near else f"Its headings are {', '.join(f'#{name}' for name in sorted(ids))}."
    yield f"{target}: {where} has no heading with the id {heading}. {mend}"


def page_problems(path: str, page: str, ids: Collection[str], source: Source) -> Iterator[str]:
    """Yield what is wrong with a link to something other than a page. The build checks what the build makes."""
    if source.on_site and not page.startswith("docs/"):
        yield f"{path} is not part of the site. Link to it in the repository, by its full address."
    elif path.endswith(".ipynb"):
        script = ROOT / "examples" / f"{posixpath.basename(path).removesuffix('.ipynb')}.py"
        if not script.exists() and not (ROOT / page).exists():
            yield f"{path}: there is no examples/{script.name}. `ls examples` lists them."
    elif (path.endswith(".md") or not source.on_site) and not (ROOT / page).exists():
        yield f"{path}: there is no file {page}. {nearest(path, page, ids, source)}"
    elif source.on_site and (path.endswith("/") or not posixpath.splitext(path)[1]):
        yield f"{path}: the build only checks links to files. Link to the page's Markdown file: {path.rstrip('/')}.md"


def nearest(path: str, page: str, pages: Collection[str], source: Source) -> str:
    by_name = {posixpath.basename(other): other for other in sorted(pages)}
    near = difflib.get_close_matches(page, pages, 1) or [
        by_name[name] for name in difflib.get_close_matches(posixpath.basename(path), by_name, 1)
    ]
    if not near:
        return "Link to a page's Markdown file: [words](page.md#id)."
    return f"Did you mean {posixpath.relpath(near[0], posixpath.dirname(source.page) or '.')}?"
