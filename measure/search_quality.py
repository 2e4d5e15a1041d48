"""Asks the built site's own search, in a browser, what people asked, and looks where the answer comes.

The questions are real threads, in `measure/questions.toml`; each names the heading that answers it. Every second topic
is for checking: headings, tags and boosts are tuned by looking at the misses of the others alone. The messages are all
of the index of errors; what answers one is the index itself, or a page that it leads to.
"""

from __future__ import annotations

import contextlib
import functools
import os
import posixpath
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
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
FIELD = "[data-md-component=search-query]"
LINKS = ".md-search-result__item > .md-search-result__link"
NOTHING_TYPED = "document.querySelector('.md-search-result__meta').textContent.trim() == 'Type to start searching'"
ERRORS = {
    "keras-3": "reference/errors.md",
    "tf-keras": "reference/errors-tf-keras.md",
    "keras-1-and-2": "reference/errors-keras-1-and-2.md",
}
FIRST = 3  # results that a reader looks at


@dataclass(frozen=True)
class Question:
    """What somebody types, and the pages (relative to docs/, with a heading) that answer it, the best one first."""

    typed: str
    answers: tuple[str, ...]
    topic: str = ""

    @property
    def pages(self) -> set[str]:
        return {answer.partition("#")[0] for answer in self.answers}


def read_questions(path: Path = QUESTIONS) -> list[Question]:
    found = tomllib.loads(path.read_text("utf-8"))["question"]
    return [Question(each["title"], (each["answer"], *each.get("also", ())), each["topic"]) for each in found]


def halves(questions: Sequence[Question]) -> tuple[list[Question], list[Question]]:
    """Split questions by topic, in the topics' alphabetical order: to work with, and to check with."""
    topics = sorted({each.topic for each in questions})
    work = set(topics[::2])
    return [each for each in questions if each.topic in work], [each for each in questions if each.topic not in work]


def read_messages() -> list[Question]:
    """Return the messages of the index of errors as questions; a message without words cannot be searched for."""
    return [
        Question(error.message, (ERRORS[error.family], *led_to(error.blocks)), error.type)
        for error in known_errors(current_measurements())
        if error.message.strip()
    ]


def led_to(blocks: Iterable[Block]) -> list[str]:
    """Return pages that the index of errors links to from a message that blocks met."""
    return [block.page.removeprefix("docs/") for block in list(blocks)[: links.MANY]]


@contextlib.contextmanager
def opened(site: Path) -> Iterator[Page]:
    """Open the start page of a built site, ready to search."""
    with serve(site) as address, browser() as chromium:
        page = chromium.new_page()
        page.goto(address)
        page.locator(FIELD).click()
        yield page


def results(page: Page, typed: str) -> list[str]:
    """Type into the search; return the pages found, relative to docs/, the best first (ten at the most)."""
    field = page.locator(FIELD)
    for text in "", typed:  # What is said of nothing typed comes between the results of two searches.
        field.fill(text)
        field.dispatch_event("keyup")  # which the search waits for
        page.wait_for_function(f"!({NOTHING_TYPED})" if text else NOTHING_TYPED)
    links = page.eval_on_selector_all(LINKS, "(links) => links.map((link) => link.getAttribute('href'))")
    paths = [link.partition("#")[0].partition("?")[0] for link in links]
    root = page.url.partition("?")[0].partition("#")[0]
    pages = [source(posixpath.relpath(path.removeprefix(root) or ".", ".")) for path in paths]
    return list(dict.fromkeys(pages))  # A page that is found is followed by its sections.


def source(path: str) -> str:
    """Return the source of a page of the site, relative to docs/."""
    return "index.md" if path == "." else f"{path}.md"


def answers(site: Path, questions: Sequence[Question]) -> dict[Question, list[str]]:
    """Type questions into one browser; return the pages found for each, the best first."""
    with opened(site) as page:
        return {question: results(page, question.typed) for question in questions}


@dataclass(frozen=True)
class Found:
    """How many of some questions were answered by the first result, and by one of the first three; and the others."""

    first: int
    soon: int
    asked: int
    misses: list[tuple[Question, list[str]]]  # with the pages found instead

    def __str__(self) -> str:
        soon, first = self.soon / self.asked, self.first / self.asked
        return f"{soon:4.0%} in the first {FIRST}, {first:4.0%} first ({self.asked} asked)"


def ask(site: Path, questions: Sequence[Question]) -> Found:
    """Type questions into the search of a built site, in as many browsers as there are cores."""
    cores = os.cpu_count() or 1
    with ThreadPoolExecutor(cores) as pool:
        parts = pool.map(functools.partial(answers, site), [questions[core::cores] for core in range(cores)])
        by_question = {question: found for part in parts for question, found in part.items()}
    places, misses = [], []
    for question in questions:
        found = by_question[question]
        place = next((number for number, path in enumerate(found, 1) if path in question.pages), 0)
        places.append(place)
        if not 1 <= place <= FIRST:
            misses.append((question, found[:FIRST]))
    soon = sum(1 <= place <= FIRST for place in places)
    return Found(places.count(1), soon, len(questions), misses)
