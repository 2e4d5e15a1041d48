"""Runs `mkdocs serve`, only on this machine, and waits for it to rebuild what changes."""

from __future__ import annotations

import contextlib
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from evidence.running.execution import clean_environment

MKDOCS = [sys.executable, "-m", "mkdocs"]
EPOCH = re.compile(r"livereload\((\d+), ")  # the page's version of the site, in MkDocs's script
POLL_SECONDS = 0.2
END_SECONDS = 10


@dataclass
class MkdocsServer:
    address: str  # with a slash at the end

    def get(self, path: str) -> str:
        """Return the text at a path of the site."""
        with urllib.request.urlopen(self.address + path) as response:
            return str(response.read().decode())

    def rebuild(self, change: Callable[[], object]) -> float:
        """Make a change to the project; return the seconds until the server makes a browser reload the page."""
        [epoch] = EPOCH.findall(self.get(""))
        time.sleep(1)  # The server looks for changes twice a second.
        start = time.perf_counter()
        change()
        self.get(f"livereload/{epoch}/0")  # answers once there is a newer version
        return time.perf_counter() - start


@contextlib.contextmanager
def mkdocs_serve(project: Path, log: Path, command: Sequence[str] = MKDOCS) -> Iterator[MkdocsServer]:
    """Serve a project on 127.0.0.1 while the context lasts; what MkDocs prints goes into the file `log`.

    If MkDocs exits early, `RuntimeError` has the end of the log.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        host = f"127.0.0.1:{free.getsockname()[1]}"
    with log.open("w", encoding="utf-8") as output:
        process = subprocess.Popen(
            [*command, "serve", "--dev-addr", host],
            cwd=project,
            env=clean_environment() | {"NO_MKDOCS_2_WARNING": "1", "SITE_URL": ""},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        server = MkdocsServer(f"http://{host}/")
        while not answers(server):
            if process.poll() is not None:
                raise RuntimeError(f"mkdocs serve ended:\n{log.read_text(encoding='utf-8')[-4000:].strip()}")
            time.sleep(POLL_SECONDS)
        yield server
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)  # On this signal it removes the site that it built.
        try:
            process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:  # In a shell's background job it ignores the signal.
            process.kill()
            process.wait()


def answers(server: MkdocsServer) -> bool:
    with contextlib.suppress(OSError):
        return bool(server.get(""))
    return False
