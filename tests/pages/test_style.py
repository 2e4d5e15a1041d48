"""The prose avoids the phrases that STYLE.md lists."""

import pytest

from evidence.pages.rules.words import phrases, word_problems
from evidence.pages.source import Source


def lines_of(text):
    return [
        (line, problem.split("”")[0].split("“")[1]) for line, problem in word_problems(Source("docs/a.md", text, ()))
    ]


def test_the_list_is_read():
    assert len(phrases()) > 10


def test_a_phrase_is_found_in_prose_with_its_line():
    assert lines_of("Text.\n\nIt is made\nAnew. Of\nwhich two.") == [(4, "Anew"), (4, "Of which")]


@pytest.mark.parametrize(
    "text",
    [
        "---\ntags: [anew]\n---\n\nA.",
        "# A {#anew}",
        "`anew` and `` a anew ``",
        "[x](anew.md)",
        "```python\nanew\n```",
        "<b title='anew'>x</b>",
        "renew anewt",
    ],
)
def test_what_is_not_prose_may_have_it(text):
    assert lines_of(text) == []
