"""Measures `python -m evidence serve`: from a key press to a block's output, and from saving a block to the screen.

The stock way is a script that imports Keras each time.
"""

from __future__ import annotations

import contextlib
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Page

from evidence.files import ROOT
from evidence.running.execution import clean_environment
from measure.browser import browser

ROUNDS = 20
SCRIPTS = 3
START_SECONDS = 300
PAGE = ROOT / "docs/why/layers-is-a-copy.md"
# It takes 0.2 s itself, no matter how busy the machine is.
CODE = "import time\nimport keras\ntime.sleep(0.2)\nprint({!r}, keras.__version__)\n"


def serve() -> int:
    """Print the medians, and how long a script takes; return 1 if the server doesn't start."""
    with serving() as address, browser() as chromium:
        page = chromium.new_page()
        page.goto(address)
        page.goto(address.partition("?")[0] + f"{PAGE.relative_to(ROOT / 'docs').with_suffix('').as_posix()}/")
        page.wait_for_selector(".live-run")
        first_use, *keys = from_key_to_output(page)
        saves = from_save_to_screen(page)
    scripts = [script() for _ in range(SCRIPTS)]
    print(f"editor       {first_use:6.2f} s   its first use and run")
    print(f"key          {statistics.median(keys):6.2f} s   to the output of a block of 0.2 s; target: at most 0.60")
    print(
        f"save         {statistics.median(saves):6.2f} s   to the new output of a changed block; target: at most 1.00"
    )
    print(f"script       {statistics.median(scripts):6.2f} s   for the same block, the stock way")
    return 0


@contextlib.contextmanager
def serving() -> Iterator[str]:
    """Serve the site while the context lasts; yield the address with the key."""
    command = [sys.executable, "-m", "evidence", "serve", "--port", "0"]
    with tempfile.TemporaryFile("w+") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=clean_environment(), stdout=log, stderr=subprocess.STDOUT)
        try:
            for _ in range(START_SECONDS * 10):
                log.seek(0)
                printed = log.read()
                if opened := re.search(r"^Open (\S+)", printed, re.MULTILINE):
                    break
                if process.poll() is not None:
                    raise RuntimeError(f"python -m evidence serve ended:\n{printed[-4000:]}")
                time.sleep(0.1)
            else:
                raise RuntimeError(f"python -m evidence serve did not start within {START_SECONDS} s")
            yield opened[1]
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGINT)
            process.wait()


def from_key_to_output(page: Page) -> list[float]:
    """Return each round's seconds; the first one opens the editor."""
    seconds = []
    for number in range(ROUNDS + 1):
        start = time.perf_counter()
        if not number:
            page.locator(".live-edit").first.click()
            page.wait_for_selector(".live-editor :is(.cm-content, textarea)")
        page.locator(".live-editor :is(.cm-content, textarea)").fill(CODE.format(f"round {number}"))
        if number:
            start = time.perf_counter()
        page.keyboard.press("Control+Enter")
        wait_for(page, ".live-results", f"round {number} ")
        seconds.append(time.perf_counter() - start)
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    return seconds


def from_save_to_screen(page: Page) -> list[float]:
    """Return each round's seconds. Restore the page at the end."""
    text, seconds = PAGE.read_bytes(), []
    before, _, after = text.decode().partition("```python\n")
    _, fence, rest = after.partition("```\n")
    try:
        for number in range(ROUNDS):
            changed = before + "```python\n" + CODE.format(f"save {number}") + fence + rest
            start = time.perf_counter()
            PAGE.write_bytes(changed.encode())
            wait_for(page, ".live-now", f"save {number} ")
            seconds.append(time.perf_counter() - start)
            time.sleep(1)  # In practice, nobody saves while the last save is still being checked.
    finally:
        PAGE.write_bytes(text)
    return seconds


def wait_for(page: Page, selector: str, words: str) -> None:
    page.wait_for_function(
        "([selector, words]) => [...document.querySelectorAll(selector)].some(box => box.textContent.includes(words))",
        arg=[selector, words],
        timeout=60_000,
    )


def script() -> float:
    """Return how many seconds a script with the same code takes."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "block.py").write_text(CODE.format("script"))
        start = time.perf_counter()
        subprocess.run(
            [sys.executable, "block.py"], cwd=folder, env=clean_environment(), check=True, capture_output=True
        )
        return time.perf_counter() - start
