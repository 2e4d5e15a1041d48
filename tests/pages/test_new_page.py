"""`python -m evidence new` starts a page that lacks only what its author has to say."""

import shutil

import pytest
import yaml

from evidence.__main__ import main
from evidence.files import ROOT
from evidence.pages import blocks, check, guide, new_page
from evidence.pages.rules import links, words
from evidence.pages.rules.navigation import read_navigation
from evidence.site.tables import TABLES

MENU = "mkdocs.yml"


@pytest.fixture
def copy(tmp_path, monkeypatch):
    """The guide without most of its pages: a menu with comments, and one page in each of a few folders."""
    for name in "docs/how-to/rename-layers.md", "docs/why/glossary.md", "docs/index.md", MENU, "STYLE.md":
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    for module in blocks, check, guide, links, new_page:
        monkeypatch.setattr(module, "ROOT", tmp_path)
    return tmp_path


def targets(root):
    return [entry.target for entry in read_navigation(root / MENU).entries]


def test_a_page_is_written_in_the_right_shape_and_is_in_the_menu(copy, capsys):
    before = (copy / MENU).read_text(encoding="utf-8")
    assert main(["new", " Remove a  layer by name "]) == 0
    path = copy / "docs/how-to/remove-a-layer-by-name.md"
    found = check.check_page(path, guide.read_guide(TABLES))
    assert ["still to be written" in problem.text for problem in found] == [True, False, True]
    assert "python -m evidence record docs/how-to/remove-a-layer-by-name.md" in found[1].text
    after = (copy / MENU).read_text(encoding="utf-8")
    added = "          - how-to/remove-a-layer-by-name.md\n"
    assert after.replace(added, "") == before
    last = [target for target in targets(copy) if target.startswith("how-to/")][-1]
    assert last == "how-to/remove-a-layer-by-name.md"
    printed = capsys.readouterr().out
    for command in "record", "check":
        assert f"python -m evidence {command} docs/how-to/remove-a-layer-by-name.md" in printed


def test_once_its_author_has_written_it_nothing_is_wrong_with_it(copy):
    path = new_page.begin("What's in a model: its layers", "why")
    assert path == copy / "docs/why/whats-in-a-model-its-layers.md"
    text = path.read_text(encoding="utf-8")
    assert yaml.safe_load(text.split("---\n")[1])["description"].startswith("How to what's in a model: its layers")
    text = text.replace(words.ANSWER, "Layers.").replace(words.REASON, "So.")
    path.write_text(text.replace("print(", "assert 1\nprint("), encoding="utf-8")
    assert check.check_page(path, guide.read_guide(TABLES)) == []


@pytest.mark.parametrize(
    ("section", "folder", "before"),
    [
        ("why", "why", "further-reading.md"),
        ("Remove layers", "how-to", "how-to/cut-a-functional-model.md"),
        ("kinds of model", "how-to", "how-to/sequential-or-functional.md"),
        ("reference/behaviour", "reference/behaviour", "reference/behaviour/new-models.md"),
    ],
)
def test_it_is_put_last_into_a_section_or_a_folder(copy, section, folder, before):
    assert new_page.begin("A title", section) == copy / "docs" / folder / "a-title.md"
    listed = targets(copy)
    assert listed.index(f"{folder}/a-title.md") == listed.index(before) + 1


@pytest.mark.parametrize(
    ("title", "words"),
    [
        ("", "the title is empty"),
        (" \n", "the title is empty"),
        ("Rename a layer", "docs/how-to/rename-layers.md already has this title, or its address"),
        ("rename LAYERS", "docs/how-to/rename-layers.md already has this title, or its address"),
        ("A {#b}", "a title cannot have '{'"),
        ("A <b>", "a title cannot have '<'"),
        ("日本", "no word in Latin letters"),
        ("3.10", "no word in Latin letters"),
        ("x" * 81, "the title has 81 characters"),
    ],
)
def test_a_title_that_will_not_do_is_refused_and_nothing_is_written(copy, capsys, title, words):
    before = (copy / MENU).read_bytes(), sorted(copy.rglob("*"))
    assert main(["new", title]) == 1
    assert words in capsys.readouterr().err
    assert ((copy / MENU).read_bytes(), sorted(copy.rglob("*"))) == before


@pytest.mark.parametrize(("section", "mend"), [("hwo-to", "Did you mean 'how-to'?"), ("xyzzy", "The sections are ")])
def test_a_section_that_is_not_there_is_refused(copy, section, mend):
    with pytest.raises(ValueError, match="there is no folder and no section") as error:
        new_page.begin("A title", section)
    assert mend in str(error.value)


def test_a_menu_that_cannot_be_read_is_left_alone(copy):
    (copy / MENU).write_text("nav: [\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"mkdocs.yml:\d+: this is not YAML"):
        new_page.begin("A title", "how-to")
