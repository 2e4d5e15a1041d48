"""While `mkdocs serve` runs, a changed page is built alone, and everything else brings a whole build."""

from types import SimpleNamespace

import pytest
from mkdocs.commands.build import build
from mkdocs.config import load_config

from evidence.findings import measurements
from evidence.pages import blocks
from evidence.running import records
from evidence.running.environments import read_environments
from evidence.running.records import Record, RecordedOutcome
from evidence.site import links

HOOK = """
from evidence.site.incremental import IncrementalBuild

state = IncrementalBuild()


def on_startup(command, dirty):
    pass


def on_nav(nav, config, files):
    state.nav = nav


def on_env(env, config, files):
    state.remember(config, files, env)


def on_serve(server, config, builder):
    state.build_changes_of(server, config, builder)
"""


@pytest.fixture
def served(tmp_path):
    """A site of two pages as the server sees it: change something, then `rebuild`."""
    settings = "site_name: Site\nhooks: [hook.py]\nwatch: [records]\ntheme: {name: material}\nplugins: []\n"
    for name, text in {
        "mkdocs.yml": settings,
        "hook.py": HOOK,
        "docs/index.md": "# First\n",
        "docs/other.md": "# Other\n\nold\n",
        "records/a.json": "{}",
    }.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    whole = []

    def builder():
        config = load_config(str(tmp_path / "mkdocs.yml"), site_dir=str(tmp_path / "site"))
        build(config, serve_url="http://127.0.0.1/")
        whole.append(config)

    builder()
    server = SimpleNamespace()
    whole[0].plugins.on_serve(server, config=whole[0], builder=builder)
    return SimpleNamespace(folder=tmp_path, rebuild=lambda: server.builder(), whole=whole)


def test_a_changed_page_is_built_alone_and_knows_the_others(served):
    site = served.folder / "site"
    first = (site / "index.html").stat().st_mtime_ns
    for words in "new", "newer":
        (served.folder / "docs/other.md").write_text(f"# Other\n\n{words}\n")
        served.rebuild()
        html = (site / "other/index.html").read_text()
        assert f"<p>{words}</p>" in html
        assert "First" in html
    assert len(served.whole) == 1
    assert (site / "index.html").stat().st_mtime_ns == first


@pytest.mark.parametrize("name", ["docs/third.md", "records/a.json", "records/b.json", "mkdocs.yml"])
def test_anything_else_brings_a_whole_build(served, name):
    path = served.folder / name
    path.write_text((path.read_text() if path.exists() else "") + "\n")
    served.rebuild()
    assert len(served.whole) == 2
    served.rebuild()
    assert len(served.whole) == 2


def test_a_page_that_could_not_be_built_is_built_with_the_next(served, monkeypatch):
    def fail(page, *rest):
        raise ValueError

    with monkeypatch.context() as patch:
        patch.setattr("mkdocs.commands.build._populate_page", fail)
        (served.folder / "docs/other.md").write_text("# Other\n\nnew\n")
        with pytest.raises(ValueError):
            served.rebuild()
    (served.folder / "docs/index.md").write_text("# First\n\nnew\n")
    served.rebuild()
    assert all("<p>new</p>" in path.read_text() for path in (served.folder / "site").rglob("index.html"))


def test_a_page_that_changed_is_read_again(tmp_path, monkeypatch):
    for module in blocks, links:
        monkeypatch.setattr(module, "ROOT", tmp_path)
    page = tmp_path / "docs/page.md"
    page.parent.mkdir()
    for number in 1, 2:
        page.write_text(f"# Page {{#id-{number}}}\n\n```python\nassert {number}\n```\n")
        [block] = blocks.all_blocks()
        assert block.code == f"assert {number}\n"
        assert links.heading_of(block).id == f"id-{number}"
    page.write_text("# Page {#id-3}\n\n```python\nassert 2\n```\n")
    assert links.heading_of(block).id == "id-3"


def test_a_record_that_changed_is_read_again(tmp_path, monkeypatch):
    monkeypatch.setattr(records, "FOLDER", tmp_path)
    pins = list(read_environments()["tf-2.15"].pins)
    for outcome in RecordedOutcome("1\n"), RecordedOutcome("2\n"):
        records.save(Record("tf-2.15", "2.15.0", pins, {"digest": outcome}))
        assert measurements.all_records()["tf-2.15"].outcomes == {"digest": outcome}
