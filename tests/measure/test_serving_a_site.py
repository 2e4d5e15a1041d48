"""A built site is served as it will be published, and Chromium is found or asked for."""

import gzip
import urllib.error
import urllib.request

import pytest

from measure import browser


@pytest.fixture
def address(tmp_path):
    (tmp_path / "page").mkdir()
    (tmp_path / "page/index.html").write_text("<p>word</p>" * 1000)
    (tmp_path / "404.html").write_text("No such page")
    with browser.serve(tmp_path) as served:
        yield served


def test_a_folder_is_served_as_its_page_and_compressed(address):
    request = urllib.request.Request(f"{address}page/", headers={"Accept-Encoding": "gzip"})
    with urllib.request.urlopen(request) as response:
        assert gzip.decompress(response.read()).startswith(b"<p>word</p>")


def test_an_address_without_a_page_gets_the_404_page(address):
    with pytest.raises(urllib.error.HTTPError, match="404") as raised:
        urllib.request.urlopen(f"{address}gone/")
    assert raised.value.read() == b"No such page"
    assert raised.value.headers["Content-Type"] == "text/html"


def test_another_error_is_its_number(address):
    with pytest.raises(urllib.error.HTTPError) as raised:
        urllib.request.urlopen(f"{address}page/", data=b"")
    assert raised.value.read() == b"405"


def test_chromium_is_the_variable_s_or_one_of_the_path_or_asked_for(monkeypatch):
    monkeypatch.setattr(browser.shutil, "which", {"google-chrome": "/bin/google-chrome"}.get)
    monkeypatch.setenv("CHROMIUM", "/somewhere/chromium")
    assert browser.chromium() == "/somewhere/chromium"
    monkeypatch.delenv("CHROMIUM")
    assert browser.chromium() == "/bin/google-chrome"
    monkeypatch.setattr(browser.shutil, "which", lambda name: None)
    with pytest.raises(LookupError, match="apt-get install chromium"):
        browser.chromium()
