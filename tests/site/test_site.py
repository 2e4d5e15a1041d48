"""The site builds strictly, its links lead somewhere, and its pages follow the rules in CONTRIBUTING.md."""

import gzip
import json
import re
from urllib.parse import parse_qs, urljoin, urlsplit

import pytest

from evidence.files import ROOT
from evidence.pages.blocks import page_name, read_text
from evidence.site import minify, page_footer
from measure import search_quality

SOURCES = sorted((ROOT / "docs").rglob("*.md"))
EXAMPLES = sorted((ROOT / "examples").glob("*.py"))


def test_every_source_has_a_page(pages):
    for source in SOURCES:
        path = source.relative_to(ROOT / "docs").with_suffix("")
        assert ("index.html" if path.name == "index" else f"{path.as_posix()}/index.html") in pages
    for source in EXAMPLES:
        assert f"examples/{source.stem}/index.html" in pages


def test_each_message_is_a_heading_to_find_and_to_link_to_but_not_in_the_contents(pages):
    indexes = [pages[page.replace(".md", "/index.html")] for page in search_quality.ERRORS.values()]
    messages = [heading for page in indexes for heading in page.select("h3.error")]
    assert len({heading["id"] for heading in messages}) == len(messages) > 200
    assert "'Functional' object has no attribute 'pop'" in {heading.get_text() for heading in messages}
    assert not [page for page in indexes if page.select('.md-nav [href^="#error-"]')]


def test_links_and_anchors_of_the_built_pages(site, lychee):
    remap = f"https://example.org/ {site.as_uri()}/"
    lychee("--index-files", "index.html", "--root-dir", site, "--remap", remap, f"{site}/**/*.html")


def test_links_and_anchors_of_the_repository_s_pages(lychee):
    lychee(*ROOT.glob("*.md"), *(ROOT / ".github").glob("*.md"))


@pytest.mark.parametrize("source", EXAMPLES, ids=lambda path: path.stem)
def test_every_heading_of_an_example_has_an_anchor(source):
    headings = re.findall(r"^(.*)\n# ##+ (.*)$", source.read_text(encoding="utf-8"), re.MULTILINE)
    assert headings
    for before, heading in headings:
        assert re.fullmatch(r'# <a id="[a-z0-9-]+"></a>', before), f"an <a id> before {heading!r}"


def test_nothing_of_live_blocks_is_published(site, pages):
    scripts = {path.name for path in (ROOT / "evidence/serving/static").iterdir()}
    assert not [path for path in site.rglob("*") if path.name in scripts]
    assert not [name for name, page in pages.items() if "_live" in str(page) or page.select("[class^=live]")]


def test_evidence_stands_under_each_block(pages):
    for name, page in pages.items():
        blocks = page.select(".language-python.highlight")
        if name.startswith("examples/"):
            continue
        assert len(page.select("div.evidence")) == len(blocks), name
        for block in blocks:
            after = block.find_next_sibling()
            while {"language-text", "notes"} & set(after["class"]):
                after = after.find_next_sibling()
            assert after["class"] == ["evidence"], name


def test_no_page_weighs_more_than_31_kilobytes_compressed(site, pages):
    sizes = {name: len(gzip.compress((site / name).read_bytes(), 6)) for name in pages}
    assert not {name: size for name, size in sizes.items() if size > 31_000}


def test_no_notebook_page_weighs_more_than_60_kilobytes(site, pages):
    sizes = {name: len((site / name).read_bytes()) for name in pages if name.startswith("examples/")}
    assert len(sizes) == len(EXAMPLES)
    assert not {name: size for name, size in sizes.items() if size > 60_000}


def test_what_is_written_in_a_page_keeps_its_spaces():
    page = "<p>\n\n  a </p>\n<article>\n<pre>a\n\n  b</pre>\n</article>\n\n  <p>"
    assert minify.without_white_space(page) == "<p>\na </p>\n<article>\n<pre>a\n\n  b</pre>\n</article>\n<p>"


def test_the_style_sheet_is_published_without_its_comments(site):
    published, ours = ((folder / "guide.css").read_text(encoding="utf-8") for folder in (site, ROOT / "theme"))
    assert "/*" in ours and not re.search(r"/\*|\*/", published)
    assert published.count("{") == published.count("}") == re.sub(r"/\*.*?\*/", "", ours, flags=re.DOTALL).count("{")


def test_scripts_are_published_without_their_comments(site):
    scripts = [path.relative_to(ROOT / "theme") for path in (ROOT / "theme").rglob("*.js")]
    assert scripts
    for script in scripts:
        published, ours = ((folder / script).read_text(encoding="utf-8") for folder in (site, ROOT / "theme"))
        assert "/*" in ours and "/*" not in published, script


def test_a_style_sheet_keeps_each_rule_that_can_match():
    words = {"a", "b", "c", "named--"}

    def trim(css):
        return minify.trim(css, words)

    assert trim(".a{color:red}.z{color:red}") == ".a{color:red}"
    assert trim(".a .z,.b>.c,p{top:0}") == ".b>.c,p{top:0}"
    assert trim(".z:hover,.a.z{top:0}") == ""
    assert trim('[x=z],[x="a z"],p[x=a],[x]{top:0}') == "p[x=a],[x]{top:0}"
    assert trim(".a:not(.z),:is(.z,p){top:0}") == ".a:not(.z),:is(.z,p){top:0}"
    assert trim(".named--z,.other--z{top:0}") == ".named--z{top:0}", "A script writes the rest."
    assert trim("@media print{.z{top:0}.a{top:0}}@supports (top:0){.z{top:0}}") == "@media print{.a{top:0}}"
    assert (
        trim("@keyframes z{to{top:.5em}}@font-face{src:url(z)}") == "@keyframes z{to{top:.5em}}@font-face{src:url(z)}"
    )
    assert trim('/* a */ .a{/* b */content:"/*";}') == '.a{content:"/*";}'


def test_a_style_sheet_keeps_each_variable_that_is_read():
    css = '.a{--x:url("a;b\\"}");--y:1;top:var(--y)}\n.b{\n  left:0;\n  --z: 2\n}'
    assert minify.without_variables(css, {"--y"}) == ".a{--y:1;top:var(--y)}\n.b{\n  left:0;}"
    assert minify.without_variables(css, {"--x", "--y", "--z"}) == css


def test_only_what_could_be_a_class_keeps_a_rule(tmp_path):
    (tmp_path / "page.html").write_text('<p class="a">bug</p><script>b()</script>', encoding="utf-8")
    (tmp_path / "own.js").write_text('$(".x"); c + " d"', encoding="utf-8")
    (worker := tmp_path / "assets/javascripts/lunr/worker.js").parent.mkdir(parents=True)
    worker.write_text('"example"', encoding="utf-8")
    words = minify.words_to_match(tmp_path)
    assert {"a", "b", "c", "d"} <= words and not {"bug", "example", "x"} & words


@pytest.mark.usefixtures("needs_records")
def test_no_block_is_marked_as_unknown(pages):
    assert not [name for name, page in pages.items() if page.select("[data-is=unknown]")]


def test_ids_are_unique_on_each_page(pages):
    for name, page in pages.items():
        ids = [element["id"] for element in page.select("article [id]")]
        assert len(ids) == len(set(ids)), name


def test_search_finds_error_messages_and_not_what_stands_under_every_block(site):
    index = (site / "search" / "search_index.json").read_text(encoding="utf-8")
    assert "object has no attribute 'pop'" in index
    assert "layers.pop(): (None, 3)" not in index, "what a block prints"
    for repeated in "What each Keras does", "which lack a feature the example uses", "As above on Keras":
        assert repeated not in index


def test_the_data_is_published_with_its_schema(site):
    folder = site / "reference" / "data"
    data = json.loads((folder / "records.json").read_text(encoding="utf-8"))
    assert (folder / data["$schema"]).exists()
    for block in data["blocks"]:
        assert json.loads((folder / f"{block['digest']}.json").read_text(encoding="utf-8")) == block


def test_wrong_code_wears_a_badge_that_is_text(pages):
    badges = [badge for page in pages.values() for badge in page.select(".does-not-work")]
    assert len(badges) > 10
    for badge in badges:
        assert badge.get_text() == "Does not work"
        assert "language-python" in badge.find_next_sibling()["class"]


@pytest.mark.parametrize("source", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_offers_its_sources_and_colab(needs_tensorflow, site, pages, source):
    page = pages[f"examples/{source.stem}/index.html"]
    links = {link.get_text(): link["href"] for link in page.select(".take-along a")}
    assert set(links) == {"Notebook", "Python script", "Open in Colab"}
    folder = site / "examples" / source.stem
    assert '"outputs"' in (folder / links["Notebook"]).read_text(encoding="utf-8")
    assert (folder / links["Python script"]).read_bytes() == source.read_bytes()
    assert links["Open in Colab"] == (
        "https://colab.research.google.com/github/someone/somewhere/blob/gh-pages/"
        f"examples/{source.stem}/{source.stem}.ipynb"
    )
    plots = page.select("article img")
    assert plots
    for plot in plots:
        assert len(plot["alt"]) > 40
        assert (folder / plot["src"]).read_bytes().startswith(b"\x89PNG")
        assert 300 < int(plot["width"]) <= 400  # A phone shows it at its drawn size.
    edit = page.select_one("a[href*='/edit/main/']")["href"]
    assert edit == f"https://github.com/someone/somewhere/edit/main/examples/{source.name}"


def address_of(source):
    """Return the address of the page made from a source in docs/ or examples/."""
    path = source.removeprefix("docs/").rpartition(".")[0]
    return "" if path == "index" else f"{path}/"


def test_each_page_ends_with_what_is_related_and_says_when_it_changed(pages):
    by_path = {f"{name}".removesuffix("index.html"): page for name, page in pages.items()}
    committed = {address_of(source) for source in page_footer.last_changes()}
    assert committed
    for path, page in by_path.items():
        if path == "404.html":
            continue
        related = [link["href"] for link in page.select(".related a")]
        assert bool(related) == bool(path), path  # The start page has all.
        assert len(related) == len(set(related)) <= 4
        assert {urljoin(f"/{path}", link).lstrip("/") for link in related} <= by_path.keys() - {path}
        if path in committed:
            assert re.search(r"Last changed \d+ \w+ 20\d\d\.", page.select_one(".page-end").get_text()), path
        report = urlsplit(page.select_one(".page-end .report")["href"])
        assert report.path == "/someone/somewhere/issues/new"
        assert parse_qs(report.query) == {
            "template": ["wrong-page.yml"],
            "title": [page.title.get_text().removesuffix(" - Keras Layer Surgery")],
            "page-address": [f"https://example.org/{path}"],
        }, path


def test_the_pages_to_learn_from_lead_from_each_to_the_next(pages):
    by_path = {urljoin("/", path).removesuffix("index.html"): page for path, page in pages.items()}
    start = "/why/start-here/"
    listed = [urljoin(start, link["href"]) for link in by_path[start].select("article ol a:first-of-type")]
    links = {path: page.select(".lesson a") for path, page in by_path.items() if page.select(".lesson")}
    assert links.keys() == {*listed} and len(listed) == 5
    for number, path in enumerate(listed):
        targets = [urljoin(path, link["href"]) for link in links[path]]
        assert targets == [start, *listed[number + 1 : number + 2]]
        assert f"page {number + 1} of 5" in by_path[path].select_one(".lesson").get_text()


def test_a_page_that_lists_everything_says_little_about_what_is_related():
    contents = {"list/": '<a href="../a/">a</a><a href="../b/">b</a><a href="../c/">c</a>', "b/": "", "c/": ""}
    contents["a/"] = '<a class="x" href="../b/#part">b</a>'
    assert page_footer.related_by_links(contents)["a/"] == ["b/", "list/"]


def test_what_is_equally_related_comes_in_the_same_order_in_each_build():
    names = [f"{letter}/" for letter in "bcdefgh"]
    contents = dict.fromkeys(names, "") | {"a/": "".join(f'<a href="../{name}">{name}</a>' for name in names)}
    assert page_footer.related_by_links(contents)["a/"] == names[: page_footer.RELATED]


def test_each_page_says_where_it_is_and_what_a_link_to_it_shows(site, pages):
    listed = set(re.findall(r"<loc>(.*?)</loc>", (site / "sitemap.xml").read_text(encoding="utf-8")))
    descriptions = {}
    for name, page in pages.items():
        if name == "404.html":
            continue
        address = "https://example.org/" + name.removesuffix("index.html")
        assert address in listed
        assert page.select_one("link[rel=canonical]")["href"] == address
        shown = {meta["property"]: meta["content"] for meta in page.select("meta[property]")}
        descriptions[name] = shown["og:description"]
        assert shown["og:url"] == address
        assert page.select_one("meta[name=description]")["content"] == shown["og:description"]
        assert page.title.get_text() == f"{shown['og:title']} - Keras Layer Surgery"
        picture = (site / shown["og:image"].removeprefix("https://example.org/")).read_bytes()
        assert picture[16:24] == (1200).to_bytes(4, "big") + (630).to_bytes(4, "big")
        assert (site / name).parent.joinpath(page.select_one("link[rel=icon]")["href"]).exists()
    assert len(set(descriptions.values())) == len(descriptions) == len(listed)


def test_every_picture_of_a_model_is_drawn_and_told(pages):
    for source in SOURCES:
        count = read_text(source).count("\n```picture\n")
        path = source.relative_to(ROOT / "docs").with_suffix("").as_posix()
        figures = pages["index.html" if path == "index" else f"{path}/index.html"].select("figure.picture")
        assert len(figures) == count, page_name(source)
        for svg in [svg for figure in figures for svg in figure.select("svg")]:
            assert svg["role"] == "img" and svg["aria-label"]
