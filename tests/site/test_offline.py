"""The zip: a site that works from the folder it is unpacked in, and requests nothing from the network."""

import json
import zipfile

import pytest
from mkdocs.config import load_config
from mkdocs.structure.files import File, Files

from evidence.files import ROOT
from evidence.site import offline
from measure import node
from measure.browser import browser
from measure.search_quality import FIELD


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory, zipped):
    folder = tmp_path_factory.mktemp("un packed")
    with zipfile.ZipFile(zipped) as file:
        file.extractall(folder)
    return folder / offline.NAME


def test_each_link_leads_to_a_file(unpacked, lychee):
    lychee(f"{unpacked}/**/*.html")


def test_it_names_no_folder_of_the_machine_that_built_it(unpacked):
    texts = [path.read_text(encoding="utf-8") for path in unpacked.rglob("*.*ml")]
    assert texts
    assert not [text for text in texts if str(ROOT) in text or "https://example.org" in text]


def test_pages_search_and_scripts_work_from_the_folder(needs_chromium, unpacked):
    with browser() as chromium:
        page = chromium.new_page(viewport={"width": 1280, "height": 900})
        asked, said = [], []
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: said.append(str(error)))
        page.goto((unpacked / "index.html").as_uri())
        page.locator(FIELD).fill("freeze layers")
        page.locator(".md-search-result__link", has_text="Freeze layers").first.click()
        page.wait_for_url("**/how-to/freeze-layers.html*")
        page.get_by_role("button", name="My Keras").click()
        page.get_by_label("What do you have?").fill("tensorflow 2.10")
        page.get_by_role("button", name="Show mine").click()
        page.locator(".my-summary", has_text="On your Keras (tf.keras").wait_for()
        page.locator("article details.section").evaluate_all("all => all.forEach((each) => each.open = true)")
        page.locator("article a[href*='after-pop-compile-again'], article a[href*='compile-again']").first.click()
        page.locator(".my-summary", has_text="On your Keras (tf.keras").wait_for()
        page.goto((unpacked / "examples/what-removing-layers-from-the-middle-costs.html").as_uri())
        page.locator("article details.section").evaluate_all("all => all.forEach((each) => each.open = true)")
        page.locator("article img").first.scroll_into_view_if_needed()
        page.wait_for_function("document.querySelector('article img').naturalWidth > 100")
        assert not said
        assert not [url for url in asked if not url.startswith(("file:", "data:", "about:", "blob:"))]
        assert not page.get_by_text("The whole site, to read offline").count()
        page.goto((unpacked / "how-to/freeze-layers.html").as_uri())
        assert page.locator(".evidence .download").first.get_attribute("download") == "freeze-layers-1.py"
        page.route("https://github.com/**", lambda route: route.fulfill(body=""))
        page.get_by_label("More for this example").first.click()
        page.locator(".evidence").first.get_by_text("Report a problem").click()
        page.wait_for_url("https://github.com/**")
        assert "page-address=how-to%2Ffreeze-layers.html&" in page.url and "file%3A" not in page.url


def test_the_script_from_npm_is_npms():
    """It is in the repository, so that publishing needs nothing from npm."""
    package = node.npm_packages() / "iframe-worker"
    header, code = offline.SHIM.read_text(encoding="utf-8").split("*/\n", 1)
    assert json.loads((package / "package.json").read_text(encoding="utf-8"))["version"] in header
    assert (package / "LICENSE").read_text(encoding="utf-8") in header
    assert code == (package / "shim" / "index.js").read_text(encoding="utf-8")


def test_a_zip_among_the_pages_is_published_and_not_packed_again():
    config = load_config(str(ROOT / "mkdocs.yml"))
    config.plugins._current_plugin = "evidence"
    archive = File(f"{offline.NAME}.zip", "docs", "site", use_directory_urls=True)
    files = Files([archive])
    assert offline.published_zip(files) is archive
    offline.prepare_files(files, config)
    assert [file.src_uri for file in files] == [offline.SHIM.name]
    assert offline.published_zip(files) is None


def test_a_site_that_cannot_be_built_is_not_packed(tmp_path, monkeypatch):
    monkeypatch.setattr(offline, "ROOT", tmp_path)  # which has no mkdocs.yml
    with pytest.raises(RuntimeError, match=r"^The site cannot be built:\n[\s\S]*mkdocs\.yml"):
        offline.pack(tmp_path / "site.zip")
    assert not (tmp_path / "site.zip").exists()
