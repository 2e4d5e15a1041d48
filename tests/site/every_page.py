"""Checks every page of a built site, in Chromium and with Lighthouse: python tests/site/every_page.py site

Prints what is wrong as JSON: a list for each kind of problem. It takes minutes, so the tests start it early, in a
parallel process: see conftest.py.
"""

import itertools
import json
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import material
import tinycss2

from measure import lighthouse, node
from measure.browser import browser, serve

KINDS = (
    "axe",
    "too wide",
    "table that scrolls sideways on a phone",
    "console",
    "other hosts",
    "layout shift",
    "longer than six screens",
    "motion",
    "without its style",
    "hidden in print",
    "hidden in forced colours",
    "too wide or cut with large text",
    "hidden without JavaScript",
    "Lighthouse",
)
WIDTHS = 1280, 768, 320
SCREENS, SCREEN = 6, 774  # at most; the height that a laptop's window shows, in px
WIDE = {"width": WIDTHS[0], "height": 900}
ON_A_PHONE = 375  # px
OF_COLOUR = ["color-contrast", "link-in-text-block"]
# Lighthouse's accessibility score consists of axe's rules. All but these are on by default; it checks as on a phone.
OF_LIGHTHOUSE = ["target-size"]
PHONE = {rule: {"enabled": True} for rule in OF_LIGHTHOUSE}
BUT_COLOUR = {rule: {"enabled": False} for rule in OF_COLOUR}
CATEGORIES = "best-practices", "seo"
BY_AXE = "document-title", "image-alt"  # For these Lighthouse would run axe again.
PATIENCE = 120_000  # ms, since all checks share the cores

AXE = """async ([options, context = document]) => {
    const {violations} = await axe.run(context, {resultTypes: ["violations"], ...options});
    return violations.map(({id, nodes}) => `${id}: ${nodes.length} of ${nodes[0].html.slice(0, 200)}`);
}"""
# Contrast takes axe longer than all its other rules. It depends on a text's styles and on what is painted behind it:
# of the texts that agree in both, on any page and at any width, axe gets one.
COLOURS = f"""async ([seen, rules]) => {{
    const TEXT = ["color", "webkitTextFillColor", "fontSize", "fontWeight", "textShadow", "textDecorationLine",
        "display"];
    const PAINTED = ["backgroundColor", "backgroundImage", "opacity", "filter", "mixBlendMode", "position"];
    const NOTHING = "rgba(0, 0, 0, 0),none,1,none,normal,static";
    const hashes = new Map(), backgrounds = new Map(), texts = new Map(), known = new Set(seen), looks = new Map();
    const hash = (text) => {{
        if (!hashes.has(text))
            hashes.set(text, [...text].reduce((sum, each) => (sum * 31 + each.charCodeAt()) % 2 ** 47, 7));
        return hashes.get(text);
    }};
    const styles = (element, names) => {{
        const style = getComputedStyle(element);
        return names.map((name) => style[name]).join();
    }};
    const once = (memory, element, make) => {{
        if (!memory.has(element)) memory.set(element, make());
        return memory.get(element);
    }};
    const background = (element) => element && once(backgrounds, element, () => {{
        const painted = styles(element, PAINTED), behind = background(element.parentElement);
        return painted == NOTHING ? behind : hash([behind, painted].join());
    }});
    const text = (element) => once(texts, element, () => styles(element, TEXT));
    const speaks = (element) => element.matches("a, button, input, select, textarea")
        || [...element.childNodes].some((node) => node.nodeType == 3 && node.data.trim());
    for (const element of document.body.querySelectorAll("*")) {{
        if (!speaks(element) || !element.checkVisibility() || element.getBoundingClientRect().right <= 0) continue;
        // A link is also compared with the text that it stands in.
        const parent = element.parentElement, link = element.matches("a");
        const around = link && element.textContent.trim() != parent.textContent.trim() && text(parent);
        const key = hash([background(element), text(element), link, around].join());
        if (!known.has(key)) looks.set(key, element);
        known.add(key);
    }}
    const run = {AXE};
    return [[...looks.keys()], looks.size ? await run([{{runOnly: rules}}, {{include: [...looks.values()]}}]) : []];
}}"""
CHOOSE = "(scheme) => document.querySelector(`input[data-md-color-scheme=${scheme}]`).click()"
READY = """document.querySelector(".my-keras-button") &&
    [...document.querySelectorAll("article pre > code")].every((code) => code.parentElement.querySelector("nav"))"""
TOO_WIDE = "document.documentElement.scrollWidth - innerWidth"
SCROLLING = """[...document.querySelectorAll("article .md-typeset__scrollwrap")]
    .filter((each) => each.scrollWidth > each.clientWidth + 1)
    .map((each) => `${each.scrollWidth} px: ${each.textContent.trim().slice(0, 80)}`)"""
DRAWN = "new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))"
# The sum of all shifts, except those after a resize or something the reader does, and what moved most.
SHIFTS = """
    window.shifts = 0;
    window.moved = {value: 0, what: ""};
    new PerformanceObserver((list) => {
        for (const {value, hadRecentInput, sources, startTime} of list.getEntries()) {
            if (hadRecentInput) continue;
            window.shifts += value;
            const what = sources.map(({node}) => node?.outerHTML?.slice(0, 80)).join(", ");
            if (value > window.moved.value) window.moved = {value, what: `${what} after ${startTime} ms`};
        }
    }).observe({type: "layout-shift", buffered: true});"""
CLASSES = '[...new Set([...document.querySelectorAll("*")].flatMap((each) => [...each.classList]))]'
MOVING = """[...document.querySelectorAll("*")].filter((each) => {
    const {animationName, transitionDuration, scrollBehavior} = getComputedStyle(each);
    return animationName != "none" || /[1-9]/.test(transitionDuration) || scrollBehavior == "smooth";
}).map((each) => each.outerHTML.slice(0, 80))"""
# Invisible words of the page itself; what opens without JavaScript counts as open.
HIDDEN = """(() => {
    const seen = {opacityProperty: true, visibilityProperty: true};
    const left = ":is(.block-menu, .related, .page-end, .md-code__nav, .headerlink, title, desc, script)"
        + ", .evidence details > :not(summary), .evidence details > :not(summary) *" // Print has the chips.
        + ", .step-buttons, .steps > [hidden]"; // A program shows one step at a time.
    const words = (each) => [...each.childNodes].some((node) => node.nodeType == 3 && node.data.trim());
    return [...document.querySelectorAll("article *")]
        .filter((each) => words(each) && !each.closest(left) && !each.checkVisibility(seen))
        .map((each) => each.outerHTML.slice(0, 120));
})()"""
OPEN_SECTIONS = 'document.querySelectorAll("article .section").forEach((each) => each.open = true)'
OPEN = 'document.querySelectorAll("article details").forEach((each) => each.open = true)'
CUT = """[...document.querySelectorAll("article *")].filter((each) => !each.matches(".spoken") &&
    getComputedStyle(each).overflowX == "hidden" && each.clientWidth && each.scrollWidth > each.clientWidth + 1
).map((each) => each.outerHTML.slice(0, 120))"""
DRAWN_NEAR = (
    ":is(.md-typeset, .section) > * { content-visibility: visible !important }"  # axe skips what isn't drawn yet
)
LARGE = "html { font-size: 250% !important }"  # Material's is 125 %.


def look(site):
    """Return what is wrong with the pages of a built site, by kind."""
    node.npm_packages()  # once, not in each thread
    names = sorted(path.relative_to(site).as_posix() for path in site.rglob("*.html"))
    with serve(site) as address, ThreadPoolExecutor() as pool:
        ways = partial(look_in_chromium, site), look_without_javascript, score
        # Each goes through the pages alone: with more at a time, the tests running in parallel would stall.
        results = [pool.submit(way, address, names) for way in ways]
        return {kind: [fault for each in results for fault in each.result().get(kind, ())] for kind in KINDS}


def classes(folder):
    """Return the classes that Material's style sheet, in a folder, has rules for."""
    [sheet] = folder.glob("assets/stylesheets/main.*.css")
    tokens = tinycss2.parse_component_value_list(sheet.read_text(encoding="utf-8"))
    blocks = itertools.chain(tokens, *(token.content for token in tokens if token.type == "{} block"))
    return {name.value for dot, name in itertools.pairwise(blocks) if dot == "." and name.type == "ident"}


def look_in_chromium(site, address, names):
    """Open each page: in all widths and both schemes, in print, in forced colours and with large text."""
    # Material's rules for ".js" are for tabs, which no page has.
    taken_out = classes(Path(material.__file__).parent / "templates") - classes(site) - {"js"}
    assert taken_out
    axe = (node.npm_packages() / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
    found = {kind: [] for kind in KINDS}
    seen = {"default": set(), "slate": set()}  # the text styles that axe has already checked
    with browser() as started:
        page = started.new_page(reduced_motion="reduce")
        page.set_default_timeout(PATIENCE)
        page.add_init_script(SHIFTS)
        listen(page, address, found)
        for name in names:

            def note(kind, faults, where=name):
                found[kind] += [f"{where}: {fault}" for fault in faults]

            page.set_viewport_size(WIDE)
            # When the cores are busy, the window of a browser that has just started gets its size late, and then its
            # whole first page moves. A shift that a page causes itself happens again.
            for _ in range(2):
                page.goto(address + name)
                page.wait_for_function(READY)  # Scripts start after the first paint; copy buttons come one by one.
                shifts, most = page.evaluate("[window.shifts, window.moved]")
                if shifts <= 0.02:
                    break
            else:
                note("layout shift", [f"{shifts}, most of it {most}"])
            note("longer than six screens", too_long(page))
            page.evaluate(OPEN_SECTIONS)
            note("motion", page.evaluate(MOVING))
            note("without its style", taken_out.intersection(page.evaluate(CLASSES)))
            page.evaluate(axe)
            page.add_style_tag(content=DRAWN_NEAR)
            for scheme, widths in ("slate", WIDTHS), ("default", WIDTHS[::-1]):
                page.evaluate(CHOOSE, scheme)
                for width in widths:
                    where = f"{name}, {scheme}, {width} px"
                    page.set_viewport_size(WIDE | {"width": width})
                    page.evaluate(DRAWN)
                    fresh, faults = page.evaluate(COLOURS, [list(seen[scheme]), OF_COLOUR])
                    seen[scheme].update(fresh)
                    note("axe", faults, where)
                    note("too wide", too_wide(page), where)
                    if scheme == "default":  # Dark pages have the same elements.
                        rules = BUT_COLOUR | (PHONE if width == WIDTHS[-1] else {})
                        # What axe needs from the style sheets doesn't depend on the width: it loads them once.
                        note("axe", page.evaluate(AXE, [{"rules": rules, "preload": width == WIDTHS[0]}]), where)
            page.set_viewport_size(WIDE | {"width": ON_A_PHONE})
            page.evaluate(DRAWN)
            note("table that scrolls sideways on a phone", page.evaluate(SCROLLING))
            page.set_viewport_size(WIDE)
            page.emulate_media(media="print")
            note("hidden in print", page.evaluate(HIDDEN))
            page.evaluate(OPEN)
            page.emulate_media(media="screen", forced_colors="active")
            note("hidden in forced colours", page.evaluate(HIDDEN))
            page.emulate_media(forced_colors="none")
            page.add_style_tag(content=LARGE)
            for width in WIDTHS[0], WIDTHS[0] // 2, WIDTHS[-1]:
                page.set_viewport_size(WIDE | {"width": width})
                note("too wide or cut with large text", [*too_wide(page), *page.evaluate(CUT)], f"{name}, {width} px")
    return found


def too_long(page):
    """Folded sections count as folded."""
    height = page.evaluate("document.querySelector('article').scrollHeight")
    return [f"{height} px"] if height > SCREENS * SCREEN else []


def too_wide(page):
    return [f"{pixels} px" for pixels in [page.evaluate(TOO_WIDE)] if pixels > 0]


def listen(page, address, found):
    """Note what a page logs to the console and requests from other hosts."""

    def ask(request):
        if not request.url.startswith((address, "data:", "blob:")):
            found["other hosts"].append(f"{page.url}: {request.url}")

    def say(message):
        if message.type == "error":
            found["console"].append(f"{page.url}: {message.text}")

    page.on("request", ask)
    page.on("console", say)
    page.on("pageerror", lambda error: found["console"].append(f"{page.url}: {error}"))


def look_without_javascript(address, names):
    found = []
    with browser() as started:
        page = started.new_context(java_script_enabled=False).new_page()
        page.set_default_timeout(PATIENCE)
        for name in names:
            page.goto(address + name)
            page.evaluate(OPEN)
            found += [f"{name}: {hidden}" for hidden in page.evaluate(HIDDEN)]
    return {"hidden without JavaScript": found}


def score(address, names):
    results = lighthouse.look([address + name for name in names], CATEGORIES, BY_AXE)
    return {"Lighthouse": [f"{each.address}: {each.scores} {each.faults}" for each in results if each.faults]}


if __name__ == "__main__":
    json.dump(look(Path(sys.argv[1])), sys.stdout)
