"""Serves the site with live blocks until it is interrupted: `python -m evidence serve`."""

from __future__ import annotations

import contextlib
import signal
import threading
import traceback
import webbrowser
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from evidence.files import ROOT
from evidence.pages.blocks import page_name
from evidence.running.environments import Environment
from evidence.running.runner import OUTPUT_BYTES
from evidence.serving.kerases import LIMITS, Kerases
from evidence.serving.live import Live
from evidence.serving.served_site import Changes, ServedSite
from evidence.serving.server import LiveServer

STOP_SECONDS = 0.5  # the server may take this long to end
LOOK_SECONDS = 10.0  # how often it looks for an unused Keras


def serve(environments: Sequence[Environment], port: int, *, open_browser: bool = False) -> None:
    """Serve the site on this machine until Ctrl+C or SIGTERM; `OSError` if the port is taken."""
    ended = threading.Event()
    for number in signal.SIGINT, signal.SIGTERM:
        signal.signal(number, lambda number, frame: ended.set())
    kerases = Kerases()
    print("Building the site ...", flush=True)
    with served(environments, port, kerases) as server:
        print(what_it_does(server), flush=True)
        if open_browser:
            webbrowser.open(server.address_with_key)
        while not ended.wait(LOOK_SECONDS):
            kerases.end_idle()


@contextlib.contextmanager
def served(
    environments: Sequence[Environment], port: int, kerases: Kerases, config_file: Path = ROOT / "mkdocs.yml"
) -> Iterator[LiveServer]:
    """Serve a site while the context lasts."""
    with contextlib.ExitStack() as ends, LiveServer(port) as server:
        site = ServedSite(config_file, server.address)
        ends.callback(site.close)
        live = server.live = Live(site, kerases, environments)
        ends.callback(live.close)
        if pinned := next((each for each in environments if each.pinned and each.installed), None):
            kerases.warm_up(pinned)  # Keras imports while the site is built.
        site.build()
        changes = Changes(site.watched)
        ends.callback(changes.close)
        threading.Thread(target=follow, args=(changes, live), daemon=True).start()
        threading.Thread(target=server.serve_forever, args=(STOP_SECONDS,), daemon=True).start()
        ends.callback(server.shutdown)
        yield server


def follow(changes: Changes, live: Live) -> None:
    """Run and build what is saved, and update the open pages."""
    for paths in changes:
        try:
            take_in(paths, live)
        except Exception:  # Whatever it is, keep watching for the next save.
            traceback.print_exc()


def take_in(paths: Iterable[Path], live: Live) -> None:
    """Run the blocks on saved pages at once, then build the pages, then look for problems that take longer to find."""
    saved = [path for path in paths if path.suffix == ".md" and path in live.site.sources()]
    live.pages.saved(saved)
    for path in saved:
        live.site.saved(path)
    before = live.site.folder
    if not live.site.build_changes():
        live.publish({"event": "failed"})
    whole = live.site.folder != before
    live.publish({"event": "built", "pages": None if whole else [page_name(path) for path in saved]})
    for path in saved:
        live.pages.check_soon(path)


def what_it_does(server: LiveServer) -> str:
    return (
        f"Open {server.address_with_key}\n"
        "Only browsers on this machine that open this address can run blocks. They run as you, and can read and write "
        f"your files. Each is stopped after {LIMITS.seconds:g} s, {LIMITS.memory / 1e9:g} GB of memory, or "
        f"{OUTPUT_BYTES / 1e6:g} MB of output.\n"
        "When you save a page, its changed blocks run. To stop: Ctrl+C"
    )
