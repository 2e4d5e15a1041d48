"""Every page of the built site, looked at in Chromium."""

import gzip
import itertools
from urllib.parse import parse_qs, urlsplit

import pytest

from evidence import node
from evidence.blocks import ROOT, read_page
from evidence.browser import browser, serve

WIDTHS = 1280, 768, 320
SCHEMES = "light", "dark"
AXE = """axe.run(document, {resultTypes: ["violations"]}).then(({violations}) => violations.map(({id, nodes}) =>
    `${id}: ${nodes.length} of ${nodes[0].target} ${nodes[0].html.slice(0, 200)}`))"""
TOO_WIDE = "document.documentElement.scrollWidth - innerWidth"
DRAWN = "new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))"
SHIFTS = """
    window.shifts = 0;
    new PerformanceObserver((list) => list.getEntries().forEach((each) => window.shifts += each.value))
        .observe({type: "layout-shift", buffered: true});"""


@pytest.fixture(scope="module")
def address(needs_chromium, site):
    with serve(site) as address:
        yield address


@pytest.fixture(scope="module")
def chromium(needs_chromium):
    with browser() as started:
        yield started


@pytest.fixture(scope="module")
def faults(chromium, address, pages):
    """What is wrong with the pages, by kind: of each page in both schemes and in all widths."""
    axe = (node.packages() / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
    found = {kind: [] for kind in ("axe", "too wide", "console", "other hosts", "layout shift")}
    for scheme in SCHEMES:
        page = chromium.new_page(color_scheme=scheme, reduced_motion="reduce")
        page.add_init_script(SHIFTS)
        listen(page, address, found)
        for name in pages:
            page.set_viewport_size({"width": WIDTHS[0], "height": 900})
            page.goto(address + name)
            if (shift := page.evaluate("window.shifts")) > 0.02:
                found["layout shift"].append(f"{name}, {scheme}: {shift:.3f}")
            page.evaluate(axe)
            for width in WIDTHS:
                page.set_viewport_size({"width": width, "height": 900})
                page.evaluate(DRAWN)
                where = f"{name}, {scheme}, {width} px"
                found["axe"] += [f"{where}: {violation}" for violation in page.evaluate(AXE)]
                if (pixels := page.evaluate(TOO_WIDE)) > 0:
                    found["too wide"].append(f"{where}: {pixels} px")
        page.close()
    return found


def listen(page, address, found):
    """Note what a page says on the console and asks of other hosts."""

    def ask(request):
        if not request.url.startswith((address, "data:", "blob:")):
            found["other hosts"].append(f"{page.url}: {request.url}")

    def say(message):
        if message.type == "error":
            found["console"].append(f"{page.url}: {message.text}")

    page.on("request", ask)
    page.on("console", say)
    page.on("pageerror", lambda error: found["console"].append(f"{page.url}: {error}"))


@pytest.mark.parametrize("kind", ["axe", "too wide", "console", "other hosts", "layout shift"])
def test_nothing_is_wrong(faults, kind):
    assert not faults[kind], "\n".join(faults[kind][:20])


def compressed(content):
    return len(gzip.compress(content, 6))


def visit(chromium, address, search=False):
    """Open the answer page, and the search if asked to; return what was loaded, in bytes, by address."""
    page = chromium.new_page()
    loaded = {}
    page.on("response", lambda response: loaded.update({response.url.removeprefix(address): response}))
    page.goto(address, wait_until="networkidle")
    if search:
        with page.expect_response(address + INDEX):
            page.focus(FIELD)
    sizes = {name: compressed(response.body()) for name, response in list(loaded.items()) if response.ok}
    page.close()
    return sizes


INDEX = "search/search_index.json"
FIELD = "[data-md-component=search-query]"


def test_the_first_visit_is_light_and_leaves_the_search_index_alone(chromium, address):
    loaded = visit(chromium, address)
    assert INDEX not in loaded
    assert {"", "my-keras.js", "guide.css"} <= loaded.keys()
    assert sum(loaded.values()) <= 100_000, loaded


def test_the_search_index_is_light_and_comes_when_the_search_is_used(chromium, address):
    assert visit(chromium, address, search=True)[INDEX] <= 150_000


def at_its_own_address(chromium, site):
    """Open a page that finds the site at the address of its sitemap; what is not there is the 404 page."""
    page = chromium.new_page(viewport={"width": 1280, "height": 900})

    def fulfil(route):
        path = site / urlsplit(route.request.url).path.strip("/")
        path = path / "index.html" if path.is_dir() else path
        route.fulfill(path=path) if path.exists() else route.fulfill(path=site / "404.html", status=404)

    page.route("https://example.org/**", fulfil)
    return page


def test_an_address_that_leads_nowhere_helps(chromium, site):
    page = at_its_own_address(chromium, site)
    page.goto("https://example.org/how-to/pop-last-layer/")
    for link in page.locator("article li a").all():
        path = urlsplit(link.evaluate("each => each.href")).path
        assert (site / path.strip("/") / "index.html").exists(), path
    assert page.locator("#find").input_value() == "how to pop last layer"
    page.locator("#find").fill("freeze layers")
    page.get_by_role("button", name="Search", exact=True).click()
    page.locator(".md-search-result__link").first.wait_for()
    assert page.locator(FIELD).input_value() == "freeze layers"
    page.close()


def test_our_scripts_work_after_instant_navigation(chromium, site):
    page = at_its_own_address(chromium, site)
    page.goto("https://example.org/?keras=tensorflow+2.10", wait_until="networkidle")
    page.evaluate("window.same = true")
    page.locator("article a[href*='remove-the-last-layer']").first.click()
    page.wait_for_url("**/how-to/remove-the-last-layer/")
    page.locator(".my-summary", has_text="On your Keras (tf.keras").wait_for()
    assert page.evaluate("window.same"), "The page was loaded anew."
    page.locator("nav.md-code__nav").first.wait_for()
    assert not page.locator("nav.md-code__nav:not([role=none])").count()
    page.close()


def test_the_keyboard_reaches_everything_and_sees_where_it_is(chromium, address):
    page = chromium.new_page(viewport={"width": 1280, "height": 900})
    page.goto(address)
    page.locator("nav.md-code__nav").first.wait_for()
    reached, unseen = set(), []
    for number in itertools.count():
        assert number < 600, "The keyboard does not come to the end: it is trapped."
        page.keyboard.press("Tab")
        kind, outline, name = page.evaluate("""() => {
            const element = document.activeElement, style = getComputedStyle(element);
            const kinds = {search: "[data-md-component=search-query]", keras: ".my-keras-button", details: "summary",
                copy: ".md-code__button", menu: ".md-nav a", palette: "[name=__palette]", answer: "article p a"};
            const kind = Object.keys(kinds).find((each) => element.matches(kinds[each])) ?? element.tagName;
            return [kind, style.outlineStyle != "none" || element.matches("input"), element.outerHTML.slice(0, 150)];
        }""")
        if kind == "BODY":
            break
        reached.add(kind)
        if not outline:
            unseen.append(name)
    assert reached >= {"search", "keras", "details", "copy", "menu", "answer"}, reached
    assert not unseen, "\n".join(unseen[:10])
    page.close()


def test_without_javascript_all_is_readable(chromium, address):
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(address)
    texts = page.locator("article pre").all()
    assert len(texts) > 10
    for summary in page.locator("article summary").all():
        summary.click()
    assert all(text.is_visible() for text in texts)
    context.close()


def test_print_forced_colours_and_large_text_hide_nothing(chromium, address):
    page = chromium.new_page(viewport={"width": 1280, "height": 900})
    page.goto(address)
    page.emulate_media(media="print")
    hidden = page.evaluate("""[...document.querySelectorAll("article pre")].filter((each) =>
        !each.checkVisibility({contentVisibilityAuto: true})).map((each) => each.textContent.slice(0, 80))""")
    assert not hidden
    page.emulate_media(media="screen", forced_colors="active")
    badge = page.locator(".does-not-work").first
    assert badge.is_visible()
    page.emulate_media(forced_colors="none")
    page.add_style_tag(content="html { font-size: 250% !important }")  # Material's is 125 %
    page.set_viewport_size({"width": 640, "height": 900})
    assert page.evaluate(TOO_WIDE) <= 0
    page.close()


def test_a_block_is_downloaded_and_reported(chromium, address, site):
    page = chromium.new_page(viewport={"width": 1280, "height": 900})
    page.goto(f"{address}how-to/freeze-layers/?keras=keras+3.3+jax")
    evidence = page.locator(".evidence").first
    with page.expect_download() as download:
        evidence.get_by_text("Download").click()
    assert download.value.suggested_filename == "freeze-layers-1.py"
    code = download.value.path().read_text(encoding="utf-8")
    block = read_page(ROOT / "docs/how-to/freeze-layers.md")[0][0]
    assert code == block.code
    page.route("https://github.com/**", lambda route: route.fulfill(body=""))
    evidence.get_by_text("Report a problem").click()
    page.wait_for_url("https://github.com/**")
    told = parse_qs(urlsplit(page.url).query)
    assert told["title"] == ["Freeze layers"]
    said = told["body"][0].split("\n")
    assert said[0].startswith(f"Page: {address}how-to/freeze-layers/")
    assert said[1:3] == [f"Block: {block.digest}", "My Keras: keras 3.3 jax"]
    page.close()
