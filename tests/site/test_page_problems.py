"""A problem on a page stops a build before it starts, with one short message; `mkdocs serve` goes on."""

import logging
import subprocess
import sys
from types import SimpleNamespace

import pytest
from mkdocs.exceptions import Abort

from evidence.__main__ import main
from evidence.files import ROOT
from evidence.pages.lint import Problem
from evidence.site import page_notebooks, page_problems, published_markdown
from evidence.site.page_notebooks import notebook_path

PROBLEM = Problem("docs/index.md", 3, "100% wrong. Mend it.")
GUIDE = SimpleNamespace(docs_dir=str(ROOT / "docs"))


@pytest.fixture
def wrong(monkeypatch):
    monkeypatch.setattr(page_problems, "problems_of", lambda paths=None: [PROBLEM])


@pytest.mark.usefixtures("wrong")
def test_a_build_stops_and_says_what_is_wrong(caplog):
    with caplog.at_level(logging.WARNING, "mkdocs"), pytest.raises(Abort, match="python -m evidence check"):
        page_problems.stop_or_say(GUIDE, serving=False)
    assert caplog.messages == ["docs/index.md:3: 100% wrong. Mend it."]


@pytest.mark.usefixtures("wrong")
def test_a_page_that_is_being_written_is_served(caplog):
    with caplog.at_level(logging.WARNING, "mkdocs"):
        page_problems.stop_or_say(GUIDE, serving=True)
    assert caplog.messages == ["docs/index.md:3: 100% wrong. Mend it."]


@pytest.mark.usefixtures("wrong")
def test_pages_of_another_folder_are_not_the_guides(tmp_path):
    page_problems.stop_or_say(SimpleNamespace(docs_dir=str(tmp_path)), serving=False)


def test_the_guide_has_no_problems():
    assert page_problems.problems_of() == []


def test_a_page_whose_blocks_cannot_be_read_is_rendered_all_the_same():
    page = SimpleNamespace(markdown="```python\nprint(1)\n", file=SimpleNamespace(src_uri="a.md"))
    assert notebook_path(page) is None


def test_the_command_says_how_many_pages_are_right(capsys):
    assert main(["check", "docs/index.md"]) == 0
    assert capsys.readouterr().out.startswith("1 page checked in ")


@pytest.mark.usefixtures("wrong")
def test_the_command_lists_what_is_wrong_and_how_to_go_on(capsys):
    assert main(["check", "docs/index.md"]) == 1
    assert capsys.readouterr().err == (
        "docs/index.md:3: 100% wrong. Mend it.\n1 to fix. Then check again: python -m evidence check docs/index.md\n"
    )
    assert main(["check", "--github"]) == 1
    assert capsys.readouterr().err == "::error file=docs/index.md,line=3::100%25 wrong. Mend it.\n"


def test_a_page_that_is_not_there_is_named_with_the_nearest(capsys):
    assert main(["check", "docs/index-page.md"]) == 1
    assert capsys.readouterr().err == "docs/index-page.md: no such page. Did you mean docs/index.md?\n"


def test_a_check_needs_neither_tensorflow_nor_keras():
    code = "import sys; from evidence.__main__ import main; status = main(['check']); print(sorted(sys.modules))"
    ended = subprocess.run([sys.executable, "-c", code], cwd=ROOT, text=True, capture_output=True, check=True)
    assert "nothing is wrong" in ended.stdout
    loaded = ended.stdout.rpartition("[")[2]
    assert not [name for name in ("tensorflow", "keras", "numpy", "jinja2") if f"'{name}'" in loaded]


def test_a_badge_leaves_its_attributes_out_of_markdown_and_notebooks():
    badge = 'Does not work\n{ .does-not-work data-right="prediction: (2, 6)" }'
    assert published_markdown.ATTRIBUTES.sub("", badge) == "Does not work"
    assert page_notebooks.ATTRIBUTES.sub("", badge).strip() == "Does not work"
