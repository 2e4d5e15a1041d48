"""The workflows run what this project has."""

import json
import re
import sys

from evidence.__main__ import main
from evidence.files import ROOT
from evidence.running.environments import read_environments

RECORD = (ROOT / ".github" / "workflows" / "record.yml").read_text(encoding="utf-8")


def test_what_the_recording_imports_is_among_the_requirements():
    [light] = re.findall(r"LIGHT: (.*)", RECORD)
    requirements = (ROOT / "requirements.in").read_text(encoding="utf-8")
    for name in light.split():
        assert re.search(rf"^{name}\b", requirements, re.MULTILINE), name


def test_its_commands_are_known(capsys):
    for command in {*re.findall(r"python -m evidence (\w+)", RECORD)}:
        try:
            main([command, "--help"])
        except SystemExit as ended:
            assert ended.code == 0, command


def test_every_python_has_a_container():
    """Debian 11 is the one release with images of all of these."""
    assert {each.python for each in read_environments().values()} <= {f"3.{minor}" for minor in range(6, 12)} | {
        "{}.{}".format(*sys.version_info)
    }


def test_the_environments_are_listed_for_the_matrix(capsys):
    assert main(["environments", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert [each["key"] for each in listed] == list(read_environments())
    assert [each["key"] for each in listed if each["installation"] is None] == ["keras-3.15-tensorflow"]
