"""Only pages that the person at this machine opened can get anything done."""

import json
import socket
import time

import pytest
from small_site import block

from evidence.pages.blocks import blocks_in
from evidence.serving import live as live_module
from evidence.serving import server as server_module

PRINTS = {"code": "print(1)", "environments": ["pinned"]}


def status(response):
    response.read()
    return response.status


def test_a_page_of_the_server_may_run_code(run):
    begun, *_, ended = run("import os\nprint(os.environ['ENVIRONMENT'])")
    assert begun["run"]
    assert (ended["environment"], ended["state"], ended["output"]) == ("pinned", "ended", "pinned\n")


ATTACKS = {
    "another page's request": {"Origin": "http://evil.example"},
    "another port of this machine": {"Origin": "http://127.0.0.1:1"},
    "a page without an origin": {"Origin": "null"},
    "a request without an origin": {"Origin": None},
    "a name that was rebound": {"Host": "evil.example:{port}", "Origin": "http://evil.example:{port}"},
    "a name that was rebound, as the browser sees it": {"Host": "evil.example:{port}"},
    "no host": {"Host": None},
    "another port": {"Host": "127.0.0.1:1"},
    "no token": {"X_Live_Token": None},
    "a wrong token": {"X_Live_Token": "x" * 32},
    "a token that is no ASCII": {"X_Live_Token": "\xe9"},
    "no cookie": {"Cookie": None},
    "a wrong cookie": {"Cookie": "live-{port}=x"},
    "a cookie that cannot be read": {"Cookie": "live-{port}"},
    "a form": {"Content_Type": "text/plain"},
    "a frame": {"Sec_Fetch_Site": "cross-site"},
    "another port, as the browser says": {"Sec_Fetch_Site": "same-site"},
}


@pytest.mark.parametrize("headers", ATTACKS.values(), ids=ATTACKS)
@pytest.mark.parametrize("name", ["run", "take-over", "install", "events"])
def test_an_attack_is_refused(ask, server, headers, name, monkeypatch):
    monkeypatch.setattr(server.live, name.replace("-", "_"), lambda request: pytest.fail("It was let in."))
    port = server.guard.port
    filled = {key: value and value.format(port=port) for key, value in headers.items()}
    assert status(ask(name, PRINTS, **filled)) == 403


def test_a_header_that_is_given_twice_counts_for_nothing(server):
    host = f"127.0.0.1:{server.guard.port}"
    with socket.create_connection(("127.0.0.1", server.guard.port), timeout=10) as connection:
        connection.sendall(f"GET / HTTP/1.1\r\nHost: {host}\r\nHost: evil.example\r\n\r\n".encode())
        assert connection.recv(100).startswith(b"HTTP/1.1 403")


@pytest.mark.parametrize("path", ["/", "/_live/live.js", "/guide.css", "/?live=anything"])
def test_nothing_can_be_read_under_another_name(ask, path):
    assert status(ask("", method="GET", path=path, Host="evil.example")) == 403


def test_only_a_browser_that_was_opened_with_the_key_gets_the_token(ask, server):
    token = server.guard.token
    assert token in ask("", method="GET", path="/").read().decode()
    plain = ask("", method="GET", path="/", Cookie=None).read().decode()
    assert "First" in plain
    assert "_live" not in plain
    assert token not in plain
    assert status(ask("", method="GET", path="/?live=wrong", Cookie=None)) == 403
    opened = ask("", method="GET", path=f"//evil.example/?live={server.guard.key}", Cookie=None)
    assert opened.status == 303
    assert opened.headers["Location"] == "/evil.example/", "It leads nowhere else."
    assert server.guard.key in opened.headers["Set-Cookie"]
    assert "SameSite=Strict" in opened.headers["Set-Cookie"]
    assert "HttpOnly" in opened.headers["Set-Cookie"]


def test_no_other_site_can_frame_a_page(ask):
    headers = ask("", method="GET", path="/").headers
    assert headers["X-Frame-Options"] == "DENY"
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert "Access-Control-Allow-Origin" not in headers


def test_it_listens_on_this_machine_alone(server):
    assert server.started.server_address[0] == "127.0.0.1"


@pytest.mark.parametrize(
    "path",
    [
        "/../mkdocs.yml",
        "/%2e%2e/%2e%2e/mkdocs.yml",
        "/..%2fmkdocs.yml",
        "//etc/passwd",
        "/_live/../serve.py",
        "/_live/%2e%2e/server.py",
        "/_live/npm/../package.json",
        "/_live/npm/axe-core",
        "/assets/",
        "/nowhere/",
    ],
)
def test_nothing_outside_of_the_site_is_read(ask, path):
    response = ask("", method="GET", path=path)
    assert response.status == 404
    content = response.read()
    assert b"repo_url" not in content
    assert b"root:" not in content


@pytest.mark.parametrize("address", ["../secret/", "../secret.md", "/etc/passwd", "docs/index.md", "..", "x" * 5000, 7])
def test_no_path_outside_of_the_site_is_written(ask, project, address):
    secret = project / "secret.md"
    secret.write_text(block("print(1)"))
    [only] = blocks_in("secret.md", secret.read_text())
    assert status(ask("take-over", {"address": address, "digest": only.digest})) in {400, 404}
    assert status(ask("page", {"address": address})) in {400, 404}
    assert secret.read_text() == block("print(1)")


WRONG = {
    "no JSON": b"{",
    "a list": b"[]",
    "deep": b"[" * 200_000,
    "no UTF-8": b"\xff\xfe",
    "nothing": b"",
}


@pytest.mark.parametrize("body", WRONG.values(), ids=WRONG)
def test_what_is_no_request_is_refused(ask, body):
    assert status(ask("run", body=body)) == 400


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        ({"code": 1, "environments": ["pinned"]}, 400),
        ({"code": "print(1)"}, 400),
        ({"code": "print(1)", "environments": []}, 400),
        ({"code": "print(1)", "environments": "pinned"}, 400),
        ({"code": "print(1)", "environments": ["pinned"] * 50}, 400),
        ({"code": "print(1)", "environments": ["../pinned"]}, 404),
        ({"code": "print(1)", "environments": ["missing"]}, 409),
        ({"code": "#" * 60_000, "environments": ["pinned"]}, 400),
    ],
)
def test_a_run_that_makes_no_sense_is_refused(ask, request_, expected):
    assert status(ask("run", request_)) == expected


def test_what_is_too_long_is_not_even_read(ask):
    assert status(ask("run", body=b"", Content_Length="1000000000")) == 413
    assert status(ask("run", body=b"", Content_Length="-1")) == 413
    assert status(ask("run", body=b"", Content_Length=None)) == 413


def test_nothing_else_can_be_asked_for(ask):
    assert status(ask("shutdown")) == 404
    assert status(ask("__class__")) == 404
    for method in "PUT", "DELETE", "OPTIONS":
        assert status(ask("run", method=method)) == 501


def test_a_flood_of_runs_is_refused_and_ends(ask, monkeypatch):
    monkeypatch.setattr(live_module, "MOST_RUNS", 6)
    endless = {"code": "while True:\n    pass", "environments": ["pinned"]}
    responses = [ask("run", endless) for _ in range(20)]
    assert sorted({response.status for response in responses}) == [200, 429]
    let_in = [response for response in responses if response.status == 200]
    assert len(let_in) == 6
    for response in let_in:
        number = json.loads(response.readline())["run"]
        assert json.loads(ask("stop", {"run": number}).read()) == {"stopped": 1}
    for response in let_in:
        last = json.loads(response.read().splitlines()[-1])
        assert last["error"]["message"] == "was stopped"
    assert status(ask("run", PRINTS)) == 200


def test_a_flood_of_connections_is_dropped_and_passes(ask, server):
    room = server.started._room
    for _ in range(server_module.CONNECTIONS):  # once those of earlier tests are closed
        assert room.acquire(timeout=30)
    room.release(4)
    opened = [socket.create_connection(("127.0.0.1", server.guard.port), timeout=10) for _ in range(20)]
    try:
        dropped = 0
        for connection in opened[4:]:
            try:
                dropped += connection.recv(1) == b""
            except ConnectionError:
                dropped += 1
        assert dropped == 16
    finally:
        for connection in opened:
            connection.close()
    for _ in range(4):
        assert room.acquire(timeout=30)
    room.release(server_module.CONNECTIONS)
    assert status(ask("", method="GET", path="/")) == 200


def test_a_connection_that_says_nothing_is_closed(server, monkeypatch):
    monkeypatch.setattr(server_module.Handler, "timeout", 0.2)
    with socket.create_connection(("127.0.0.1", server.guard.port), timeout=10) as connection:
        connection.sendall(b"POST /_live/run HTTP/1.1\r\nHost: 127")
        assert connection.recv(1) == b""


def test_too_many_open_pages_are_refused(ask, monkeypatch):
    monkeypatch.setattr(live_module, "MOST_LISTENERS", 1)
    first = ask("events")
    assert json.loads(first.readline()) == {"event": "hello"}
    assert status(ask("events")) == 429
    first.close()


def test_what_a_page_that_was_closed_had_run_ends(ask, server):
    response = ask("run", {"code": "while True:\n    pass", "environments": ["pinned"]})
    assert "run" in json.loads(response.readline())
    assert server.live._runs
    response.close()
    deadline = time.monotonic() + 10
    while server.live._runs and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not server.live._runs


def test_an_unknown_run_is_stopped_without_an_error(ask):
    assert json.loads(ask("stop", {"run": "x"}).read()) == {"stopped": 0}


def test_a_file_of_the_site_is_sent_as_it_is(ask):
    response = ask("", method="GET", path="/guide.css")
    assert response.headers["Content-Type"] == "text/css"
    assert b"--md-primary" in response.read()
    assert status(ask("", method="GET", path="/other")) == 301
    assert ask("", method="HEAD", path="/other/").read() == b""
