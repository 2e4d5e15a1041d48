import json
import threading

import pytest

from measure import node


@pytest.fixture
def package_json(tmp_path, monkeypatch):
    """A package.json that depends on a local package, so that npm needs no registry."""
    monkeypatch.setenv("npm_config_install_links", "true")  # A link would not survive the renaming.
    (tmp_path / "ours").mkdir()
    (tmp_path / "ours/package.json").write_text('{"name": "ours", "version": "1.0.0"}')
    (tmp_path / "package.json").write_text(json.dumps({"devDependencies": {"ours": f"file:{tmp_path / 'ours'}"}}))
    return tmp_path / "package.json"


def test_packages_are_installed_once(package_json, tmp_path):
    cache = tmp_path / "cache"
    threads = [threading.Thread(target=node.npm_packages, args=[package_json, cache]) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    packages = node.npm_packages(package_json, cache)
    assert (packages / "ours/package.json").exists()
    assert list(cache.iterdir()) == [packages.parent]
    package_json.write_text(package_json.read_text() + "\n")
    assert node.npm_packages(package_json, cache) != packages


def test_what_npm_said_and_how_to_go_on(package_json, tmp_path, monkeypatch):
    package_json.write_text('{"devDependencies": {"no-such-package-of-ours": "1.0.0"}}')
    for name, value in ("registry", "http://127.0.0.1:9/"), ("fetch_retries", "0"):
        monkeypatch.setenv(f"npm_config_{name}", value)
    with pytest.raises(LookupError, match=r"ECONNREFUSED[\s\S]*python -m measure.node$"):
        node.npm_packages(package_json, tmp_path / "cache")
    assert not list((tmp_path / "cache").iterdir())


def test_a_script_that_fails_says_why(tmp_path, monkeypatch):
    monkeypatch.setattr(node, "npm_packages", lambda: tmp_path)
    script = tmp_path / "script.cjs"
    script.write_text("console.log(process.argv[2]); if (process.argv[2] == 'bad') throw Error('so it is')")
    assert node.run(script, "good") == "good\n"
    with pytest.raises(RuntimeError, match="so it is"):
        node.run(script, "bad")


def test_the_command_prints_the_folder_or_why_there_is_none(monkeypatch, capsys, tmp_path):
    monkeypatch.setattr(node, "npm_packages", lambda: tmp_path)
    node.main()
    assert capsys.readouterr().out == f"{tmp_path}\n"

    def fail():
        raise LookupError("no registry")

    monkeypatch.setattr(node, "npm_packages", fail)
    with pytest.raises(SystemExit, match="no registry"):
        node.main()
