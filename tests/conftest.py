"""The built site, and a browser to look at it."""

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
from importlib.util import find_spec
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from evidence.files import ROOT
from evidence.pages.blocks import Block
from evidence.running.execution import Execution, Limits
from evidence.running.unrecorded import records_required, unrecorded_blocks
from evidence.site import examples
from measure.browser import chromium

ADDRESSES = {"REPO_URL": "https://github.com/someone/somewhere", "SITE_URL": "https://example.org/"}
STOP_SECONDS = 20
LINES_OF_A_FAILURE = 20  # of what a command that failed said last


@pytest.fixture(scope="session")
def addresses():
    """The environment of a build, in which mkdocs.yml finds where the site and its repository are."""
    return os.environ | ADDRESSES


def pytest_collection_modifyitems(items):
    """Mark what needs a browser, and ask last for what takes longest in the background."""
    for item in items:
        if "needs_chromium" in getattr(item, "fixturenames", ()):
            item.add_marker("browser")
    items.sort(key=waits_for)


IN_BACKGROUND = "site", "scripts", "faults"  # in the order in which they are ready


def waits_for(item):
    """Return a number that is higher the longer a test would wait, were it the first."""
    fixtures = getattr(item, "fixturenames", ["scripts"])  # The blocks of pages take as long as the scripts.
    return max((number for number, name in enumerate(IN_BACKGROUND, 1) if name in fixtures), default=0)


def asks_for_faults(item):
    return "faults" in getattr(item, "fixturenames", ())


class Command:
    """A Python command in the background, with its browsers and kernels in a session of its own."""

    def __init__(self, *arguments):
        # Files: a pipe that nobody reads until a test asks would fill.
        self.stdout = tempfile.TemporaryFile("w+", encoding="utf-8")  # noqa: SIM115 (closed by stop)
        self.stderr = tempfile.TemporaryFile("w+", encoding="utf-8")  # noqa: SIM115
        self.process = subprocess.Popen(
            [sys.executable, *arguments],
            cwd=ROOT,
            env=os.environ | ADDRESSES,
            stdout=self.stdout,
            stderr=self.stderr,
            start_new_session=True,
        )

    def output(self):
        """Wait for the end, which must be a success; return what was printed."""
        status = self.process.wait()
        self.stderr.seek(0)
        if status:
            said = [line for line in self.stderr.read().splitlines() if line.strip()]
            pytest.fail("\n".join(["", *said[-LINES_OF_A_FAILURE:]]), pytrace=False)
        self.stdout.seek(0)
        return self.stdout.read()

    def stop(self):
        """End it if it still runs, because the tests ended early; browsers close when they are interrupted."""
        if self.process.poll() is None:
            self.process.kill() if os.name == "nt" else os.killpg(self.process.pid, signal.SIGINT)
            try:
                self.process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:  # A shell that starts pytest with & has all of it ignore interrupts.
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait()
        self.stdout.close()
        self.stderr.close()


class SiteInBackground:
    """Builds the site, then looks at every page if a test asks what is wrong with them.

    Both begin with the first test, for pytest itself has nothing to do while the blocks run.
    """

    def __init__(self, wants_look):
        self.folder = tempfile.TemporaryDirectory(prefix="site-")
        self.build = Command("-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", self.folder.name)
        self.failed = False
        self.look = None
        self.thread = threading.Thread(target=self.start_look, daemon=True)
        if wants_look:
            self.thread.start()

    def start_look(self):
        if self.build.process.wait() == 0:
            self.look = Command(ROOT / "tests/site/every_page.py", self.folder.name)

    def faults(self):
        self.thread.join()
        return json.loads(self.look.output())

    def close(self):
        self.build.stop()
        if self.thread.ident:
            self.thread.join()
        if self.look:
            self.look.stop()
        self.folder.cleanup()


class ScriptsInBackground:
    """Runs the examples as scripts, one after the other: Keras is imported once for all of them."""

    def __init__(self):
        texts = {source: source.read_text(encoding="utf-8") for source in examples.EXAMPLES.glob("*.py")}
        self.blocks = {source: Block(f"examples/{source.name}", 0, text, None) for source, text in texts.items()}
        limits = Limits(seconds=examples.CELL_SECONDS)
        self.execution = Execution(list(self.blocks.values()), variables=examples.ONE_THREAD, limits=limits, jobs=1)

    def error(self, source):
        """Wait for the end of an example; return what ended it, `None` if nothing did."""
        return self.execution.outcome(self.blocks[source]).error


background = pytest.StashKey[SiteInBackground]()
running_scripts = pytest.StashKey[ScriptsInBackground]()


def pytest_collection_finish(session):
    if session.config.option.collectonly:
        return
    fixtures = {fixture for item in session.items for fixture in getattr(item, "fixturenames", ())}
    if "site" in fixtures:
        session.config.stash[background] = SiteInBackground(any(map(asks_for_faults, session.items)))
    if "scripts" in fixtures and find_spec("tensorflow"):
        session.config.stash[running_scripts] = ScriptsInBackground()


def pytest_unconfigure(config):
    if background in config.stash:
        config.stash[background].close()
    if running_scripts in config.stash:
        config.stash[running_scripts].execution.close()


@pytest.fixture(scope="session")
def scripts(needs_tensorflow, request):
    """The examples, running as scripts since the tests were collected."""
    return request.config.stash[running_scripts]


@pytest.fixture(scope="session")
def site(request):
    """The folder of the built site. Of the tests that need it, the first one fails if it does not build."""
    in_background = request.config.stash[background]
    try:
        in_background.build.output()
    except pytest.fail.Exception:
        in_background.failed = True
        raise
    return Path(in_background.folder.name)


def pytest_runtest_setup(item):
    """Say once that the site does not build, not for each test that would look at it."""
    needs = {"site", "faults"} & set(getattr(item, "fixturenames", ()))
    if needs and background in item.config.stash and item.config.stash[background].failed:
        pytest.skip("the site does not build: the first test that needs it has said why")


def pytest_terminal_summary(terminalreporter):
    """Say how many faults of contributors were planted, and how many of them were noticed."""
    ran = {
        outcome: sum("fault" in getattr(report, "keywords", ()) for report in terminalreporter.getreports(outcome))
        for outcome in ("passed", "failed")
    }
    if planted := sum(ran.values()):
        terminalreporter.write_line(
            f"{ran['passed']} of {planted} contributors' faults were refused as they should be."
        )


@pytest.fixture(scope="session")
def faults(needs_chromium, request, site):
    """What is wrong with the pages, by kind."""
    return request.config.stash[background].faults()


@pytest.fixture(scope="session")
def pages(site):
    return {
        path.relative_to(site).as_posix(): BeautifulSoup(path.read_bytes(), "html.parser")
        for path in site.rglob("*.html")
    }


@pytest.fixture(scope="session")
def lychee():
    """Check links within what is given, anchors included, and none that lead elsewhere."""
    program = Path(sys.executable).with_name("lychee.exe" if os.name == "nt" else "lychee")

    def check(*arguments):
        command = [program, "--offline", "--include-fragments", "--no-progress", *arguments]
        ended = subprocess.run(command, cwd=ROOT, text=True, capture_output=True, check=False)
        assert ended.returncode == 0, ended.stdout[-4000:] + ended.stderr[-2000:]
        assert not re.search(r"\b0 Total", ended.stdout), ended.stdout

    return check


@pytest.fixture(scope="session")
def needs_tensorflow():
    """`.ci/run` also runs the tests on Pythons without TensorFlow: blocks cannot run, examples have no outputs."""
    if find_spec("tensorflow") is None:
        pytest.skip("TensorFlow is not installed")


@pytest.fixture(scope="session")
def needs_records():
    """What only holds once the workflow Record has recorded what is new, which its author need not wait for."""
    if (lacking := unrecorded_blocks()) and not records_required():
        pytest.skip(lacking)


@pytest.fixture(scope="session")
def needs_chromium():
    try:
        chromium()
    except LookupError as error:
        pytest.fail(str(error)) if os.environ.get("CI") == "true" else pytest.skip(str(error))
