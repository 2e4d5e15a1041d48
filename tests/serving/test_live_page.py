"""A live page as its reader uses it, in Chromium."""

import pytest
from small_site import block, write_page

from evidence.serving import editor
from measure import node
from measure.browser import browser

CODE = "import os\nprint(os.environ['ENVIRONMENT'])"
STEPS = "".join(f'<li data-label="step {line}" data-line="{line}" data-lines="1">{line}</li>' for line in range(1, 4))
STEPPER = f'<figure class="stepper"><ol class="steps">{STEPS}</ol></figure>'
SECTIONS = "\n".join(f"## Part {number} {{#part-{number}}}\n\n{'words ' * 150}\n" for number in range(8))


def page_text(code, output=None, words="words"):
    last = block("print(20)", 20)
    return f"# Other {{#other}}\n\n{words}\n\n{block(code, output)}\n[a link](index.md)\n\n{SECTIONS}\n{last}"


@pytest.fixture(scope="module")
def chromium(needs_chromium):
    with browser() as started:
        yield started


@pytest.fixture(scope="module")
def context(chromium, server, project):
    write_page(project, "other", page_text(CODE, "pinned"))
    context = chromium.new_context()
    page = context.new_page()
    page.goto(server.started.address_with_key)
    assert "live=" not in page.url, "The key does not stay in the history."
    return context


@pytest.fixture
def page(context, server, project):
    """The live page, unchanged by earlier tests; it must raise no error."""
    write_page(project, "other", page_text(CODE, "pinned"))
    page, errors = context.new_page(), []
    page.on("pageerror", lambda error: errors.append(str(error)))
    while "environ" not in page.goto(f"{server.started.address}other/").text():
        page.wait_for_timeout(50)  # It is not built yet.
    page.wait_for_selector(".live-run")
    yield page
    page.close()
    assert not errors


def result(page, state="ended"):
    page.wait_for_selector(f".live-result[data-state={state}]")
    return page.inner_text(".live-result")


def test_a_block_is_run_edited_and_brought_back(page):
    run = page.locator(".live-run").first
    run.click()
    assert "This example on Keras 3.2.0" in result(page)
    assert page.inner_text(".live-output") == "pinned\n"
    page.locator(".live-edit").first.click()
    page.wait_for_selector(".cm-editor")
    assert page.evaluate("document.activeElement.matches('.cm-content')")
    page.keyboard.press("Control+End")
    page.keyboard.press("Enter")
    page.keyboard.type("1 / 0")
    page.keyboard.press("Control+Enter")
    words = result(page, "error")
    assert "Your change on Keras 3.2.0" in words
    assert "At line 3: ZeroDivisionError: division by zero" in words
    assert page.inner_text(".cm-line.live-error-line") == "1 / 0"
    assert page.is_visible("text=Yours, edited")
    page.keyboard.press("Escape")
    assert page.locator(".cm-line").count() == 2
    assert not page.locator("text=Yours, edited").first.is_visible()
    page.keyboard.press("Control+z")
    assert page.locator(".cm-line").count() == 3, "What was typed can be had again."
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    assert not page.locator(".cm-editor").count()
    assert page.evaluate("document.activeElement.textContent") == "Edit"


def test_an_endless_loop_shows_what_it_prints_and_is_stopped(page):
    page.locator(".live-edit").first.click()
    page.wait_for_selector(".cm-editor")
    page.keyboard.press("Control+a")
    page.keyboard.type("print('begun', flush=True)")
    page.keyboard.press("Enter")
    page.keyboard.type("while True: pass")
    page.keyboard.press("Control+Enter")
    page.wait_for_function("document.querySelector('.live-output')?.textContent === 'begun\\n'")
    run = page.locator(".live-run").first
    assert run.inner_text() == "Stop"
    run.click()
    assert "At line 2: It was stopped" in result(page, "error")
    assert run.inner_text() == "Run"


def test_two_environments_stand_side_by_side_and_all_that_did_the_same_together(page):
    bar = page.locator(".live-bar").first
    bar.locator(".live-second").focus()
    bar.locator(".live-second").select_option("other")
    bar.locator(".live-run").click()
    page.wait_for_function("document.querySelectorAll('.live-result[data-state=ended]').length === 2")
    assert page.locator(".live-output").all_inner_texts() == ["pinned\n", "other\n"]
    bar.locator(".live-first").focus()
    bar.locator(".live-first").select_option("all")
    last = page.locator(".live-run").last  # The choice is for all blocks.
    last.click()
    page.wait_for_function("document.querySelector('.live-group')?.textContent.includes('3.1.0')")
    assert page.locator(".live-group").all_inner_texts() == ["Keras 3.2.0, Keras 3.1.0\n\n20\n"]
    bar.locator(".live-first").select_option("pinned")


def test_what_is_missing_can_be_installed_from_the_page(page, server, monkeypatch):
    def install(environment, recorded, report):
        report("Resolved 3 packages")
        raise OSError("no such package")

    monkeypatch.setattr(server.live, "_install", install)
    bar = page.locator(".live-bar").first
    bar.locator(".live-first").focus()
    bar.locator(".live-first").select_option("missing")
    bar.locator(".live-run").click()
    page.click(".live-install")
    page.wait_for_selector("text=no such package")
    assert page.locator(".live-install").is_enabled()
    bar.locator(".live-first").select_option("pinned")


def test_a_save_shows_what_the_block_prints_now_and_one_key_writes_it_down(page, project):
    page.evaluate("window.stays = true")
    page.evaluate("document.querySelector('#part-5').scrollIntoView()")
    link = page.locator("article a", has_text="a link")
    link.evaluate("link => link.focus({ preventScroll: true })")
    before = page.evaluate("document.querySelector('#part-5').getBoundingClientRect().top")
    write_page(project, "other", page_text("print(6 * 7)", 41, words="Words that were not there. " * 30))
    page.wait_for_function("document.querySelector('.live-now .live-output')?.textContent === '42\\n'")
    assert "not recorded yet" in page.inner_text(".live-now")
    assert not page.locator("samp", has_text="41").is_visible(), "The old output is not shown beside the new."
    page.wait_for_timeout(200)
    assert page.evaluate("window.stays"), "The page was not loaded again."
    assert abs(page.evaluate("document.querySelector('#part-5').getBoundingClientRect().top") - before) < 2
    assert page.evaluate("document.activeElement.textContent") == "a link"
    assert page.locator(".block-menu").count() == page.locator(".live").count() == 2
    page.keyboard.press("Alt+Enter")
    page.wait_for_selector("samp:has-text('42'):not(.live samp)")
    page.wait_for_selector(".live-now[data-state='on the page']")
    assert "```text\n42\n```" in (project / "docs/other.md").read_text()


def test_a_save_leaves_the_reader_at_the_step_of_a_program(page, project):
    write_page(project, "other", page_text(CODE, "pinned", words=STEPPER))
    # The page had no stepper before, so it had no script for one either.
    page.click(".stepper [data-step] >> nth=1")
    write_page(project, "other", page_text(CODE, "pinned", words=f"{STEPPER}\n\nnew words"))
    page.wait_for_selector("text=new words")
    assert page.locator(".stepper li:visible").all_inner_texts() == ["2"]
    assert page.evaluate("document.activeElement.textContent") == "2 step 2"
    page.keyboard.press("ArrowRight")
    assert page.locator(".stepper li:visible").all_inner_texts() == ["3"]


def test_an_edit_and_its_focus_outlive_a_save(page, project):
    page.locator(".live-edit").first.click()
    page.wait_for_selector(".cm-editor")
    page.keyboard.press("Control+End")
    page.keyboard.type("  # mine")
    write_page(project, "other", page_text(CODE, "pinned", words="new words"))
    page.wait_for_selector("text=new words")
    page.wait_for_timeout(100)
    page.keyboard.type("!")
    assert page.inner_text(".cm-content").endswith("# mine!")
    page.keyboard.press("Control+Enter")
    assert "Your change" in result(page)


def test_two_tabs_show_the_same_save_and_each_has_its_own_edit(page, context, project):
    second = context.new_page()
    second.goto(page.url)
    second.wait_for_selector(".live-run")
    second.locator(".live-edit").first.click()
    second.wait_for_selector(".cm-editor")
    second.keyboard.type("# here alone\n")
    write_page(project, "other", page_text("print('both')", 1))
    for tab in page, second:
        tab.wait_for_function("document.querySelector('.live-now .live-output')?.textContent === 'both\\n'")
    assert not page.locator(".cm-editor").count()
    assert "here alone" in second.inner_text(".cm-content")
    second.close()


def test_what_is_wrong_is_said_on_the_page_until_it_is_mended(page, project):
    write_page(project, "other", "# Other {#other}\n\n```python\nprint(1)\n")
    page.wait_for_selector("#live-problems")
    assert "Line 6: this fence is never closed" in page.inner_text("#live-problems")
    write_page(project, "other", page_text(CODE, "pinned"))
    page.wait_for_selector("#live-problems", state="detached")


def test_without_npm_there_is_a_plain_editor(page, monkeypatch):
    def fail(name):
        raise LookupError("no registry")

    monkeypatch.setattr(editor, "module", fail)
    page.locator(".live-edit").first.click()
    page.fill(".live-editor textarea", "print('plain')")
    page.keyboard.press("Control+Enter")
    result(page)
    assert page.inner_text(".live-output") == "plain\n"
    page.keyboard.press("Escape")
    assert page.input_value(".live-editor textarea") == CODE


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_a_live_page_is_accessible_and_fits(page, scheme, width):
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 900})
    page.locator(".live-edit").first.click()
    page.wait_for_selector(".live-editor :is(.cm-editor, textarea)")
    page.locator(".live-run").first.click()
    result(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    axe = (node.npm_packages() / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
    page.evaluate(axe)
    found = page.evaluate("axe.run('.live, .live-editor')")
    assert [(fault["id"], fault["nodes"][0]["html"]) for fault in found["violations"]] == []


def test_a_page_for_somebody_without_the_key_has_no_buttons(chromium, server):
    context = chromium.new_context()
    page = context.new_page()
    page.goto(f"{server.started.address}other/")
    page.wait_for_selector(".evidence")
    assert not page.locator(".live").count()
    context.close()
