"""While `mkdocs serve` runs, a changed page is built alone, and any other change triggers a whole build."""

import re
import sys
from types import SimpleNamespace

import pytest
from bs4 import BeautifulSoup
from made_up import BLOCK
from mkdocs.commands.build import build
from mkdocs.config import load_config

from evidence.files import ROOT
from evidence.findings import measurements
from evidence.pages import blocks
from evidence.running import records
from evidence.running.environments import read_environments
from evidence.running.records import Record, RecordedOutcome
from evidence.site import examples, links, published_records
from measure.mkdocs_server import mkdocs_serve

SETTINGS = f"""
site_name: Site
watch: [records]
theme: {{ name: material, custom_dir: "{(ROOT / "theme").as_posix()}" }}
plugins: [offline: {{ enabled: false }}, evidence]
repo_url: https://example.org/
"""
# MkDocs's command line, without what would only cost time here: the examples and the records.
SERVE = """
from evidence.site import examples, published_records
from mkdocs.__main__ import cli

examples.add_notebooks = published_records.add_data = lambda files, config: None
cli()
"""


def write_page(folder, name, text):
    (folder / f"docs/{name}.md").write_text(f"---\ndescription: A page\n---\n{text}\n")


@pytest.fixture
def project(tmp_path):
    """The folder of a small site with our plugin. One of its three pages links to another."""
    for name in "docs", "records":
        (tmp_path / name).mkdir()
    (tmp_path / "mkdocs.yml").write_text(SETTINGS)
    (tmp_path / "records/a.json").write_text("{}")
    write_page(tmp_path, "index", "# First")
    write_page(tmp_path, "other", "# Other\n\n[third](third.md)\n\nold")
    write_page(tmp_path, "third", "# Third")
    return tmp_path


@pytest.fixture
def served(project, monkeypatch):
    """The small site as its server sees it: change something, then `rebuild`."""
    for module, name in (examples, "add_notebooks"), (published_records, "add_data"):
        monkeypatch.setattr(module, name, lambda files, config: None)
    configs = []

    def builder():
        config = load_config(str(project / "mkdocs.yml"), site_dir=str(project / "site"))
        config.plugins.on_startup(command="serve", dirty=False)
        build(config, serve_url="http://127.0.0.1/")
        configs.append(config)

    builder()
    server = SimpleNamespace()
    configs[0].plugins.on_serve(server, config=configs[0], builder=builder)
    return SimpleNamespace(folder=project, rebuild=lambda: server.builder(), whole=configs)


def test_a_changed_page_is_built_alone_and_knows_the_others(served):
    site = served.folder / "site"
    first = (site / "index.html").stat().st_mtime_ns
    for words in "new", "newer":
        write_page(served.folder, "other", f"# Other\n\n[third](third.md)\n\n{words}")
        served.rebuild()
        html = (site / "other/index.html").read_text()
        assert f"<p>{words}</p>" in html
        assert "First" in html
        page = BeautifulSoup(html, "html.parser")
        assert [link.get_text() for link in page.select(".related a")] == ["Third"]
        assert page.select_one(".page-end a[type='text/markdown']")["href"] == "../other.md"
    assert len(served.whole) == 1
    assert (site / "index.html").stat().st_mtime_ns == first


@pytest.mark.parametrize("name", ["docs/fourth.md", "records/a.json", "records/b.json", "mkdocs.yml"])
def test_anything_else_brings_a_whole_build(served, name):
    path = served.folder / name
    path.write_text((path.read_text() if path.exists() else "---\ndescription: A page\n---\n") + "\n")
    served.rebuild()
    assert len(served.whole) == 2
    served.rebuild()
    assert len(served.whole) == 2


def test_a_served_site_keeps_the_rules_that_an_edited_page_may_need(served):
    assert "/*" in (served.folder / "site/guide.css").read_text(encoding="utf-8"), "The style sheet was trimmed."


def test_a_deleted_page_brings_a_whole_build_without_it(served):
    (served.folder / "docs/other.md").unlink()
    served.rebuild()
    assert len(served.whole) == 2
    assert not (served.folder / "site/other").exists()
    assert "Other" not in (served.folder / "site/index.html").read_text()


def test_a_page_that_is_renamed_is_served_at_its_new_address_alone(served):
    (served.folder / "docs/other.md").rename(served.folder / "docs/another.md")
    served.rebuild()
    assert len(served.whole) == 2
    assert not (served.folder / "site/other").exists()
    assert "<p>old</p>" in (served.folder / "site/another/index.html").read_text()
    write_page(served.folder, "another", "# Other\n\nnew")
    served.rebuild()
    assert len(served.whole) == 2, "It is a page like the others from then on."
    assert "<p>new</p>" in (served.folder / "site/another/index.html").read_text()


def test_a_page_that_could_not_be_built_is_built_with_the_next(served, monkeypatch):
    def fail(page, *rest):
        raise ValueError

    with monkeypatch.context() as patch:
        patch.setattr("mkdocs.commands.build._populate_page", fail)
        write_page(served.folder, "other", "# Other\n\nnew")
        with pytest.raises(ValueError):
            served.rebuild()
    write_page(served.folder, "index", "# First\n\nnew")
    served.rebuild()
    for name in "index.html", "other/index.html":
        assert "<p>new</p>" in (served.folder / "site" / name).read_text()
    assert len(served.whole) == 1


def test_the_server_builds_a_page_that_is_saved_alone(project):
    with mkdocs_serve(project, log := project / "log", [sys.executable, "-c", SERVE]) as server:
        server.rebuild(lambda: write_page(project, "other", "# Other\n\nnew"))
        assert "<p>new</p>" in server.get("other/")
    printed = log.read_text()
    assert printed.count("Building documentation...") == 1
    assert re.findall(r"Built (.*) alone", printed) == ["other.md"]


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
    environment = read_environments()["tf-2.15"]
    for outcome in RecordedOutcome("1\n"), RecordedOutcome("2\n"):
        record = Record("tf-2.15", "2.15.0", list(environment.pins), {BLOCK.digest: outcome}, python=environment.python)
        records.save_all([record], [BLOCK])
        assert measurements.current_measurements().records["tf-2.15"].outcomes == {BLOCK.digest: outcome}
