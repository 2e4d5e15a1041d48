"""Whatever is saved runs and is built."""

import contextlib
import json
import queue
import threading
import time
from unittest import mock

import pytest
from mkdocs.exceptions import PluginError
from small_site import ENVIRONMENTS, SETTINGS, block, write_page

from evidence.serving.saved_pages import UnknownBlockError
from evidence.serving.served_site import NoSiteError, ServedSite
from evidence.site import examples

SECONDS = 20


@pytest.fixture
def events(server):
    """What open pages are told."""
    heard = queue.Queue()
    with server.live._lock:
        server.live._listeners.add(heard)
    yield heard
    with server.live._lock:
        server.live._listeners.discard(heard)


@pytest.fixture
def look(ask):
    """Return what the page at an address says, once a condition holds."""

    def look(address, until=lambda page: True):
        deadline = time.monotonic() + SECONDS
        while True:
            page = json.loads(ask("page", {"address": address}).read())
            if until(page):
                return page
            assert time.monotonic() < deadline, page
            time.sleep(0.02)

    return look


def heard(events, name):
    """Wait for an event."""
    while (event := events.get(timeout=SECONDS))["event"] != name:
        pass
    return event


def whole_build(events):
    """Wait until the whole site is built, because the menu of all pages changes."""
    while heard(events, "built")["pages"] is not None:
        pass


def is_in(state):
    return lambda page: [block["state"] for block in page["blocks"]] == [state]


def test_a_block_that_is_saved_runs_and_its_output_can_be_taken_over(project, ask, look, events):
    write_page(project, "index", "# First {#first}\n\n" + block("print(1 + 1)", 1))
    assert heard(events, "built")["pages"] is not None
    page = look("", is_in("not recorded yet"))
    [saved] = page["blocks"]
    assert (saved["output"], saved["error"], saved["line"]) == ("2\n", None, 6)
    assert ask("take-over", {"address": "", "digest": saved["digest"]}).status == 200
    assert "```text\n2\n```" in (project / "docs/index.md").read_text()
    look("", is_in("on the page"))


def test_an_error_has_its_line_on_the_page_and_cannot_be_taken_over(project, ask, look):
    write_page(project, "index", "# First {#first}\n\n" + block("x = 1\n1 / 0"))
    [saved] = look("", is_in("not recorded yet"))["blocks"]
    assert (saved["error"]["type"], saved["error"]["line"]) == ("ZeroDivisionError", 8)
    response = ask("take-over", {"address": "", "digest": saved["digest"]})
    assert response.status == 404
    assert b"without an error" in response.read()


def test_a_block_that_is_recorded_is_not_run_again(project, server, look, monkeypatch):
    write_page(project, "index", "# First {#first}\n\n" + block("print(5)", 5))
    look("", is_in("on the page"))
    monkeypatch.setattr(server.live._kerases, "run", lambda *rest: pytest.fail("It ran again."))
    write_page(project, "index", "# First {#first}\n\nother words\n\n" + block("print(5)", 5))
    assert look("", lambda page: page["blocks"][0]["line"] == 8)["blocks"][0]["state"] == "on the page"


HALF_TYPED = {
    "a fence that is open": ("```python\nprint(1)\n", "never closed"),
    "a fence of another kind": ("```py\nprint(1)\n```\n", "exactly ```python"),
    "a marker alone": ("<!--pytest-codeblocks:expected-output-->\n", "does not follow a block"),
    "a block that shows nothing": ("```python\nx = 1\n```\n", "shows nothing"),
    "notes without a line": (block("print(1)", 1) + "\n<!-- notes -->\n\n1. `nowhere` is not there.\n", "nowhere"),
}


@pytest.mark.parametrize(("text", "problem"), HALF_TYPED.values(), ids=HALF_TYPED)
def test_what_is_wrong_with_a_page_is_said_and_then_mended(project, look, text, problem):
    write_page(project, "index", "# First {#first}\n\n" + text)
    page = look("", lambda page: any(problem in one["text"] for one in page["problems"]))
    assert all(one["line"] > 0 for one in page["problems"])
    write_page(project, "index", "# First {#first}\n\n" + block("print(1)", 1))
    look("", lambda page: not page["problems"] and not page["failures"])


def test_a_syntax_error_is_one_of_its_block(project, look):
    write_page(project, "index", "# First {#first}\n\n" + block("print(1\n", 1))
    [saved] = look("", is_in("not recorded yet"))["blocks"]
    assert saved["error"]["type"] == "SyntaxError"


def test_what_mkdocs_says_of_a_page_is_said_on_it(project, look, events):
    write_page(project, "index", "# First {#first}\n\n[gone](gone.md)")
    assert "gone.md" in look("", lambda page: page["failures"])["failures"][0]
    assert not look("other/")["failures"], "It is not the fault of another page."
    write_page(project, "index", "# First {#first}")
    look("", lambda page: not page["failures"])


def test_an_endless_loop_is_stopped_when_it_is_mended(project, server, look):
    write_page(project, "index", "# First {#first}\n\n" + block("while True:\n    pass"))
    look("", is_in("running"))
    [current] = [each for each in server.live.pages._current.values() if not each.outcome]
    write_page(project, "index", "# First {#first}\n\n" + block("print(3)", 3))
    look("", is_in("on the page"))
    assert current.ticket.stopped.wait(SECONDS)


def test_a_hundred_saves_in_a_second_end_in_what_was_saved_last(project, server, look, monkeypatch):
    built = []
    build = server.live.site.build_changes
    monkeypatch.setattr(server.live.site, "build_changes", lambda: built.append(1) or build())
    for number in range(100):
        write_page(project, "index", "# First {#first}\n\n" + block(f"print({number})", number))
        time.sleep(0.005)
    page = look("", lambda page: "print(99)" in page["blocks"][0]["code"] and is_in("on the page")(page))
    assert not page["failures"]
    assert len(built) < 50


def test_a_page_that_is_renamed_and_deleted(project, ask, look, events):
    write_page(project, "third", "# Third {#third}\n\n" + block("print(7)", 7))
    whole_build(events)
    look("third/", is_in("on the page"))
    (project / "docs/third.md").rename(project / "docs/fourth.md")
    whole_build(events)
    assert ask("page", {"address": "third/"}).status == 404
    assert ask("", method="GET", path="/third/").status == 404
    look("fourth/", is_in("on the page"))
    (project / "docs/fourth.md").unlink()
    whole_build(events)
    assert ask("page", {"address": "fourth/"}).status == 404
    assert ask("", method="GET", path="/").status == 200


def test_what_breaks_the_whole_site_leaves_it_as_it_was(project, ask, look, events):
    settings = project / "mkdocs.yml"
    right = settings.read_text()
    try:
        settings.write_text(right + "\nplugins: [no-such-plugin]\n")
        heard(events, "failed")
        assert look("other/")["failures"]
        assert b"words" in ask("", method="GET", path="/other/").read()
        write_page(project, "other", "# Other {#other}\n\nwords")
        heard(events, "failed")
    finally:
        settings.write_text(right)
    whole_build(events)
    assert not look("other/")["failures"]


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        (SETTINGS.replace("evidence]", "no-such-plugin]"), "no-such-plugin"),
        (SETTINGS + "nav: [", "error parsing"),
        (SETTINGS, "an example raises"),
    ],
)
def test_a_site_that_cannot_be_built_at_all_is_not_served_and_says_why(tmp_path, monkeypatch, settings, reason):
    monkeypatch.setattr(examples, "add_notebooks", mock.Mock(side_effect=PluginError("an example raises")))
    (tmp_path / "docs").mkdir()
    (tmp_path / "mkdocs.yml").write_text(settings)
    site = ServedSite(tmp_path / "mkdocs.yml", "http://127.0.0.1/")
    with contextlib.closing(site), pytest.raises(NoSiteError, match=f"^The site could not be built(.|\\n)*{reason}"):
        site.build()


def test_a_runner_that_dies_is_said_and_the_next_save_starts_another(project, server, look):
    pinned = ENVIRONMENTS[0]
    write_page(project, "index", "# First {#first}\n\n" + block("import time\ntime.sleep(60)"))
    look("", is_in("running"))
    deadline = time.monotonic() + SECONDS
    while not server.kerases._held[pinned].keras.busy and time.monotonic() < deadline:
        time.sleep(0.01)
    server.kerases._held[pinned].keras._process.kill()
    [saved] = look("", is_in("failed"))["blocks"]
    assert "the runner ended early" in saved["failure"]
    write_page(project, "index", "# First {#first}\n\n" + block("print(8)", 8))
    look("", is_in("on the page"))


def test_two_pages_that_are_open_hear_of_the_same_save(project, ask):
    responses = [ask("events") for _ in range(2)]
    for response in responses:
        assert json.loads(response.readline())["event"] == "hello"
    write_page(project, "index", "# First {#first}\n\nnew words")
    for response in responses:
        while (event := json.loads(response.readline())).get("event") != "built":
            pass
        assert event["pages"]
        response.close()


def test_a_block_that_has_not_run_cannot_be_taken_over(server, project):
    with pytest.raises(UnknownBlockError):
        server.live.pages.take_over(project / "docs/index.md", "0" * 16)


def test_an_environment_is_installed_once_at_a_time_and_says_how_it_goes(ask, server, monkeypatch):
    go_on = threading.Event()

    def install(environment, recorded, report):
        report("Resolved 3 packages")
        assert go_on.wait(SECONDS)
        raise OSError("no such package")

    monkeypatch.setattr(server.live, "_install", install)
    first = ask("install", {"environment": "missing"})
    assert json.loads(first.readline()) == {"line": "Resolved 3 packages"}
    second = ask("install", {"environment": "missing"})
    assert (second.status, second.read().decode()) == (429, "missing is being installed. Wait for it.")
    go_on.set()
    last = json.loads(first.read().splitlines()[-1])
    assert last == {"end": "failed", "failure": "no such package"}
    monkeypatch.setattr(server.live, "_install", lambda *rest, report: None)
    assert json.loads(ask("install", {"environment": "missing"}).read().splitlines()[-1]) == {"end": "installed"}
    assert ask("install", {"environment": "pinned"}).status == 409
    assert ask("install", {"environment": "nowhere"}).status == 404


def test_what_does_not_fit_is_not_installed(ask, monkeypatch):
    monkeypatch.setattr("evidence.running.installing.megabytes_free", lambda: -1)
    assert ask("install", {"environment": "missing"}).status == 507


def test_the_environments_and_the_limits_of_a_run(ask):
    answer = json.loads(ask("environments").read())
    assert [(row["key"], row["installed"]) for row in answer["environments"]] == [
        ("pinned", True),
        ("other", True),
        ("missing", False),
    ]
    assert answer["limits"] == {"seconds": 60, "memory": 4e9, "output": 1_000_000}
