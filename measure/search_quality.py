"""Types what people asked into the built site's own search, in a browser, and finds the answer's rank in the results.

Drawing the results of hundreds of questions would take most of the time, so it reads them, in order, as the page
receives them from the search's worker.

The questions are real threads, in `measure/questions.toml`; each names the heading that answers it. Every second topic
is held out for checking: headings, tags and boosts are tuned only on the misses among the others. The messages are all
those in the index of errors; a message is answered by the index itself, or by a page that it links to.
"""

from __future__ import annotations

import contextlib
import posixpath
import re
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page

from evidence.files import ROOT
from evidence.findings.known_errors import known_errors
from evidence.findings.measurements import current_measurements
from evidence.pages.blocks import Block
from evidence.site import links
from measure.browser import browser, serve

QUESTIONS = ROOT / "measure/questions.toml"
PHRASINGS = ROOT / "measure/phrasings.toml"
FIELD = "[data-md-component=search-query]"
LINKS = ".md-search-result__item > .md-search-result__link"
NOTHING_TYPED = "document.querySelector('.md-search-result__meta').textContent.trim() == 'Type to start searching'"
ERRORS = {
    "keras-3": "reference/errors.md",
    "tf-keras": "reference/errors-tf-keras.md",
    "keras-1-and-2": "reference/errors-keras-1-and-2.md",
}
FIRST = 3  # how many results a reader looks at
# Runs before the page's scripts. While there is a `takeResults`, it gets the results, and the page doesn't draw them.
LISTEN = """{
    const dispatch = EventTarget.prototype.dispatchEvent;
    EventTarget.prototype.dispatchEvent = function (event) {
        const {items} = event.data?.data ?? {};
        if (items && globalThis.takeResults) takeResults(items);
        return items?.length && globalThis.takeResults ? true : dispatch.call(this, event);
    };
}"""
# Types each text, as if pasted if it has several lines, and empties the field; returns the results' addresses.
TYPE = """async (texts) => {
    const field = document.activeElement;
    const type = (text) => new Promise((resolve, reject) => {
        globalThis.takeResults = resolve;
        setTimeout(reject, 30_000, new Error(`The search does not answer: ${text}`));
        field.select();
        document.execCommand(text ? "insertText" : "delete", false, text);
    });
    const addresses = [];
    for (const text of texts) {
        addresses.push((await type(text)).slice(0, 10).map(([{location}]) => new URL(location, document.baseURI).href));
        await type("");
    }
    delete globalThis.takeResults;
    return addresses;
}"""


@dataclass(frozen=True)
class Question:
    """What somebody types, and the pages (relative to docs/, with a heading) that answer it, best first."""

    typed: str
    answers: tuple[str, ...]
    topic: str = ""

    @property
    def pages(self) -> set[str]:
        return {answer.partition("#")[0] for answer in self.answers}


def read_questions(path: Path = QUESTIONS) -> list[Question]:
    entries = tomllib.loads(path.read_text("utf-8"))["question"]
    return [Question(entry["title"], (entry["answer"], *entry.get("also", ())), entry["topic"]) for entry in entries]


def halves(questions: Sequence[Question]) -> tuple[list[Question], list[Question]]:
    """Split questions by topic into those to work with and those to check with."""
    topics = sorted({question.topic for question in questions})
    work = set(topics[::2])
    return (
        [question for question in questions if question.topic in work],
        [question for question in questions if question.topic not in work],
    )


def read_messages() -> list[Question]:
    """Return the messages in the index of errors as questions, except those without words: nobody searches for them."""
    return [
        Question(error.message, (ERRORS[error.family], *pages_linked_to(error.blocks)), error.type)
        for error in known_errors(current_measurements())
        if re.search("[a-z]", error.message)
    ]


def pages_linked_to(blocks: Iterable[Block]) -> list[str]:
    """Return the pages that the index of errors links to below a message of these blocks, relative to docs/."""
    return [block.page.removeprefix("docs/") for block in list(blocks)[: links.MANY]]


@contextlib.contextmanager
def open_search(site: Path) -> Iterator[Page]:
    """Open the home page of a built site, with the cursor in the search field."""
    with serve(site) as address, browser() as chromium:
        page = chromium.new_page()
        page.add_init_script(LISTEN)
        page.goto(address)
        empty(page)
        yield page


def empty(page: Page) -> None:
    """Empty the search field, which clears the last search's results, and leave the cursor there."""
    page.locator(FIELD).fill("")
    page.wait_for_function(NOTHING_TYPED)


def results(page: Page, typed: str) -> list[str]:
    """Type into the search; return the pages that it shows, relative to docs/, best first (at most ten)."""
    empty(page)
    page.locator(FIELD).fill(typed)
    page.wait_for_function(f"!({NOTHING_TYPED})")
    return pages_of(page, page.eval_on_selector_all(LINKS, "(links) => links.map((link) => link.href)"))


def results_of_all(page: Page, typed: Sequence[str]) -> list[list[str]]:
    """Type texts into the search; return the pages that it would show for each."""
    empty(page)
    return [pages_of(page, links) for links in page.evaluate(TYPE, typed)]


def pages_of(page: Page, links: Iterable[str]) -> list[str]:
    """Return the sources, relative to docs/, of the pages that the results' addresses lead to."""
    root = page.url.partition("?")[0].partition("#")[0]
    paths = [link.partition("#")[0].partition("?")[0].removeprefix(root) for link in links]
    return list(dict.fromkeys(source_of(posixpath.relpath(path or ".", ".")) for path in paths))  # Sections follow.


def source_of(path: str) -> str:
    """Return the source of a page of the site, relative to docs/."""
    return "index.md" if path == "." else f"{path}.md"


@dataclass(frozen=True)
class Hits:
    """How many questions the first result answers, and how many one of the first three does; the rest are misses."""

    first: int
    soon: int
    asked: int
    misses: list[tuple[Question, list[str]]]  # with the first three pages found instead

    def __str__(self) -> str:
        soon, first = self.soon / self.asked, self.first / self.asked
        return f"{soon:4.0%} in the first {FIRST}, {first:4.0%} first ({self.asked} asked)"


def ask(search: Page, questions: Sequence[Question]) -> Hits:
    """Type questions into an open search."""
    typed = list(dict.fromkeys(question.typed for question in questions))  # Some messages occur in several families.
    pages_by_text = dict(zip(typed, results_of_all(search, typed), strict=True))
    ranks, misses = [], []
    for question in questions:
        pages = pages_by_text[question.typed]
        rank = next((number for number, page in enumerate(pages, 1) if page in question.pages), 0)  # 0: not among them
        ranks.append(rank)
        if not 1 <= rank <= FIRST:
            misses.append((question, pages[:FIRST]))
    return Hits(ranks.count(1), len(questions) - len(misses), len(questions), misses)
