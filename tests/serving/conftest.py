"""A small served site, with runners that import next to nothing instead of Keras."""

import http.client
import json
from types import SimpleNamespace

import pytest
from small_site import ENVIRONMENTS, SETTINGS, block, start, write_page

from evidence.running import environments, records
from evidence.serving import kerases as kerases_module
from evidence.serving.kerases import Kerases
from evidence.serving.security import TOKEN_HEADER
from evidence.serving.serve import served
from evidence.site import examples, published_records


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """The folder of a small site."""
    folder = tmp_path_factory.mktemp("project")
    (folder / "docs").mkdir()
    (folder / "mkdocs.yml").write_text(SETTINGS)
    write_page(folder, "index", "# First {#first}\n\n" + block("print(1)", 1))
    write_page(folder, "other", "# Other {#other}\n\nwords")
    return folder


@pytest.fixture(scope="module")
def server(project, tmp_path_factory):
    """The server of the small site, with `ask` to send it requests."""
    with pytest.MonkeyPatch.context() as patch:
        for module, name in (examples, "add_notebooks"), (published_records, "add_data"):
            patch.setattr(module, name, lambda files, config: None)
        patch.setattr(records, "FOLDER", tmp_path_factory.mktemp("records"))
        patch.setattr(environments, "FOLDER", tmp_path_factory.mktemp("environments"))
        patch.setattr(kerases_module, "WAIT_SECONDS", 0.02)
        kerases = Kerases(start, most=2)
        with served(ENVIRONMENTS, 0, kerases, project / "mkdocs.yml") as started:
            yield SimpleNamespace(started=started, guard=started.guard, live=started.live, kerases=kerases)


@pytest.fixture(scope="module")
def ask(server):
    """Send a request as one of the server's pages does, except for the given headers (`None`: leave it out)."""

    def ask(name, request=None, *, method="POST", path=None, body=None, **headers):
        page = {
            "Host": f"127.0.0.1:{server.guard.port}",
            "Origin": f"http://127.0.0.1:{server.guard.port}",
            "Cookie": f"{server.guard.cookie_name}={server.guard.key}",
            "Content-Type": "application/json",
            TOKEN_HEADER: server.guard.token,
        }
        page |= {key.replace("_", "-").title(): value for key, value in headers.items()}
        connection = http.client.HTTPConnection("127.0.0.1", server.guard.port, timeout=30)
        connection.putrequest(method, path or f"/_live/{name}", skip_host=True, skip_accept_encoding=True)
        body = json.dumps(request or {}).encode() if body is None else body
        page.setdefault("Content-Length", str(len(body)))
        for key, value in page.items():
            if value is not None:
                connection.putheader(key, value)
        connection.endheaders(body if method == "POST" else None)
        return connection.getresponse()

    return ask


@pytest.fixture(scope="module")
def run(ask):
    """Run code; return the answers."""

    def run(code, *keys):
        response = ask("run", {"code": code, "environments": keys or ["pinned"]})
        assert response.status == 200, response.read()
        return [answer for line in response.read().splitlines() if (answer := json.loads(line))]

    return run
