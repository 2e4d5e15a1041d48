"""The workflows: what GitHub runs, with which permissions, and that the project really has it."""

import ast
import importlib.metadata
import os
import re
import shlex
import subprocess
import sys
import tomllib

import pytest
import yaml
from packaging.utils import canonicalize_name

from evidence.__main__ import main
from evidence.files import ROOT
from evidence.running.environments import read_environments
from evidence.running.packages import installed_with_dependencies, package_name
from evidence.running.workflow_jobs import workflow_jobs
from measure import browser, node

FOLDER = ROOT / ".github" / "workflows"
TEXTS = {path.name: path.read_text(encoding="utf-8") for path in sorted(FOLDER.glob("*.yml"))}
WORKFLOWS = {name: yaml.safe_load(text) for name, text in TEXTS.items()}
JOBS = {f"{name}:{key}": job for name, workflow in WORKFLOWS.items() for key, job in workflow["jobs"].items()}
STEPS = {key: job["steps"] for key, job in JOBS.items() if "steps" in job}  # of jobs that call no other workflow
CHECKOUT = "actions/checkout"
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
RECORDING, LINTERS = (PYPROJECT["dependency-groups"][name] for name in ("recording", "linters"))
LIGHT = re.findall(r"^([\w.-]+)==", (ROOT / "requirements-light.txt").read_text(encoding="utf-8"), re.MULTILINE)
# A Python without the other packages.
ONLY_THESE = """
import runpy, sys

class OnlyThese:
    def find_spec(name, path=None, target=None):
        if name.split(".")[0] not in {allowed} | sys.stdlib_module_names:
            raise ModuleNotFoundError(f"No module named {{name}}")

sys.meta_path.insert(0, OnlyThese)
sys.argv = ["evidence", {command!r}]
runpy.run_module({module!r}, run_name={name!r})
"""

workflows = pytest.mark.parametrize("name", WORKFLOWS)
jobs_with_steps = pytest.mark.parametrize("key", STEPS)


def triggers(name):
    return WORKFLOWS[name][True]  # YAML reads the key `on` as true.


@workflows
def test_a_workflow_only_reads(name):
    assert WORKFLOWS[name]["permissions"] == {"contents": "read"}


def test_three_jobs_may_write_each_what_it_is_for():
    assert {key: job["permissions"] for key, job in JOBS.items() if "permissions" in job} == {
        "comment.yml:comment": {"contents": "read", "actions": "read", "pull-requests": "write"},
        "newest.yml:issue": {"contents": "read", "issues": "write"},
        "publish.yml:publish": {"contents": "write"},
    }


def test_only_the_steps_that_need_it_have_the_token():
    having = {
        (key, step["run"].split()[0]): step["env"]["GH_TOKEN"]
        for key, steps in STEPS.items()
        for step in steps
        if "GH_TOKEN" in step.get("env", {})
    }
    assert having == dict.fromkeys(
        [
            ("comment.yml:comment", "if"),  # downloads
            ("comment.yml:comment", "bash"),  # .ci/comment
            ("newest.yml:issue", "bash"),
            ("publish.yml:publish", "gh"),
        ],
        "${{ github.token }}",
    )
    assert "".join(TEXTS.values()).count("github.token") == len(having)


def test_what_follows_a_pull_request_s_run_runs_main_alone():
    """`workflow_run` has main's permissions, so it must not run or check out what a pull request may have written."""
    assert [name for name in WORKFLOWS if "workflow_run" in triggers(name)] == ["comment.yml"]
    [checkout] = [step for step in STEPS["comment.yml:comment"] if step.get("uses", "").startswith(CHECKOUT)]
    assert checkout["with"] == {"persist-credentials": False}, "main, which is what it takes without a `ref`"
    commands = [line.strip() for step in STEPS["comment.yml:comment"] for line in step.get("run", "").splitlines()]
    assert [line for line in commands if "received" in line] == [
        'if gh run download "$RUN" --repo "$GITHUB_REPOSITORY" --name records --dir received; then',
        'echo "received=true" >> "$GITHUB_OUTPUT"',
        '.venv/bin/python -m evidence comment received "$ADDRESS" > comment.md',
    ]
    assert not [line for line in commands if "${{" in line], "A branch's name is data: it comes by the environment."


@workflows
def test_a_fork_gets_no_rights_and_nobody_a_secret(name):
    """`pull_request_target` runs what a pull request may have written, with main's permissions."""
    assert "pull_request_target" not in triggers(name)
    # Forks get no variables either, so whatever depends on one fails only there.
    assert not re.search(r"\b(secrets|vars)\b", re.sub("#.*", "", TEXTS[name]))


@jobs_with_steps
def test_a_job_has_a_time_limit(key):
    assert 0 < JOBS[key]["timeout-minutes"] <= 60


def test_actions_are_pinned_by_commit():
    used = [line for text in TEXTS.values() for line in text.splitlines() if re.match(r"\s*(- )?uses:(?! \./)", line)]
    pins = [re.fullmatch(r"\s*(?:- )?uses: ([\w-]+/[\w-]+)@([0-9a-f]{40}) # (v\d+\.\d+\.\d+)", line) for line in used]
    assert not [line for line, pin in zip(used, pins, strict=True) if not pin]
    versions = {pin.groups() for pin in pins}
    assert len(versions) == len({action for action, _, _ in versions}), "one version of each action"
    assert CHECKOUT in {action for action, _, _ in versions}


@jobs_with_steps
def test_a_checkout_leaves_no_token_behind(key):
    checkouts = [step for step in STEPS[key] if step.get("uses", "").startswith(f"{CHECKOUT}@")]
    assert checkouts
    assert all(step["with"]["persist-credentials"] is False for step in checkouts)


@workflows
def test_no_python_is_written_into_a_workflow(name):
    assert not re.search(r"shell: *python|python[\d.]* +(-c\b|- )|<<", TEXTS[name])


def test_actionlint_finds_nothing(tmp_path):
    newer = tmp_path / "newer.yml"
    newer.write_text(TEXTS["publish.yml"].replace("uses: ./", "uses: $/"), encoding="utf-8")
    lines = node.run(ROOT / "tests" / "actionlint.cjs", *map(str, FOLDER.glob("*.yml")), str(newer)).splitlines()
    assert [line for line in lines if not line.startswith(str(newer))] == []
    assert lines, "actionlint knows `$/`: use it in publish.yml, and take out what zizmor ignores there"


def test_pytorch_s_cpu_build_stands_in_the_workflows_and_no_registry_does():
    """GitHub doesn't pass the repository's variables to pull requests from forks."""
    for key in "check.yml:check", "record.yml:record":
        assert JOBS[key]["env"]["UV_TORCH_BACKEND"] == "cpu"
    assert not re.search(r"https?://", re.sub("#.*|https://[$]", "", "".join(TEXTS.values())))


def test_scripts_that_workflows_run_are_there():
    scripts = {*re.findall(r"bash (\.ci/\w+)", "".join(TEXTS.values()))}
    assert scripts >= {".ci/changes", ".ci/chromium", ".ci/preview", ".ci/comment", ".ci/issue", ".ci/lint", ".ci/run"}
    for script in scripts:
        assert os.access(ROOT / script, os.X_OK), script


def test_what_the_recording_imports_is_among_the_requirements():
    files = "requirements-light.in", "requirements.in"
    requirements = "".join((ROOT / name).read_text(encoding="utf-8") for name in files)
    assert RECORDING
    for name in RECORDING:
        assert re.search(rf"^{name}\b", requirements, re.MULTILINE), name


def test_commands_are_known(capsys):
    commands = {*re.findall(r"python -m evidence (\w+)", "".join(TEXTS.values()))}
    assert len(commands) > 3
    for command in commands:
        with pytest.raises(SystemExit) as ended:
            main([command, "--help"])
        assert ended.value.code == 0, command


def test_every_python_has_a_container():
    """Debian 11 is the only release with images for all of these."""
    assert {environment.python for environment in read_environments().values()} <= {
        f"3.{minor}" for minor in range(6, 12)
    }


def test_a_job_of_the_matrix_has_what_the_workflow_asks_for():
    asked = set(re.findall(r"(?<!steps\.)matrix\.(\w+)", TEXTS["record.yml"]))
    assert all(set(job) == asked for job in workflow_jobs(read_environments().values()))


def packages_of(*requirements):
    """Return the names of those of these packages that are installed, and of what they need."""
    installed = {canonicalize_name(package.name) for package in importlib.metadata.distributions()}
    found = installed_with_dependencies(*(name for name in requirements if canonicalize_name(name) in installed))
    return {canonicalize_name(package_name(pin)) for pin in found}


def modules_of(packages):
    """Return the modules that can be imported from packages."""
    found = importlib.metadata.packages_distributions().items()
    return {module for module, names in found if packages & set(map(canonicalize_name, names))}


def run_with(packages, module, name, command=""):
    """Run a module where only these packages can be imported; return how that ended."""
    code = ONLY_THESE.format(allowed=modules_of(packages) | {"evidence"}, module=module, name=name, command=command)
    return subprocess.run([sys.executable, "-c", code], cwd=ROOT, text=True, capture_output=True, check=False)


@pytest.mark.parametrize("command", ["status", "matrix", "summary"])
def test_light_packages_are_enough_for_the_recording(command):
    """All that `install` and `record` import, these import too."""
    ended = run_with(packages_of(*RECORDING), "evidence", "__main__", command)
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout


@pytest.mark.parametrize("module", ["evidence.serving.serve", "evidence.site.plugin", "evidence.pages.check"])
def test_a_light_install_can_serve_build_and_check(module):
    ended = run_with(packages_of(*LIGHT), module, module)
    assert ended.returncode == 0, ended.stderr


def test_the_first_job_installs_the_linters_and_what_mypy_reads():
    [install] = [step["run"] for step in STEPS["check.yml:lint"] if "uv pip install" in step.get("run", "")]
    assert "--requirement requirements-light.txt" in install and "--group linters" in install
    packages = packages_of(*LIGHT, *LINTERS)
    programs = {
        path.stem
        for package in packages
        for path in importlib.metadata.files(package) or ()
        if path.parent.name in {"bin", "Scripts"}
    }
    linters = re.search(r"for linter in (.*?); do", (ROOT / ".ci/lint").read_text(encoding="utf-8"), re.DOTALL)
    assert {command.split()[0] for command in shlex.split(linters[1].replace("\\\n", ""))} <= programs
    passed_over = {
        module.partition(".")[0]
        for override in PYPROJECT["tool"]["mypy"]["overrides"]
        if override.get("ignore_missing_imports")
        for module in override["module"]
    }
    own = {"evidence", "measure", *(path.stem for path in (ROOT / "evidence/running/in_keras").iterdir())}
    known = modules_of(packages) | sys.stdlib_module_names | own | passed_over
    assert {(name, path) for path in mypy_files() for name in imported(path) if name not in known} == set()


def mypy_files():
    for name in PYPROJECT["tool"]["mypy"]["files"]:
        yield from [ROOT / name] if name.endswith(".py") else (ROOT / name).rglob("*.py")


def imported(path):
    """Return the top-level modules that a file imports."""
    for statement in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(statement, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in statement.names)
        elif isinstance(statement, ast.ImportFrom) and statement.module:
            yield statement.module.partition(".")[0]


def test_chromium_is_installed_before_it_is_needed():
    """The tests fail without it where `CI` is true, and look for it under these names."""
    runs = [step["run"] for step in STEPS["check.yml:browser"] if "run" in step]
    assert runs.index("bash .ci/chromium") < runs.index("pytest -m browser tests/site")
    script = (ROOT / ".ci/run").read_text(encoding="utf-8")
    assert script.index("\n.ci/chromium\n") < script.index("${command##* && }")
    looked_for = re.search("command -v (.*) > /dev/null", (ROOT / ".ci/chromium").read_text(encoding="utf-8"))
    assert tuple(looked_for[1].split()) == browser.NAMES
