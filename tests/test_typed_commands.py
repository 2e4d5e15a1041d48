"""The commands that README.md, CONTRIBUTING.md and the pages for maintainers tell people to type exist."""

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from listed import JAX

from evidence.__main__ import command_parser
from evidence.files import ROOT
from evidence.pages.blocks import blocks_in, read_text
from evidence.running.environments import read_environments

PAGES = [
    "README.md",
    "CONTRIBUTING.md",
    "docs/reference/about-the-evidence.md",
    "docs/reference/a-new-keras-release.md",
]
CONSOLE = re.compile(r"^ *```console\n(?P<lines>.*?)^ *```$", re.DOTALL | re.MULTILINE)
SPAN = re.compile(r"`((?:python -m evidence|pytest|mkdocs|pip install|mutmut|\.ci/|ruff|rumdl)\b[^`]*)`")
PLACEHOLDERS = {
    "PAGE": "docs/index.md",
    "NAME": "x",
    "ENVIRONMENT": "tf-2.15",
    "KEY": "tf-2.15",
    "keras-3.16-jax": JAX.key,  # an example of a future release
    "...": "",
}
SYSTEM = {
    "chromium",
    "py",
    "python3",
    "mutmut",
    "uv",
    "source",
    "git",
    "apt-get",
    "gh",
    "pre-commit",
}  # not of requirements.txt


def typed(page):
    """Return the commands on a page, each with its line."""
    text = read_text(ROOT / page)
    found = [
        (match.start("lines") + line.start(), line[0])
        for match in CONSOLE.finditer(text)
        for line in re.finditer(r".+", match["lines"])
    ]
    found += [(match.start(1), match[1]) for match in SPAN.finditer(text)]
    for start, line in found:
        for command in re.split(r" *(?:&&|;) *", line):
            yield text[:start].count("\n") + 1, command.strip()


COMMANDS = sorted({(page, line, command) for page in PAGES for line, command in typed(page)})
CHEAP = sorted({"python -m evidence status", "python -m evidence check"} & {command for *_, command in COMMANDS})
assert CHEAP


@pytest.mark.parametrize(
    ("page", "line", "command"),
    COMMANDS,
    ids=[f"{page}:{line}, {number}" for number, (page, line, _) in enumerate(COMMANDS)],
)
def test_what_people_are_told_to_type_is_known(page, line, command, capsys):
    words = [PLACEHOLDERS.get(word, word) for word in shlex.split(command.replace("\\", "/"))]
    where = f"{page}:{line}: {command}"
    program = Path(words[0]).name
    if words[:3] == ["python", "-m", "evidence"]:
        if words[3:]:
            try:
                options = command_parser().parse_args(words[3:])
            except SystemExit as ended:
                pytest.fail(f"{where}\n{capsys.readouterr().err}") if ended.code else None
                return
            assert_names_exist(where, getattr(options, "names", []))
    elif program == "pytest":
        for word in words[1:]:
            assert_test_exists(where, word)
    elif program == "python" and len(words) > 1 and words[1].endswith(".py"):
        assert (ROOT / words[1]).is_file(), where
    elif words[0].startswith(".ci/"):
        assert (ROOT / words[0]).is_file(), where
    elif program not in SYSTEM:
        known = Path(sys.executable).with_name(program).exists() or shutil.which(program)
        assert known, where
    for word in words:
        if re.fullmatch(r"requirements[\w-]*\.(txt|in)", word):
            assert (ROOT / word).is_file(), where


def assert_names_exist(where, names):
    for name in names:
        assert name in {*read_environments(), "pinned"} or (ROOT / name).is_file(), f"{where}: {name}"


def assert_test_exists(where, word):
    path, _, test = word.partition("::")
    if path.startswith("-"):
        return
    assert (ROOT / path).exists(), where
    if test.startswith("line "):
        lines = [block.line for block in blocks_in(path, read_text(ROOT / path))]
        assert int(test.removeprefix("line ")) in lines, f"{where}: its blocks start on the lines {lines}"


@pytest.mark.parametrize("command", CHEAP)
def test_what_costs_little_is_run(command):
    ended = subprocess.run(
        [sys.executable, *shlex.split(command)[1:]], cwd=ROOT, text=True, capture_output=True, check=False
    )
    assert ended.returncode == 0, ended.stderr[-2000:]
    assert ended.stdout


@pytest.mark.parametrize("page", [*PAGES, "ARCHITECTURE.md"])
def test_numbers_of_environments_are_those_of_the_listing(page):
    text = read_text(ROOT / page)
    count = len(read_environments())
    assert {int(number) for number in re.findall(r"\b(\d+) (?:environments|Kerases)\b", text)} <= {count}


def test_the_gigabytes_of_all_environments_are_those_of_the_listing():
    [gigabytes] = re.findall(r"which takes (\d+) GB", read_text(ROOT / "CONTRIBUTING.md"))
    megabytes = sum(
        {
            each.installation: each.installation.megabytes for each in read_environments().values() if each.installation
        }.values()
    )
    assert round(megabytes / 1000) == int(gigabytes)


@pytest.mark.parametrize("light", [True, False])
def test_the_light_install_is_a_part_of_the_whole(light):
    """With the same versions, without TensorFlow and Keras."""

    def pins(name):
        return {
            line for line in (ROOT / name).read_text(encoding="utf-8").splitlines() if re.match(r"[a-z0-9-]+==", line)
        }

    whole, part = pins("requirements.txt"), pins("requirements-light.txt")
    if light:
        names = {line.partition("==")[0] for line in part}
        assert not names & {"tensorflow", "keras", "playwright", "numpy"}
        assert {"mkdocs", "mkdocs-material", "pytest-codeblocks", "rumdl"} <= names
    else:
        versions = {line.split(" ")[0] for line in whole}
        assert part and {line.split(" ")[0] for line in part} <= versions
