"""The prose keeps clear of the phrases that STYLE.md names."""

import re

import pytest

from evidence.files import ROOT
from evidence.pages.blocks import read_text

LIST = read_text(ROOT / "STYLE.md").partition("## Words to avoid")[2]
PHRASES = re.findall(r"`([^`]+)`", LIST)
PAGES = [*sorted((ROOT / "docs").rglob("*.md")), *sorted(path for path in ROOT.glob("*.md") if path.name != "STYLE.md")]
NOT_PROSE = re.compile(
    r"\A---\n.*?\n---\n"  # front matter: tags are what people type
    r"|^```.*?^```$|`[^`\n]+`"  # code
    r"|\{ ?[#.][^}]*\}|\]\([^)]*\)|<[^>]*>",  # ids, addresses, tags
    re.DOTALL | re.MULTILINE,
)


def phrases_in(text):
    prose = " ".join(NOT_PROSE.sub(" ", text).lower().split())
    return [phrase for phrase in PHRASES if re.search(rf"(?<!\w){re.escape(phrase)}(?!\w)", prose)]


def test_the_list_is_read():
    assert len(PHRASES) > 10


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_a_page_has_none_of_the_phrases(page):
    assert not phrases_in(read_text(page))


def test_a_phrase_is_found_in_prose_alone():
    assert phrases_in("It is made\nanew. Of which two.") == ["anew", "of which"]
    assert not phrases_in("---\ntags: [anew]\n---\n\n# A {#anew}\n\n`anew` [x](anew.md)\n\n```python\nanew\n```\n")
