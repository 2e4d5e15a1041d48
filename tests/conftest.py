"""The built site, and a browser to look at it."""

import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from importlib.util import find_spec
from pathlib import Path

import pytest
from parsed import parsed

from evidence.files import ROOT
from evidence.pages.blocks import Block
from evidence.running.execution import KERAS_IMPORTS, Execution, Limits
from evidence.running.trials import CHECKS, IN_KERAS
from evidence.running.unrecorded import records_required, unrecorded_blocks
from evidence.site import examples
from measure.browser import chromium

# mkdocs.yml reads the addresses of the site and its repository from there.
ADDRESSES = {"REPO_URL": "https://github.com/someone/somewhere", "SITE_URL": "https://example.org/"}
EVERY_PAGE = ROOT / "tests/site/every_page.py"
STOP_SECONDS = 20
LINES_OF_A_FAILURE = 20  # from the end of a failed command's messages


def pytest_collection_modifyitems(items):
    """Mark the tests that need a browser, and run those last that wait longest for the background."""
    for item in items:
        if "needs_chromium" in getattr(item, "fixturenames", ()):
            item.add_marker("browser")
    items.sort(key=waits_for)


# In the order in which they become ready.
IN_BACKGROUND = "site", "zensical", "zipped", "outcome_in_keras", "scripts", "faults"


def waits_for(item):
    """Return a number that grows with how long a test would wait if it ran first."""
    fixtures = getattr(item, "fixturenames", ["scripts"])  # The blocks of pages take as long as the scripts.
    return max((number for number, name in enumerate(IN_BACKGROUND, 1) if name in fixtures), default=0)


class Command:
    """A Python command in the background, in its own session with its browsers and kernels."""

    def __init__(self, *arguments):
        # Files: a pipe would fill up before a test reads it.
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
        """Wait for it to end successfully; return what it printed."""
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
            except subprocess.TimeoutExpired:  # If a shell starts pytest with &, all its processes ignore interrupts.
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait()
        self.stdout.close()
        self.stderr.close()


class SiteInBackground:
    """Builds the site, then checks every page and packs the site to read offline, if tests ask for it.

    It starts with the first test, because pytest itself has nothing to do while the blocks run.
    """

    def __init__(self, fixtures):
        self.folder = tempfile.TemporaryDirectory(prefix="site-")
        self.site, self.zip = Path(self.folder.name, "site"), Path(self.folder.name, "site.zip")
        self.build = Command("-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", self.site)
        self.failed = False
        # The zip needs its own build, which reuses the examples that the first one has run.
        commands = {"zipped": ["-m", "evidence", "offline", self.zip], "faults": [EVERY_PAGE, self.site]}
        self.waiting = {name: command for name, command in commands.items() if name in fixtures}
        self.started = {}
        self.thread = threading.Thread(target=self.start_those_that_wait, daemon=True)
        self.thread.start()

    def start_those_that_wait(self):
        if self.build.process.wait() == 0:
            self.started = {name: Command(*command) for name, command in self.waiting.items()}

    def output(self, name):
        self.thread.join()
        return self.started[name].output()

    def close(self):
        self.build.stop()
        self.thread.join()
        for command in self.started.values():
            command.stop()
        self.folder.cleanup()


class ZensicalInBackground:
    """Builds the site with Zensical, which only builds in the folder of mkdocs.yml, and caches there."""

    def __init__(self):
        self.folder = tempfile.TemporaryDirectory(prefix="zensical-")
        settings = shutil.copy(ROOT / "mkdocs.yml", self.folder.name)
        for name in "docs", "theme":
            shutil.copytree(ROOT / name, Path(self.folder.name, name))
        for name in "examples", "evidence", "records":  # Releases after 0.0.73 want everything in `watch` to exist.
            Path(self.folder.name, name).mkdir()
        self.build = Command("-m", "zensical", "build", "--strict", "--config-file", settings)

    def close(self):
        self.build.stop()
        self.folder.cleanup()


class ScriptsInBackground:
    """Runs the examples as scripts, one after the other, with one import of Keras."""

    def __init__(self):
        texts = {source: source.read_text(encoding="utf-8") for source in examples.EXAMPLES.glob("*.py")}
        self.blocks = {source: Block(f"examples/{source.name}", 0, text, None) for source, text in texts.items()}
        limits = Limits(seconds=examples.CELL_SECONDS)
        self.execution = Execution(list(self.blocks.values()), variables=examples.ONE_THREAD, limits=limits, jobs=1)

    def error(self, source):
        """Wait for an example to end; return the error that ended it, `None` without one."""
        return self.execution.outcome(self.blocks[source]).error


def blocks_in_background(items):
    """Run what tests need from the pinned Keras, with one import of it.

    The test modules have a function `blocks_in_keras`, which returns the blocks that their selected tests need.
    """
    tests = {}
    for item in items:
        if "outcome_in_keras" in getattr(item, "fixturenames", ()):
            tests.setdefault(item.module, []).append(item)
    blocks = []
    for module, selected in reversed(tests.items()):  # The last ones, `explain` and the notebooks, take longest.
        with contextlib.suppress(Exception):  # A test that needs something a page lacks fails by itself, and says why.
            blocks += module.blocks_in_keras(selected)
    variables = {"PYTHONPATH": os.pathsep.join([str(IN_KERAS), str(ROOT)])}
    return Execution(blocks, variables=variables, imports=[*KERAS_IMPORTS, CHECKS], limits=Limits(seconds=1800))


background = pytest.StashKey[SiteInBackground]()
zensical_in_background = pytest.StashKey[ZensicalInBackground]()
running_blocks = pytest.StashKey[Execution]()
running_scripts = pytest.StashKey[ScriptsInBackground]()


def pytest_collection_finish(session):
    if session.config.option.collectonly:
        return
    fixtures = {fixture for item in session.items for fixture in getattr(item, "fixturenames", ())}
    if "site" in fixtures:
        session.config.stash[background] = SiteInBackground(fixtures)
    if "zensical" in fixtures:
        session.config.stash[zensical_in_background] = ZensicalInBackground()
    if "scripts" in fixtures and find_spec("tensorflow"):
        session.config.stash[running_scripts] = ScriptsInBackground()
    if "outcome_in_keras" in fixtures and find_spec("tensorflow"):
        session.config.stash[running_blocks] = blocks_in_background(session.items)


def pytest_unconfigure(config):
    for key in background, zensical_in_background, running_blocks:
        if key in config.stash:
            config.stash[key].close()
    if running_scripts in config.stash:
        config.stash[running_scripts].execution.close()


@pytest.fixture(scope="session")
def scripts(needs_tensorflow, request):
    """The examples, running as scripts since the tests were collected."""
    return request.config.stash[running_scripts]


@pytest.fixture(scope="session")
def outcome_in_keras(needs_tensorflow, request):
    """A function that waits for the outcome of one of the blocks that run since the tests were collected."""
    return request.config.stash[running_blocks].outcome


@pytest.fixture(scope="session")
def site(request):
    """The folder of the built site. If it does not build, the first test that needs it fails."""
    in_background = request.config.stash[background]
    try:
        in_background.build.output()
    except pytest.fail.Exception:
        in_background.failed = True
        raise
    return in_background.site


@pytest.fixture(scope="session")
def zipped(site, request):
    """The packed site, to read offline."""
    request.config.stash[background].output("zipped")
    return request.config.stash[background].zip


@pytest.fixture(scope="session")
def zensical(request):
    """The folder of the site as Zensical builds it."""
    request.config.stash[zensical_in_background].build.output()
    return Path(request.config.stash[zensical_in_background].folder.name, "site")


def pytest_runtest_setup(item):
    """Report only once that the site does not build, not for each test that looks at it."""
    needs = {"site", "faults"} & set(getattr(item, "fixturenames", ()))
    if needs and background in item.config.stash and item.config.stash[background].failed:
        pytest.skip("the site does not build: the first test that needs it has said why")


def pytest_terminal_summary(terminalreporter):
    """Say how many contributors' faults were planted, and how many of them were noticed."""
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
    return json.loads(request.config.stash[background].output("faults"))


@pytest.fixture(scope="session")
def pages(site):
    return parsed(site)


@pytest.fixture(scope="session")
def lychee():
    """Check the links within these files, including anchors, but none that lead elsewhere."""
    program = Path(sys.executable).with_name("lychee.exe" if os.name == "nt" else "lychee")

    def check(*arguments):
        command = [program, "--offline", "--include-fragments", "--no-progress", *arguments]
        ended = subprocess.run(command, cwd=ROOT, text=True, capture_output=True, check=False)
        assert ended.returncode == 0, ended.stdout[-4000:] + ended.stderr[-2000:]
        assert not re.search(r"\b0 Total", ended.stdout), ended.stdout

    return check


@pytest.fixture(scope="session")
def needs_tensorflow():
    """`.ci/run` also runs the tests on Pythons without TensorFlow: blocks can't run, and examples have no outputs."""
    if find_spec("tensorflow") is None:
        pytest.skip("TensorFlow is not installed")


@pytest.fixture(scope="session")
def needs_records():
    """For tests that pass only once the workflow Record has recorded what is new: its author need not wait for that."""
    if (lacking := unrecorded_blocks()) and not records_required():
        pytest.skip(lacking)


@pytest.fixture(scope="session")
def needs_chromium():
    try:
        chromium()
    except LookupError as error:
        pytest.fail(str(error)) if os.environ.get("CI") == "true" else pytest.skip(str(error))
