"""The server: serves the site, and runs what its live pages ask for."""

from __future__ import annotations

import functools
import json
import re
import socket
import threading
import urllib.parse
from collections.abc import Callable, Iterator
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from evidence.serving import editor
from evidence.serving.live import Json, Live, RefusedError
from evidence.serving.security import HEADERS, Guard

ADDRESS = "127.0.0.1"
PREFIX = "/_live/"
STATIC = Path(__file__).with_name("static")
STATIC_TYPES = {".js": "text/javascript", ".css": "text/css"}
BODY_BYTES = 250_000
CONNECTIONS = 64  # at a time; further requests are dropped
SOCKET_SECONDS = 30  # an idle connection is closed
MODULE = re.compile(rf"{PREFIX}npm/(?P<name>[@\w/.-]+)")


class LiveServer(ThreadingHTTPServer):
    """Listens only on this machine."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, port: int) -> None:
        super().__init__((ADDRESS, port), Handler)
        self.guard = Guard(self.server_address[1])
        self.live: Live | None = None  # until the site is built
        self._room = threading.BoundedSemaphore(CONNECTIONS)

    @property
    def address(self) -> str:
        return f"http://{ADDRESS}:{self.guard.port}/"

    @property
    def address_with_key(self) -> str:
        return f"{self.address}?live={self.guard.key}"

    def process_request(self, request: Any, client_address: Any) -> None:
        if self._room.acquire(blocking=False):
            super().process_request(request, client_address)
        else:
            self.shutdown_request(request)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._room.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: a browser that leaves in the middle of an answer isn't an error."""


class Handler(SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = SOCKET_SECONDS
    server: LiveServer

    def setup(self) -> None:
        super().setup()
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, True)

    def log_message(self, format: str, *arguments: object) -> None:
        """Write no log: the terminal shows what matters."""

    def do_GET(self) -> None:
        if refused := self.server.guard.refuses_reading(self._headers()):
            return self._send(HTTPStatus.FORBIDDEN, refused)
        url = urllib.parse.urlsplit(self.path)
        if url.path.startswith(PREFIX):
            return self._send_own(url.path)
        if keys := urllib.parse.parse_qs(url.query).get("live"):
            return self._let_in(keys[0], url.path)
        path = Path(self.translate_path(url.path))
        if path.is_dir():
            if not url.path.endswith("/"):
                return self._send(HTTPStatus.MOVED_PERMANENTLY, "", Location="/" + url.path.lstrip("/") + "/")
            path /= "index.html"
        if not path.is_file():
            return self._send_page(HTTPStatus.NOT_FOUND, self._live.site.folder / "404.html")
        if path.suffix == ".html":
            return self._send_page(HTTPStatus.OK, path)
        return self._send(HTTPStatus.OK, path.read_bytes(), self.guess_type(path))

    do_HEAD = do_GET  # noqa: N815 (the name that http.server looks for)

    def translate_path(self, path: str) -> str:
        """Return the site's file at a path; never one outside the site."""
        self.directory = str(self._live.site.folder)
        return super().translate_path(path)

    def do_POST(self) -> None:
        headers = self._headers()
        if refused := self.server.guard.refuses_running(headers):
            return self._close_with(HTTPStatus.FORBIDDEN, refused)
        length = headers.get("Content-Length", "")
        if not length.isdecimal() or int(length) > BODY_BYTES:
            return self._close_with(
                HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"A request must state its length, at most {BODY_BYTES}."
            )
        try:
            request = json.loads(self.rfile.read(int(length)))
            if not isinstance(request, dict):
                raise RefusedError(HTTPStatus.BAD_REQUEST, "A request must be a JSON object.")
            answer = self._function()(request)
        except (ValueError, RecursionError):
            return self._send(HTTPStatus.BAD_REQUEST, "This is not JSON.")
        except RefusedError as error:
            return self._send(error.status, str(error))
        if isinstance(answer, dict):
            return self._send(HTTPStatus.OK, json.dumps(answer), "application/json")
        return self._send_as_it_comes(answer)

    @property
    def _live(self) -> Live:
        assert self.server.live  # It is set before anything is served.
        return self.server.live

    def _headers(self) -> dict[str, str]:
        """Return the headers, without any that was sent twice: one of the two may be forged."""
        names = [name.title() for name in self.headers]
        return {name.title(): value for name, value in self.headers.items() if names.count(name.title()) == 1}

    def _function(self) -> Callable[[Json], Json | Iterator[Json]]:
        functions: dict[str, Callable[[Json], Json | Iterator[Json]]] = {
            "environments": self._live.environments,
            "events": self._live.events,
            "install": self._live.install,
            "page": self._live.page,
            "run": self._live.run,
            "stop": self._live.stop,
            "take-over": self._live.take_over,
        }
        try:
            return functions[self.path.removeprefix(PREFIX)]
        except KeyError:
            raise RefusedError(HTTPStatus.NOT_FOUND, "There is nothing at this address.") from None

    def _let_in(self, key: str, path: str) -> None:
        """Give a browser that was opened with the key live pages."""
        if not self.server.guard.is_key(key):
            return self._send(HTTPStatus.FORBIDDEN, "This is not the key. Open the address that the terminal shows.")
        headers = {"Location": "/" + path.lstrip("/"), "Set-Cookie": self.server.guard.cookie()}
        self._send(HTTPStatus.SEE_OTHER, "", **headers)

    def _send_page(self, status: HTTPStatus, path: Path) -> None:
        html = path.read_bytes()
        if self.server.guard.knows(self._headers()):
            html = with_live_blocks(html, self.server.guard.token)
        self._send(status, html, "text/html; charset=utf-8")

    def _send_own(self, path: str) -> None:
        """Send what makes pages live: there are no secrets in it."""
        files = {f"{PREFIX}{file.name}": file for file in STATIC.iterdir()}
        if file := files.get(path):
            return self._send(HTTPStatus.OK, file.read_bytes(), STATIC_TYPES[file.suffix])
        if module := MODULE.fullmatch(path):
            try:
                return self._send(HTTPStatus.OK, editor.module(module["name"]), STATIC_TYPES[".js"])
            except KeyError:
                pass
            except LookupError as error:
                return self._send(HTTPStatus.SERVICE_UNAVAILABLE, str(error))
        return self._send(HTTPStatus.NOT_FOUND, "There is nothing at this address.")

    def _send(
        self, status: int, content: str | bytes, type_: str = "text/plain; charset=utf-8", **headers: str
    ) -> None:
        body = content.encode("utf-8", "replace") if isinstance(content, str) else content
        self.send_response(status)
        self.send_header("Content-Type", type_)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def _close_with(self, status: int, text: str) -> None:
        """Refuse a request without reading the rest of it."""
        self.close_connection = True
        self._send(status, text)

    def _send_as_it_comes(self, answers: Iterator[Json]) -> None:
        """Send each answer on a line of its own; if the page leaves, `answers` is closed."""
        self.close_connection = True
        try:
            self.send_response(HTTPStatus.OK)
            self.send_header("Content-Type", "application/jsonl")
            self.end_headers()
            for answer in answers:
                self.wfile.write(json.dumps(answer).encode() + b"\n")
        finally:
            answers.close()  # type: ignore[attr-defined]

    def end_headers(self) -> None:
        for name, value in HEADERS.items():
            self.send_header(name, value)
        if self.close_connection:
            self.send_header("Connection", "close")
        super().end_headers()


@functools.cache
def live_blocks(token: str) -> bytes:
    """Return what makes a page's blocks live."""
    return (
        f'<meta name="live-token" content="{token}">'
        f'<script type="importmap">{editor.import_map(PREFIX + "npm/")}</script>'
        f'<link rel="stylesheet" href="{PREFIX}live.css">'
        f'<script type="module" src="{PREFIX}live.js"></script>'
    ).encode()


def with_live_blocks(html: bytes, token: str) -> bytes:
    """Return a page with live blocks."""
    start, end, rest = html.rpartition(b"</body>")
    return start + live_blocks(token) + end + rest if end else html
