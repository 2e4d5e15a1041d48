"""What a contributor may set up: hooks that fix a commit, and a container."""

import json
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from listed import PINNED

from evidence.files import ROOT

MISSPELT = "missp" + "eled"  # in one word, codespell would fix it here
HOOKS = {
    hook["id"]: hook
    for repository in yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))["repos"]
    for hook in repository["hooks"]
}
CONTAINER = (ROOT / ".devcontainer/devcontainer.json").read_text(encoding="utf-8")
# A file's content, what it is fixed to, and the hook that does it.
FAULTS = {
    "ruff": ("module.py", "import os\n\nprint(1)\n", "\nprint(1)\n"),
    "ruff-format": ("module.py", "print( 1 )\n", "print(1)\n"),
    "ruff-format of a block": ("page.md", "```python\nprint( 1 )\n```\n", "```python\nprint(1)\n```\n"),
    "rumdl": ("page.md", "# Page\n\n\n\nText\n", "# Page\n\nText\n"),
    "codespell": ("page.md", f"# A {MISSPELT} page\n", "# A misspelled page\n"),
}


def run(hook, path):
    """Run a hook on a file, as pre-commit does: from the folder of the repository, with its path at the end."""
    command = [*shlex.split(HOOKS[hook]["entry"]), str(path)]
    if command[0] == "python":
        command[0] = sys.executable
    else:  # The README's test command doesn't activate the environment.
        beside = shutil.which(command[0], path=Path(sys.executable).parent)
        command[0] = beside or command[0]
    return subprocess.run(command, cwd=ROOT, text=True, capture_output=True, check=False)


@pytest.mark.parametrize("name", FAULTS)
def test_a_hook_mends_what_it_finds(name, tmp_path):
    file, wrong, mended = FAULTS[name]
    path = tmp_path / file
    path.write_text(wrong, encoding="utf-8")
    ended = run(name.split()[0], path)
    assert path.read_text(encoding="utf-8") == mended, ended.stdout + ended.stderr


def test_each_hook_that_mends_has_such_a_fault():
    assert {name.split()[0] for name in FAULTS} == {key for key, hook in HOOKS.items() if "mends" in hook["name"]}


def test_the_hooks_fetch_nothing_so_their_versions_are_those_of_the_requirements():
    requirements = "".join((ROOT / name).read_text("utf-8") for name in ("requirements.in", "requirements-light.in"))
    for hook in HOOKS.values():
        assert hook["language"] == "system"
        tool = shlex.split(hook["entry"])[0]
        assert tool == "python" or re.search(rf"^{tool}\b", requirements, re.MULTILINE), tool


def test_spelling_is_looked_at_in_the_same_files_as_in_ci():
    pattern = re.compile(HOOKS["codespell"]["exclude"])
    for left_out in "records/pages/README.json", "requirements-hashed.txt", "measure/questions.toml":
        assert pattern.search(left_out)
        assert re.split(r"[/.-]", left_out)[0] in (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert not pattern.search("docs/index.md")


def test_the_container_has_the_python_of_the_pinned_environment():
    container = json.loads(re.sub(r"^\s*//.*$", "", CONTAINER, flags=re.MULTILINE))
    assert container["image"].startswith(f"python:{PINNED.python}-")
    assert "requirements-light.txt" in container["postCreateCommand"]
