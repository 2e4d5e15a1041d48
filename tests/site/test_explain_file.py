"""The published `explain.py` prints addresses of the site."""

import runpy

import pytest
from mkdocs.config.defaults import MkDocsConfig

from evidence.files import DOCS
from evidence.site import explain_file, offline


@pytest.fixture
def config(tmp_path, monkeypatch):
    monkeypatch.setattr(offline, "is_offline", lambda config: False)
    (tmp_path / "explain.py").write_bytes((DOCS / "explain.py").read_bytes())
    config = MkDocsConfig()
    config.load_dict({"site_name": "Guide", "site_url": "https://guide.example/keras/", "site_dir": str(tmp_path)})
    config.validate()
    return config


def published(config):
    return runpy.run_path(f"{config.site_dir}/explain.py")


def test_the_address_is_filled_in(config):
    explain_file.fill_in_address(config)
    assert published(config)["GUIDE"] == "https://guide.example/keras/"


def test_without_an_address_and_offline_it_prints_paths(config, monkeypatch):
    monkeypatch.setattr(offline, "is_offline", lambda config: True)
    explain_file.fill_in_address(config)
    assert published(config)["GUIDE"] == ""
    monkeypatch.setattr(offline, "is_offline", lambda config: False)
    config.site_url = ""
    explain_file.fill_in_address(config)
    assert published(config)["GUIDE"] == ""


def test_a_file_without_a_place_for_it_is_an_error(config, tmp_path):
    (tmp_path / "explain.py").write_text("")
    with pytest.raises(ValueError, match="GUIDE"):
        explain_file.fill_in_address(config)


def test_the_site_has_it(site):
    assert 'GUIDE = "https://example.org/"' in (site / "explain.py").read_text("utf-8")
