"""What all pages and records say is read once per build, and every time outside a build."""

import pytest

from evidence.findings import once_a_build
from evidence.site import explain_file, page_notebooks, page_problems, published_markdown
from evidence.site.plugin import EvidencePlugin


@pytest.fixture
def ask():
    """A function that counts how often it was really called."""
    asked = iter(range(9))
    yield once_a_build.once_a_build(lambda: next(asked))
    once_a_build.end_build()


def test_what_is_asked_twice_in_a_build_is_looked_at_once(ask):
    assert (ask(), ask()) == (0, 1)
    once_a_build.begin_build()
    assert (ask(), ask()) == (2, 2)
    once_a_build.begin_build()
    assert (ask(), ask()) == (3, 3), "The next build looks again."
    once_a_build.end_build()
    assert (ask(), ask()) == (4, 5)


def test_the_build_says_when_it_begins_and_ends_also_if_it_fails(ask, monkeypatch):
    for module, name in (
        (page_problems, "stop_or_say"),
        (published_markdown, "publish_markdown"),
        (page_notebooks, "publish_notebooks"),
        (explain_file, "fill_in_address"),
    ):
        monkeypatch.setattr(module, name, lambda *arguments, **options: None)
    plugin = EvidencePlugin()
    plugin.serving, plugin.nav, plugin.files = True, None, None
    for end in lambda: plugin.on_post_build(config=None), lambda: plugin.on_build_error(error=ValueError()):
        plugin.on_pre_build(config=None)
        assert ask() == ask()
        end()
        assert ask() != ask()
