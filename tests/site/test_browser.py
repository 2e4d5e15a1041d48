"""The built site in use, in Chromium: what it loads, its scripts, the keyboard."""

import gzip
import itertools
from urllib.parse import parse_qs, urlsplit

import pytest
import yaml
from every_page import AXE, OPEN_SECTIONS, SHIFTS
from listed import PINNED, TORCH

from evidence.files import ROOT
from evidence.pages.lint import read_page
from measure import node
from measure.browser import browser, serve


@pytest.fixture(scope="module")
def address(needs_chromium, site):
    with serve(site) as address:
        yield address


@pytest.fixture(scope="module")
def chromium(needs_chromium):
    with browser() as started:
        yield started


@pytest.fixture(scope="module")
def context(chromium):
    """What pages share: most of a first visit goes into starting and loading what the site's pages have in common."""
    context = chromium.new_context(permissions=["clipboard-read", "clipboard-write"])
    context.new_page()  # It stays open: without any page, Chromium drops what it has in memory.
    return context


@pytest.fixture
def new_page(context):
    """Open pages as for readers who have been here before, but have chosen nothing."""

    def new_page(viewport=None, **media):
        page = context.new_page()
        page.emulate_media(**media)
        if viewport:
            page.set_viewport_size(viewport)
        return page

    yield new_page
    stays, *opened = context.pages
    for page in opened:
        page.close()
    chosen = {"origin": "*", "storageTypes": "local_storage"}
    context.new_cdp_session(stays).send("Storage.clearDataForOrigin", chosen)


# Nothing has loaded for half a second. Playwright's "networkidle" may be over before the scripts start.
QUIET = """document.querySelector(".my-keras-button") && performance.now() - 500 >
    Math.max(...performance.getEntriesByType("resource").map((entry) => entry.responseEnd))"""


def open_page(page, address):
    """Open an address; wait until the page's scripts have run."""
    page.goto(address)
    page.wait_for_function(QUIET)


def compressed(content):
    return len(gzip.compress(content, 6))


def visit(chromium, address, search=False):
    """Open the answer page, and the search if asked to; return what was loaded, in bytes, by address."""
    page = chromium.new_page()
    loaded = {}
    page.on("response", lambda response: loaded.setdefault(response.url.removeprefix(address), response))
    open_page(page, address)
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
    assert not {INDEX, "my-keras/keras-in-words.js", "as-it-is-searched.js"} & loaded.keys()
    assert {"", "my-keras/dialog.js", "guide.css"} <= loaded.keys()
    assert sum(loaded.values()) <= 80_000, loaded


def test_the_search_index_is_light_and_comes_when_the_search_is_used(chromium, address):
    assert visit(chromium, address, search=True)[INDEX] <= 240_000


def test_the_search_index_comes_if_the_search_is_used_before_the_scripts_run(chromium, address):
    page = chromium.new_page()
    page.route("**/patches/*.js", lambda route: page.focus(FIELD) or route.continue_())
    with page.expect_response(address + INDEX):
        page.goto(address)
    page.close()


@pytest.mark.parametrize(("system", "scheme"), [("light", "default"), ("dark", "slate")])
def test_the_colours_follow_the_system(new_page, address, system, scheme):
    page = new_page(color_scheme=system)
    page.route("**/*.js", lambda route: route.abort())  # The first paint doesn't wait for scripts.
    page.goto(address)
    assert page.locator("body").get_attribute("data-md-color-scheme") == scheme
    page.unroute_all()
    open_page(page, address)
    assert page.locator("body").get_attribute("data-md-color-scheme") == scheme


def test_the_colours_go_on_following_the_system_until_a_reader_chooses(new_page, address):
    page = new_page(color_scheme="light")
    for system, scheme in ("light", "default"), ("dark", "slate"), ("light", "default"):
        page.emulate_media(color_scheme=system)
        open_page(page, address)
        assert page.locator("body").get_attribute("data-md-color-scheme") == scheme
    page.emulate_media(color_scheme="dark")
    page.locator("body[data-md-color-scheme=slate]").wait_for()
    page.locator("label[title='Light colours']").click()
    open_page(page, address)
    assert page.locator("body").get_attribute("data-md-color-scheme") == "default"


@pytest.mark.parametrize("name", ["errors/graph-disconnected/", "errors/never-been-called/"])
def test_nothing_moves_on_a_small_phone(chromium, address, name):
    page = chromium.new_page(viewport={"width": 360, "height": 740})
    page.add_init_script(SHIFTS)
    open_page(page, address + name)
    assert page.evaluate("window.shifts") <= 0.01
    page.close()


@pytest.mark.parametrize(("name", "keras"), [("", "keras 2.3.1"), ("reference/behaviour-by-release/", "nonsense")])
def test_nothing_moves_when_a_page_shows_what_holds_on_a_readers_keras(chromium, address, name, keras):
    page = chromium.new_page(viewport={"width": 375, "height": 800})
    page.add_init_script(f"{SHIFTS} localStorage.setItem('my-keras', '{keras}')")
    page.goto(address + name)
    page.locator("[data-mine]").first.wait_for(state="attached")
    page.wait_for_function(QUIET)
    assert page.evaluate("window.shifts") <= 0.02
    page.close()


@pytest.mark.parametrize(
    ("keras", "said"),
    [
        ("keras 2.3.1", ""),
        ("tensorflow 2.10", ""),
        ("keras 2.3.9", "2.3.9 wasn't measured; showing 2.3.1, the last one before it."),
    ],
)
def test_a_page_without_blocks_has_nothing_to_sum_up(new_page, address, keras, said):
    page = new_page()
    page.goto(f"{address}reference/errors-tf-keras/?keras={keras}")
    page.locator(".my-keras-button", has_text=keras.split()[1]).wait_for()
    assert page.locator(".my-summary").inner_text().strip() == said
    assert page.locator(".my-summary:empty").count() == (not said)


def test_a_page_is_read_where_what_shows_the_readers_keras_does_not_come(new_page, address):
    page = new_page(reduced_motion="reduce")
    page.route("**/my-keras/dialog.js", lambda route: route.abort())
    page.goto(f"{address}?keras=keras+2.3.1")
    assert "awaits-my-keras" in page.locator("html").get_attribute("class")
    page.locator("article h1").wait_for(timeout=4000)


def test_the_dialog_says_what_did_not_come_and_tries_again(new_page, address):
    page = new_page(viewport={"width": 1280, "height": 900})
    page.route(in_words := "**/my-keras/keras-in-words.js", lambda route: route.abort())
    page.goto(f"{address}?keras=keras+2.3.1")
    page.locator("article h1").wait_for()
    page.locator(".my-keras-button").click()
    page.locator("#my-words").fill("keras 2.3")
    page.locator("#my-answer", has_text="could not be loaded").wait_for()
    page.unroute(in_words)
    page.locator("#my-words").fill("keras 2.3.1")
    page.locator("#my-answer", has_text="Keras 2.3.1 (").wait_for()


def test_a_question_is_asked_as_it_is_where_what_changes_it_does_not_come(new_page, address):
    page = new_page()
    page.route("**/as-it-is-searched.js", lambda route: route.abort())
    open_page(page, address)
    page.locator(FIELD).fill("freeze layers")
    page.locator(".md-search-result__link[href*='freeze-layers']").first.wait_for()


def at_its_own_address(new_page, site):
    """Open a page that finds the site at the address in its sitemap; anything missing is the 404 page."""
    page = new_page(viewport={"width": 1280, "height": 900})

    def fulfil(route):
        path = site / urlsplit(route.request.url).path.strip("/")
        path = path / "index.html" if path.is_dir() else path
        route.fulfill(path=path) if path.exists() else route.fulfill(path=site / "404.html", status=404)

    page.route("https://example.org/**", fulfil)
    return page


def test_an_address_that_leads_nowhere_helps(new_page, site):
    page = at_its_own_address(new_page, site)
    page.goto("https://example.org/how-to/pop-last-layer/")
    for link in page.locator("article li a").all():
        path = urlsplit(link.evaluate("each => each.href")).path
        assert (site / path.strip("/") / "index.html").exists(), path
    assert page.locator("#find").input_value() == "how to pop last layer"
    page.locator("#find").fill("freeze layers")
    page.get_by_role("button", name="Search", exact=True).click()
    page.locator(".md-search-result__link").first.wait_for()
    assert page.locator(FIELD).input_value() == "freeze layers"


@pytest.mark.parametrize("base", ["/", "/keras-layer-surgery/"])
def test_an_address_that_leads_nowhere_is_searched_for_by_its_own_words(new_page, site, base):
    text = (site / "404.html").read_text(encoding="utf-8").replace('="/', f'="{base}')
    page = new_page()
    page.route(
        "https://example.org/**",
        lambda route: route.fulfill(body=text) if route.request.is_navigation_request() else route.abort(),
    )
    for path, words in [
        ("how-to/freeze-layer.html", "how to freeze layer"),
        ("how-to/freeze/index.html", "how to freeze"),
        ("keras-layer-surgery-index/", "keras layer surgery index"),
    ]:
        page.goto(f"https://example.org{base}{path}")
        assert page.locator("#find").input_value() == words


def test_our_scripts_work_after_instant_navigation(new_page, site):
    page = at_its_own_address(new_page, site)
    open_page(page, "https://example.org/?keras=tensorflow+2.10")
    page.evaluate("window.same = true")
    page.locator("article a[href*='remove-the-last-layer']").first.click()
    page.wait_for_url("**/how-to/remove-the-last-layer/")
    page.locator(".my-summary", has_text="On your Keras (tf.keras").wait_for()
    assert page.evaluate("window.same"), "The page was loaded anew."
    page.locator("nav.md-code__nav").first.wait_for()
    assert not page.locator("nav.md-code__nav:not([role=none])").count()


def test_stylesheets_are_loaded_once_and_kept_on_the_next_page(new_page, site):
    page = at_its_own_address(new_page, site)
    loaded = []
    page.on("request", lambda request: loaded.append(request.url) if request.resource_type == "stylesheet" else None)
    open_page(page, "https://example.org/")
    kept = page.evaluate_handle("[...document.querySelectorAll('link[rel=stylesheet]')]")
    page.locator("article a[href*='remove-the-last-layer']").first.click()
    page.wait_for_url("**/how-to/remove-the-last-layer/")
    page.locator("article h1", has_text="last layer").wait_for()
    assert kept.evaluate("(links) => links.every((link) => link.isConnected)")
    assert kept.evaluate("(links) => links.length == document.head.querySelectorAll('link[rel=stylesheet]').length")
    assert len(loaded) == len(set(loaded)) > 2, loaded


def test_each_block_has_its_copy_button_before_anybody_scrolls(new_page, address):
    page = new_page()
    page.goto(address + "how-to/replace-the-head/")
    blocks = page.locator("article .language-python").count()
    page.wait_for_function(f"document.querySelectorAll('.language-python .md-code__button').length == {blocks}")


BUILT_IN = """[IntersectionObserver, Worker, XMLHttpRequest.prototype.open, XMLHttpRequest.prototype.send]
    .map((used) => used.toString().includes("[native code]"))"""


def test_each_patch_of_what_is_built_in_ends_when_material_has_started(new_page, address):
    page = new_page()
    open_page(page, address + "how-to/replace-the-head/")
    page.wait_for_function(f"{BUILT_IN}.every(Boolean)")


# What has the focus, or its label: its kind, its words, and whether a reader can see where it is.
FOCUS = """() => {
    const element = document.activeElement;
    const label = document.querySelector(".md-header__option label:not([hidden])");
    const shown = element.matches(".md-option") ? label : element;
    const above = ({left, top, right, bottom}) => right - left > 1 && bottom - top > 1 && document.elementFromPoint(
        (Math.max(left, 0) + Math.min(right, innerWidth)) / 2, (Math.max(top, 0) + Math.min(bottom, innerHeight)) / 2);
    const marked = getComputedStyle(shown).outlineStyle != "none" || element.matches("input:not([type=radio])");
    const kinds = {search: "[data-md-component=search-query]", keras: ".my-keras-button", details: "summary",
        copy: ".md-code__button", opener: "label[for=__drawer] > svg", menu: ".md-nav a", palette: "[name=__palette]",
        answer: "article p a"};
    const kind = Object.keys(kinds).find((each) => element.matches(kinds[each])) ?? element.tagName;
    const seen = marked && [...shown.getClientRects()].map(above).some((each) => each && shown.contains(each));
    return [kind, element.ariaLabel ?? element.textContent.trim(), seen || element.outerHTML.slice(0, 150)];
}"""
ALWAYS = {"search", "keras", "palette", "details", "copy", "answer"}


@pytest.mark.parametrize(
    ("width", "name", "wanted"),
    [
        (1280, "", ALWAYS | {"menu"}),
        (375, "", ALWAYS | {"opener"}),
        (1280, "reference/behaviour-by-release/", {"keras", "menu"}),
        (375, "reference/behaviour-by-release/", {"keras", "opener"}),
        (375, "examples/what-removing-layers-from-the-middle-costs/", {"copy", "opener"}),
    ],
)
def test_the_keyboard_reaches_everything_and_sees_where_it_is(new_page, address, width, name, wanted):
    page = new_page(viewport={"width": width, "height": 900}, reduced_motion="reduce")
    open_page(page, address + name)  # The scripts start after the page has loaded.
    assert tab_through(page) >= wanted


def test_the_keyboard_sees_where_it_is_without_javascript(chromium, address):
    context = chromium.new_context(java_script_enabled=False, reduced_motion="reduce")
    page = context.new_page()
    page.goto(address)
    assert tab_through(page) >= {"menu", "answer", "details"}
    context.close()


def tab_through(page):
    """Tab through a page, checking that everything with the focus is visible; return the kinds of what had it."""
    reached, unseen = set(), []
    for number in itertools.count():
        assert number < 1200, "The keyboard does not come to the end: it is trapped."
        page.keyboard.press("Tab")
        kind, _, seen = page.evaluate(FOCUS)
        if kind == "BODY":
            break
        reached.add(kind)
        for _ in range(10):  # The search slides in from above; while other tests run, late drawing takes a while.
            if seen is True:
                break
            page.wait_for_timeout(200)
            *_, seen = page.evaluate(FOCUS)
        else:
            unseen.append(seen)
    assert not unseen, "\n".join(unseen[:10])
    return reached


@pytest.mark.parametrize("motion", ["reduce", "no-preference"])
def test_the_keyboard_uses_the_menu_of_a_phone(new_page, address, motion):
    page = new_page(viewport={"width": 375, "height": 900}, reduced_motion=motion)
    open_page(page, address)

    def press(*keys, until=lambda _kind, _words: True):
        """Press keys; return what has the focus once it's visible, and is what the test waits for."""
        for key in keys:
            page.keyboard.press(key)
        for _ in range(50):
            page.wait_for_timeout(100)  # The menu slides in within 250 ms, and a script moves the focus a frame later.
            kind, words, seen = page.evaluate(FOCUS)
            if seen is True and until(kind, words):
                return kind, words
        pytest.fail(f"{kind} {words!r}: {seen}")

    def move_focus(*keys, to):
        press(*keys, until=lambda *focused: focused == to)

    while press("Tab")[0] != "opener":
        pass
    move_focus("Enter", to=("SPAN", "Fix it: back"))
    while press("Tab")[1] != "Every error message":
        pass
    move_focus(" ", to=("SPAN", "Every error message: back"))
    move_focus("Tab", to=("menu", "Errors of Keras 3"))
    move_focus("Shift+Tab", "Enter", to=("SPAN", "Every error message"))
    press("Escape", until=lambda kind, _words: kind == "opener")
    assert not page.locator("#__drawer").is_checked()
    move_focus("Enter", to=("SPAN", "Fix it: back"))
    move_focus("Enter", to=("SPAN", "Fix it"))
    while press("Tab")[1] != "Contribute":
        pass
    assert press("Tab")[0] not in {"menu", "opener"}, "Who goes on leaves the menu, which closes."
    assert not page.locator("#__drawer").is_checked()


def test_a_heading_chosen_in_the_menu_of_a_phone_is_gone_on_from(new_page, address):
    page = new_page(viewport={"width": 375, "height": 900}, reduced_motion="reduce")
    open_page(page, f"{address}how-to/freeze-layers/")
    for _ in "once", "again":
        page.locator("label.md-header__button[for=__drawer]").click()
        if not page.locator("#__toc").is_checked():
            page.locator(".md-nav__link--active[for=__toc]").click()
        # In the next frame, the script moves the focus into the panel. Any earlier focus would be lost again.
        page.wait_for_function("document.activeElement.closest('.md-nav--primary .md-nav--secondary')")
        page.locator(".md-nav--primary a[href$='#by-name']").focus()
        page.keyboard.press("Enter")
        page.wait_for_url("**#by-name")
        page.wait_for_function("!document.getElementById('__drawer').checked")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getBoundingClientRect().top + scrollY") > 1000


@pytest.mark.parametrize("heading", ["saved", "custom-loop"])
def test_a_link_within_the_page_leads_to_its_heading(new_page, address, heading):
    """At once, from the end of the page, and the page stays as it is: instant navigation would fetch it again."""
    page = new_page(viewport={"width": 375, "height": 800}, reduced_motion="reduce")
    open_page(page, f"{address}how-to/freeze-layers/")
    page.evaluate("document.querySelector('article').same = true; scrollTo(0, document.body.scrollHeight)")
    page.evaluate("(id) => document.querySelector(`.md-nav--secondary a[href$='#${id}']`).click()", heading)
    page.wait_for_timeout(1500)
    assert 40 < page.locator(f"#{heading}").evaluate("(each) => each.getBoundingClientRect().top") < 110
    assert page.evaluate("document.querySelector('article').same")
    page.go_back()
    page.wait_for_function("!location.hash && scrollY > 500")
    assert page.evaluate("document.querySelector('article').same")


# What is drawn as a background cut to shape: forced colours would turn it into the page's.
CUT_TO_SHAPE = """[...document.querySelectorAll("*")].flatMap((each) =>
    ["::before", "::after"].map((part) => getComputedStyle(each, part))
        .filter((style) => style.content != "none" && style.maskImage != "none")
        .map((style) => style.forcedColorAdjust))"""


def test_icons_are_seen_in_forced_colours(new_page, address):
    page = new_page(forced_colors="active")
    open_page(page, f"{address}how-to/freeze-layers/")
    assert set(page.evaluate(CUT_TO_SHAPE)) == {"none"}


INK = """(kinds) => kinds.map((kind) => [kind, getComputedStyle(document.querySelector(`article ${kind}`)).color])"""


def test_who_reads_in_the_dark_prints_as_in_the_light(new_page, address):
    kinds = "p", "p a", ".evidence", ".evidence strong", ".does-not-work", ".highlight .n", ".highlight .s2", ".error"
    inks = []
    for system in "light", "dark":
        page = new_page(color_scheme=system, reduced_motion="reduce")
        open_page(page, f"{address}errors/graph-disconnected/")
        page.emulate_media(media="print")
        inks.append(page.evaluate(INK, [kind for kind in kinds if page.locator(f"article {kind}").count()]))
    assert inks[0] == inks[1]


@pytest.mark.parametrize("name", ["behaviour-by-release", "about-the-evidence", "methods-and-attributes"])
def test_tables_are_printed_whole(new_page, address, name):
    page = new_page(viewport={"width": 718, "height": 1000})  # an A4 sheet, without its margins
    open_page(page, f"{address}reference/{name}/")
    page.emulate_media(media="print")
    boxes = "all => all.map((each) => each.getBoundingClientRect().right)"
    assert 0 < max(page.locator("article table").evaluate_all(boxes)) <= 718


@pytest.mark.parametrize("width", [1280, 320])
def test_search_and_menu_are_right_for_everybody_when_they_are_open(new_page, address, width):
    axe = (node.npm_packages() / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
    page = new_page(viewport={"width": width, "height": 800}, reduced_motion="reduce")
    open_page(page, f"{address}how-to/freeze-layers/")
    page.evaluate(axe)
    if width == 320:
        page.locator("label.md-header__button[for=__drawer]").click()
        page.locator(".md-nav--primary").wait_for()
        assert page.evaluate(AXE, [{}]) == []
        page.keyboard.press("Escape")
    page.focus(FIELD)
    page.keyboard.insert_text("Graph disconnected")  # as when pasted without pressing a key
    page.locator(".md-search-result__link").first.wait_for()
    assert page.evaluate(AXE, [{}]) == []


def test_what_was_searched_for_is_marked(new_page, address):
    page = new_page()
    page.goto(f"{address}how-to/freeze-layers/?h=freeze")
    page.locator("article mark").first.wait_for()


def test_back_to_top_leaves_the_top_to_the_heading_that_a_link_leads_to(new_page, address):
    page = new_page(viewport={"width": 1280, "height": 800}, reduced_motion="reduce")
    open_page(page, f"{address}how-to/freeze-layers/")
    page.evaluate(OPEN_SECTIONS)
    up_and_down = """() => {  // Material shows the button to who goes up.
        scrollTo(0, scrollY > 2000 ? 1000 : 3000);
        const button = document.querySelector(".md-top");
        return !button.hidden && button.getBoundingClientRect().top;
    }"""
    assert page.wait_for_function(up_and_down, polling=300).json_value() > 400


@pytest.mark.parametrize("width", [1280, 375])
def test_a_block_is_copied_as_it_is(new_page, address, width):
    """Even one with notes, and with lines that a phone breaks."""
    page = new_page(viewport={"width": width, "height": 900})
    page.goto(f"{address}how-to/insert-or-replace-a-layer/")
    code = read_page(ROOT / "docs/how-to/insert-or-replace-a-layer.md")[0][0].code
    page.locator(".language-python .md-code__button").first.click()
    page.get_by_text("Copied to clipboard").wait_for()
    assert page.evaluate("navigator.clipboard.readText()").strip() == code.strip()
    assert page.locator(".note").evaluate_all(
        "all => all.map((each) => getComputedStyle(each, '::after').content)"
    ) == [
        '"1"',
        '"2"',
    ]


def test_a_block_is_downloaded_and_reported(new_page, address, site):
    page = new_page(viewport={"width": 1280, "height": 900})
    page.goto(f"{address}how-to/freeze-layers/?keras=keras+3.3+jax")
    evidence = page.locator(".evidence").first
    menu = evidence.get_by_label("More for this example")
    menu.click()
    with page.expect_download() as download:
        evidence.get_by_text("Download").click()
    assert download.value.suggested_filename == "freeze-layers-1.py"
    code = download.value.path().read_text(encoding="utf-8")
    block = read_page(ROOT / "docs/how-to/freeze-layers.md")[0][0]
    assert code == block.code
    page.route("https://github.com/**", lambda route: route.fulfill(body=""))
    evidence.get_by_text("Report a problem").wait_for(state="hidden")  # The menu closes behind a click.
    menu.click()
    evidence.get_by_text("Report a problem").click()
    page.wait_for_url("https://github.com/**")
    report = parse_qs(urlsplit(page.url).query)
    fields = {
        "page-address": [f"{address}how-to/freeze-layers/?keras=keras+3.3+jax"],
        "block": [block.digest],
        "my-keras": ["keras 3.3 jax"],
    }
    assert report == {"template": ["wrong-page.yml"], "title": ["Freeze layers"]} | fields
    form = yaml.safe_load((ROOT / ".github" / "ISSUE_TEMPLATE" / report["template"][0]).read_text(encoding="utf-8"))
    assert fields.keys() <= {field["id"] for field in form["body"]}


def test_the_link_of_a_report_tells_all_before_it_is_followed(new_page, address):
    """It may be copied, or opened in a new tab."""
    page = new_page(viewport={"width": 1280, "height": 900})
    page.goto(f"{address}how-to/freeze-layers/?keras=keras+3.3+jax")
    report = page.locator(".evidence .report").first
    menu = page.get_by_label("More for this example").first

    def fields():
        query = parse_qs(urlsplit(report.get_attribute("href")).query)
        return {name: query.get(name) for name in ("page-address", "block", "my-keras")}

    block = read_page(ROOT / "docs/how-to/freeze-layers.md")[0][0]
    assert fields() == {"page-address": [page.url], "block": [block.digest], "my-keras": ["keras 3.3 jax"]}
    page.locator(".my-keras-button").click()
    page.locator("#my-words").fill("tensorflow 2.10")
    page.get_by_role("button", name="Show mine").click()
    menu.click()
    report.click(button="right")
    assert fields() == {"page-address": [page.url], "block": [block.digest], "my-keras": ["tf-2.10"]}
    page.keyboard.press("Escape")
    report.wait_for(state="hidden")
    page.locator(".my-keras-button").click()
    page.get_by_role("button", name="Any Keras").click()
    menu.click()
    report.click(button="right")
    assert fields() == {"page-address": [page.url], "block": [block.digest], "my-keras": None}


def test_each_block_has_its_links_where_a_readers_keras_differs(new_page, address):
    page = new_page()
    page.goto(f"{address}how-to/remove-the-last-layer/?keras=keras+2.3")
    page.locator(".not-yours").first.wait_for(state="attached")
    page.wait_for_function(QUIET)
    assert page.locator(".block-menu").count() == page.locator("article .evidence").count()


def test_a_block_says_one_thing_about_a_readers_keras(new_page, address):
    """It shows its own output, and folds the page's; what moved goes back when any Keras is shown again."""
    page = new_page(viewport={"width": 1280, "height": 900})
    open_page(page, f"{address}how-to/remove-the-last-layer/")
    outputs = page.locator("article .language-text:not(.not-yours *)").count()
    page.goto(f"{address}how-to/remove-the-last-layer/?keras=keras+2.3")
    page.locator(".not-yours").first.wait_for(state="attached")
    page.evaluate(OPEN_SECTIONS)
    folded = page.locator(".not-yours").count()
    assert page.locator("article .language-text:not(.not-yours *)").count() == outputs - folded
    assert page.locator(".not-yours[open]").count() == 0
    shown = (
        "all => all.map((each) => [...each.querySelectorAll('.chip')].filter((chip) => chip.checkVisibility()).length)"
    )
    lines = page.locator("article .evidence > details:first-child > summary").evaluate_all(shown)
    assert set(lines) == {1}
    page.locator(".my-keras-button").click()
    page.get_by_role("button", name="Any Keras").click()
    assert page.locator("article .language-text:not(.not-yours *)").count() == outputs
    assert page.locator(".evidence.mine, .not-yours, .yours").count() == 0


def on_torch(page, address, name, release="3.10"):
    """Open a page for a reader with Keras on PyTorch, with its sections open."""
    page.goto(f"{address}{name}?keras=keras+{release}+torch")
    page.locator(".evidence.mine").first.wait_for(state="attached")
    page.evaluate(OPEN_SECTIONS)


# The sign and the words of the reader's chip, by the words of the badge above.
BELOW_BADGES = """[...document.querySelectorAll(".does-not-work")].map((badge) => {
    let line = badge; while (!line.matches(".evidence")) line = line.nextElementSibling;
    const chip = line.querySelector(".yours.chip");
    return [badge.textContent, getComputedStyle(chip, "::before").content, chip.textContent];
})"""


def test_nothing_below_a_badge_reads_as_if_it_worked(new_page, address):
    page = new_page()
    on_torch(page, address, "why/after-pop-compile-again/")
    lines = page.evaluate(BELOW_BADGES)
    assert ["Does not work", "none", "same on yours"] in lines
    assert sum(badge.startswith("Works on your Keras 3.10") for badge, *_ in lines) >= 8
    assert not [line for line in lines if "✓" in line[1]]


def test_below_a_badge_what_is_the_same_has_no_tick(new_page, address):
    page = new_page()
    open_page(page, f"{address}how-to/freeze-layers/")
    sign = "(chip) => getComputedStyle(chip, '::before').content"
    chips = page.locator(".does-not-work + .highlight + .language-text + .evidence .chip[data-sign=shown]")
    assert "=" in chips.first.evaluate(sign)
    assert "✓" in page.locator(".chip[data-sign=shown]").first.evaluate(sign)


@pytest.mark.parametrize(
    ("release", "said"),
    [(TORCH.release, " models on yours"), ("3.9", f" models on Keras {PINNED.release} on TensorFlow")],
)
def test_a_recipe_counts_the_models_on_the_readers_keras_or_names_the_one_that_was_counted(
    new_page, address, release, said
):
    page = new_page()
    on_torch(page, address, "how-to/freeze-layers/", release)
    chip = page.locator(".evidence .chip:visible", has_text=" models").first
    assert chip.inner_text().endswith(said)


def test_what_is_not_applicable_says_so_once(new_page, address):
    page = new_page()
    page.goto(f"{address}how-to/remove-the-last-layer/?keras=keras+1.0")
    chip = page.locator(".chip.yours[data-sign=lacking]").first
    chip.wait_for(state="attached")
    assert chip.text_content().lower().count("not applicable") == 1


def test_the_column_of_the_readers_backend_is_marked(new_page, address):
    page = new_page()
    on_torch(page, address, "why/after-pop-compile-again/")
    table = page.locator("article table").first
    assert table.locator("th.mine").all_text_contents()[0].startswith("PyTorch")
    assert table.locator(".mine").count() == table.locator("tr").count()
    page.locator(".my-keras-button").click()
    page.get_by_role("button", name="Any Keras").click()
    assert table.locator(".mine").count() == 0


# The names in listings that span two lines, and the lines of code that begin with an empty one.
BROKEN_NAMES = r"""[...document.querySelectorAll(".language-python code")].flatMap((code) => {
    const texts = document.createTreeWalker(code, NodeFilter.SHOW_TEXT), found = [];
    while (texts.nextNode())
        for (const { 0: name, index } of texts.currentNode.data.matchAll(/\w+/g)) {
            const range = document.createRange();
            range.setStart(texts.currentNode, index);
            range.setEnd(texts.currentNode, index + name.length);
            const tops = new Set([...range.getClientRects()].map(({ top }) => Math.round(top)));
            if (tops.size > 1) found.push(name);
        }
    return found;
})"""


@pytest.mark.parametrize("name", ["how-to/nested-models/", "how-to/change-the-input-shape/"])
def test_a_phone_breaks_no_line_of_code_within_a_name(new_page, address, name):
    page = new_page(viewport={"width": 375, "height": 800})
    open_page(page, address + name)
    page.evaluate(OPEN_SECTIONS)
    assert page.evaluate(BROKEN_NAMES) == []


def test_what_a_phone_may_break_is_copied_whole(new_page, address):
    page = new_page(viewport={"width": 375, "height": 800})
    open_page(page, f"{address}how-to/nested-models/")
    page.locator(".md-code__button").first.click()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.strip() == read_page(ROOT / "docs/how-to/nested-models.md")[0][0].code.strip()


def test_print_has_the_evidence_in_short(new_page, address):
    page = new_page()
    open_page(page, f"{address}how-to/freeze-layers/")
    page.evaluate(
        'document.querySelectorAll("article details").forEach((each) => each.open = true)'
    )  # as Material does
    page.emulate_media(media="print")
    assert page.locator(".evidence .chip:visible").count() > 20
    assert page.locator(".evidence :is(.in-words, li):visible").count() == 0


STEPS = "why/step-by-step/"


def open_steps(page, address, query=""):
    """Open the page of programs at the one about a stale `predict`; return its stepper."""
    open_page(page, f"{address}{STEPS}{query}#stale-predict")
    return page.locator(".stepper").nth(1)


def test_a_program_is_stepped_through_by_buttons_keys_and_swipes(new_page, address):
    page = new_page()
    stepper = open_steps(page, address)
    shown = stepper.locator("ol.steps > li:visible")
    assert shown.count() == 1
    assert stepper.get_by_role("button", name="Back").get_attribute("aria-disabled") == "true"
    stepper.get_by_role("button", name="Next").click()
    assert stepper.locator("[aria-current=step]").inner_text() == "2 add(InputLayer)"
    page.keyboard.press("Tab")
    stepper.locator("[aria-current=step]").focus()
    page.keyboard.press("End")
    assert stepper.get_by_role("button", name="Next").get_attribute("aria-disabled") == "true"
    page.keyboard.press("ArrowLeft")
    assert page.evaluate("document.activeElement.textContent") == "11 compile"
    assert stepper.get_by_role("status").inner_text().startswith("Step 11 of 12: compile. Changed:")
    stepper.get_by_role("button", name="8 predict(eight)").click()
    said = stepper.get_by_role("status").inner_text()
    assert "predict 8×4 → 8×3 with features, head ran now stale." in said
    page.keyboard.press("End")
    page.keyboard.press("ArrowLeft")
    section = page.locator("details.section", has=page.locator("#stale-predict"))
    assert [line.strip() for line in section.locator(".at-step").all_inner_texts()] == ['model.compile("sgd", "mse")']
    stepper.evaluate("""stepper => {
        const touch = (x) => new Touch({ identifier: 1, target: stepper, clientX: x, clientY: 9 });
        stepper.dispatchEvent(new TouchEvent("touchstart", { touches: [touch(300)] }));
        stepper.dispatchEvent(new TouchEvent("touchend", { changedTouches: [touch(200)] }));
    }""")
    assert stepper.get_by_role("button", name="Next").get_attribute("aria-disabled") == "true"


def test_on_a_phone_the_buttons_of_a_program_are_one_row_that_shows_the_current_one(new_page, address):
    page = new_page(viewport={"width": 375, "height": 800})
    stepper = open_steps(page, address)
    assert stepper.locator(".step-buttons").bounding_box()["height"] < 50
    stepper.get_by_role("button", name="Next").focus()
    page.keyboard.press("End")
    row, last = (stepper.locator(name).bounding_box() for name in (".step-row", "[aria-current=step]"))
    assert row["x"] <= last["x"] and last["x"] + last["width"] <= row["x"] + row["width"] + 1


def test_with_my_keras_the_program_takes_the_steps_that_it_takes_there(new_page, address):
    page = new_page()
    stepper = open_steps(page, address, "?keras=keras+2.3.1")
    stepper.locator(".step-keras", has_text="Keras 2.3.1").wait_for()
    assert "?×4 → ?×3" in stepper.locator("li [data-lane=Traces]").all_text_contents()[0]
    stepper.get_by_text("Step through it on another Keras").click()
    stepper.get_by_role("link", name="JAX").first.click()
    stepper.locator(".step-keras", has_text="JAX").wait_for()
    assert "predict has 1 trace" in " ".join(stepper.locator("li [data-lane=Traces]").all_text_contents())


def test_in_print_and_without_scripts_all_steps_are_there(chromium, new_page, address):
    page = new_page()
    stepper = open_steps(page, address)
    page.emulate_media(media="print")
    assert stepper.locator("ol.steps > li:visible").count() == 12
    without = chromium.new_context(java_script_enabled=False).new_page()
    without.goto(f"{address}{STEPS}")
    assert without.locator(".stepper").nth(1).locator("ol.steps > li").count() == 12
    assert without.locator(".stepper li[hidden]").count() == 0
    without.close()


def test_the_stepper_and_its_page_are_light(site):
    assert (site / "stepper.js").stat().st_size <= 8_000
    assert compressed((site / STEPS / "index.html").read_bytes()) <= 110_000
