"""Serves a built site, only on this machine, and opens it in Chromium."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright
from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from tornado.web import Application, StaticFileHandler

# The first is Chromium without windows, which loads a page faster.
NAMES = "chromium-headless-shell", "chromium", "chromium-browser", "google-chrome"
# These keep Chromium from doing anything but showing the site: no first-run pages, no updates, no background work.
OPTIONS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def chromium() -> str:
    """Return the path of Chromium: the variable `CHROMIUM`, else one in `PATH`; `LookupError` if there is none."""
    if path := os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None):
        return path
    raise LookupError(
        "Chromium is not installed: apt-get install chromium-headless-shell, or set the variable CHROMIUM to its path"
    )


class Pages(StaticFileHandler):
    """A file of the site, or its 404 page, as on the published site."""

    def write_error(self, status_code: int, **details: object) -> None:
        self.set_header("Content-Type", "text/html")
        self.finish(Path(self.root, "404.html").read_bytes() if status_code == 404 else str(status_code))


@contextlib.contextmanager
def serve(folder: Path) -> Iterator[str]:
    """Serve a built site on 127.0.0.1, compressed, while the context lasts; yield its address with a slash."""
    [listening] = bind_sockets(0, "127.0.0.1")
    files = (r"/(.*)", Pages, {"path": str(folder), "default_filename": "index.html"})
    site = Application([files], compress_response=True, log_function=lambda _: None)
    loop = asyncio.new_event_loop()

    def run() -> None:
        asyncio.set_event_loop(loop)
        HTTPServer(site).add_socket(listening)
        loop.run_forever()

    # In a thread, because Playwright runs its own loop in the main one.
    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/"
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
        listening.close()


@contextlib.contextmanager
def browser() -> Iterator[Browser]:
    """Start Chromium with a fresh profile; `LookupError` says how to install it."""
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium(), args=OPTIONS)
        yield started
        started.close()
