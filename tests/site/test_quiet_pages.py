"""The text under blocks is short compared with a page's prose. What the chips open to doesn't count."""

import re
from collections import Counter

import pytest
from bs4 import BeautifulSoup

from evidence.files import ROOT
from evidence.findings.behaviours import behaviours
from evidence.findings.measurements import current_measurements
from evidence.pages.blocks import read_text
from evidence.site.chips import chips
from evidence.site.tables.behaviour import QUESTIONS

WORD = re.compile(r"\b[\w.]*[A-Za-z][\w.]*")  # "tf.keras", not "2.15"
FRONT_MATTER = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)
FENCE = re.compile(r"^ *```.*?^ *```$", re.MULTILINE | re.DOTALL)
NOT_READ = re.compile(r"<!--.*?-->|<[^>]*>|(?<=\])\([^)]*\)", re.DOTALL)  # comments, tags, and the addresses of links
# A page of questions consists of blocks: besides them, it has only their headings.
PAGES = sorted({block.page for block in current_measurements().blocks if block.page.startswith("docs/")} - {*QUESTIONS})


def words_of_prose(page):
    text = FRONT_MATTER.sub("", read_text(ROOT / page))
    return len(WORD.findall(NOT_READ.sub("", FENCE.sub("", text))))


@pytest.fixture(scope="module")
def words_under_blocks():
    measurements = current_measurements()
    counted = Counter()
    for block in measurements.blocks:
        html = "".join(chips(block, behaviours(block, measurements), measurements.environments))
        soup = BeautifulSoup(html, "html.parser")
        for spoken in soup.select(".spoken"):
            spoken.decompose()
        counted[block.page] += len(WORD.findall(soup.get_text(" ")))
    return counted


def test_words_under_blocks_are_a_sixteenth_of_the_prose(words_under_blocks):
    assert sum(words_under_blocks[page] for page in PAGES) <= sum(map(words_of_prose, PAGES)) / 16


@pytest.mark.parametrize("page", PAGES)
def test_words_under_blocks_are_a_tenth_of_the_prose_of_a_page(words_under_blocks, page):
    assert words_under_blocks[page] <= words_of_prose(page) / 10
