"""The built site, and a browser to look at it."""

import json
import os
import re
import signal
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from evidence.files import ROOT
from measure.browser import chromium


@pytest.fixture(scope="session")
def addresses():
    """The environment of a build, in which mkdocs.yml finds where the site and its repository are."""
    return os.environ | {"REPO_URL": "https://github.com/someone/somewhere", "SITE_URL": "https://example.org/"}


def pytest_collection_modifyitems(items):
    """Mark what needs a browser, and ask last what was seen on every page: by then there is least left to wait for."""
    for item in items:
        if "needs_chromium" in getattr(item, "fixturenames", ()):
            item.add_marker("browser")
    items.sort(key=asks_for_faults)


def asks_for_faults(item):
    return "faults" in getattr(item, "fixturenames", ())


@pytest.fixture(scope="session")
def site(built, looking):
    """The folder of the built site; from here on every page is being looked at beside the tests."""
    return built


@pytest.fixture(scope="session")
def looking(request, built):
    """A process that looks at every page, if a test asks what it saw."""
    if not any(map(asks_for_faults, request.session.items)):
        yield None
        return
    command = [sys.executable, ROOT / "tests/site/every_page.py", built]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        yield process
        if process.poll() is None:  # The tests ended early; its browsers close when they are interrupted.
            process.kill() if os.name == "nt" else os.killpg(process.pid, signal.SIGINT)
            process.communicate()


@pytest.fixture(scope="session")
def faults(needs_chromium, looking):
    """What is wrong with the pages, by kind."""
    printed, said = looking.communicate()
    assert looking.returncode == 0, said[-4000:]
    return json.loads(printed)


@pytest.fixture(scope="session")
def built(tmp_path_factory, addresses):
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", folder]
    ended = subprocess.run(command, cwd=ROOT, env=addresses, text=True, capture_output=True, check=False)
    assert ended.returncode == 0, ended.stderr[-4000:]
    return folder


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
def needs_chromium():
    try:
        chromium()
    except LookupError as error:
        pytest.fail(str(error)) if os.environ.get("CI") == "true" else pytest.skip(str(error))
