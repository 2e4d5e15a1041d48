"""The workflows: what GitHub runs, with which rights, and that it is what this project has."""

import importlib.metadata
import os
import re
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
from measure import node

FOLDER = ROOT / ".github" / "workflows"
TEXTS = {path.name: path.read_text(encoding="utf-8") for path in sorted(FOLDER.glob("*.yml"))}
WORKFLOWS = {name: yaml.safe_load(text) for name, text in TEXTS.items()}
JOBS = {f"{name}:{key}": job for name, workflow in WORKFLOWS.items() for key, job in workflow["jobs"].items()}
STEPS = {key: job["steps"] for key, job in JOBS.items() if "steps" in job}  # of jobs that call no other workflow
CHECKOUT = "actions/checkout"
RECORDING = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["dependency-groups"]["recording"]
# A Python without the other packages.
ONLY_THESE = """
import runpy, sys

class OnlyThese:
    def find_spec(name, path=None, target=None):
        if name.split(".")[0] not in {allowed} | sys.stdlib_module_names:
            raise ModuleNotFoundError(f"No module named {{name}}")

sys.meta_path.insert(0, OnlyThese)
sys.argv = ["evidence", {command!r}]
runpy.run_module("evidence", run_name="__main__")
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
        "newest.yml:issue": {"issues": "write"},
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
    """`workflow_run` has the rights of main: nothing that a pull request may have written is run, or checked out."""
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
    """`pull_request_target` runs with the rights of main what a pull request may have written."""
    assert "pull_request_target" not in triggers(name)
    # Forks get no variables either, so what depended on one would fail there only.
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
    """Variables of the repository are not passed to pull requests of forks."""
    for key in "check.yml:check", "record.yml:record":
        assert JOBS[key]["env"]["UV_TORCH_BACKEND"] == "cpu"
    assert not re.search(r"https?://", re.sub("#.*|https://[$]", "", "".join(TEXTS.values())))


def test_scripts_that_workflows_run_are_there():
    scripts = {*re.findall(r"bash (\.ci/\w+)", "".join(TEXTS.values()))}
    assert scripts >= {".ci/changes", ".ci/preview", ".ci/comment", ".ci/issue", ".ci/lint", ".ci/run"}
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
    """Debian 11 is the one release with images of all of these."""
    assert {environment.python for environment in read_environments().values()} <= {
        f"3.{minor}" for minor in range(6, 12)
    }


def test_a_job_of_the_matrix_has_what_the_workflow_asks_for():
    asked = set(re.findall(r"(?<!steps\.)matrix\.(\w+)", TEXTS["record.yml"]))
    assert all(set(job) == asked for job in workflow_jobs(read_environments().values()))


@pytest.mark.parametrize("command", ["status", "matrix", "summary"])
def test_light_packages_are_enough_for_the_recording(command):
    """All that `install` and `record` import, these import too."""
    distributions = {package_name(pin) for pin in installed_with_dependencies(*RECORDING)}
    allowed = {
        module
        for module, names in importlib.metadata.packages_distributions().items()
        if distributions & set(map(canonicalize_name, names))
    }
    code = ONLY_THESE.format(allowed=allowed | {"evidence"}, command=command)
    ended = subprocess.run([sys.executable, "-c", code], cwd=ROOT, text=True, capture_output=True, check=False)
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout
