"""The table of methods and attributes names the pages whose blocks use each."""

import pytest
from bs4 import BeautifulSoup
from made_up import measured

from evidence.findings.keras_api import Member
from evidence.pages.blocks import Block
from evidence.site import links
from evidence.site.tables import keras_api
from evidence.site.tables.keras_api import api_table, used_on

PAGES = "abcdef"


@pytest.fixture(autouse=True)
def pages(tmp_path, monkeypatch):
    (tmp_path / "docs").mkdir()
    for name in PAGES:
        (tmp_path / f"docs/{name}.md").write_text(f"# On {name} {{#{name}}}\n", encoding="utf-8")
    monkeypatch.setattr(links, "ROOT", tmp_path)


def soup(html):
    return BeautifulSoup(html, "html.parser")


def test_pages_are_listed_by_how_many_blocks_use_a_member_then_by_name():
    page = soup(used_on({"docs/a.md": 1, "docs/c.md": 2, "README.md": 9, "docs/b.md": 2}))
    assert page.get_text() == "On b, On c, On a"
    assert [link["href"] for link in page.select("a")] == ["../b.md", "../c.md", "../a.md"]
    assert not page.details


def test_of_many_pages_the_rest_are_folded():
    page = soup(used_on({f"docs/{name}.md": 1 for name in reversed(PAGES)}))
    assert page.p.get_text() == "On a, On b, On c, On d"
    assert page.summary.get_text() == "2 more pages"
    assert page.details.p.get_text() == "On e, On f"
    assert soup(used_on({f"docs/{name}.md": 1 for name in PAGES[:5]})).summary.get_text() == "1 more page"


def test_members_are_listed_by_class_and_those_left_out_by_reason(monkeypatch):
    members = [
        Member("pop", "Sequential", True, "Takes off the last layer, unlike `layers.pop`."),
        Member("set_weights", "Layer", True, "Takes < weights."),
        Member("fit", "Model", False, "for training"),
        Member("save", "Model", False, "for files"),
        Member("evaluate", "Model", False, "for training"),
    ]
    monkeypatch.setattr(keras_api, "members", lambda: members)
    page = soup("".join(api_table(measured({Block("docs/a.md", 1, "m.pop()\n", "1\n"): {}}))))
    assert [(heading["id"], heading.get_text()) for heading in page.select("h2")] == [
        ("sequential", "keras.Sequential"),
        ("model", "keras.Model"),
        ("layer", "keras.layers.Layer"),
        ("not-covered", "Not covered"),
    ]
    assert [(row["id"], row.th.get_text(), row.td.get_text()) for row in page.select("tbody tr")] == [
        ("sequential-pop", "pop", "Takes off the last layer, unlike layers.pop.On a"),
        ("layer-set_weights", "set_weights", "Takes < weights."),
    ]
    assert "<code>set_<wbr/>weights</code>" in str(page)
    assert [element.get_text() for element in page.select("h2 ~ p, li")] == [
        "Of Model, because each is",
        "for files: save",
        "for training: fit, evaluate",
    ]
