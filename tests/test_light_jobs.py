"""The jobs of the workflows that install no TensorFlow, run here step by step, as for a pull request.

Each gets a clone and what it installs itself. Actions don't run: uv is there, and artifacts are folders. What a job
writes into `$GITHUB_PATH`, `$GITHUB_OUTPUT` and `$GITHUB_STEP_SUMMARY` works as on GitHub.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import uv
import yaml
from listed import LAST_TF_KERAS

from evidence.files import ROOT
from evidence.running.recorded_changes import git

WORKFLOWS = {path.name: yaml.safe_load(path.read_text("utf-8")) for path in (ROOT / ".github/workflows").glob("*.yml")}
PEOPLE = "-c", "user.name=A", "-c", "user.email=a@example.org"
PAGE = "docs/how-to/rename-layers.md"
RUN = "https://github.com/some-one/guide/actions/runs/17"
# It downloads the artifact `records`, and logs whatever else it is asked for.
GH = """#!/usr/bin/env bash
if [ "$1 $2" = "run download" ]; then mkdir -p .cache; cp -R "$ARTIFACTS/records" "${@: -1}"; exit; fi
printf '%s\\n' "$*" >> "$LOG"
if [ "$1 $2" = "api --method" ]; then echo 7; fi
"""


class Context(dict):
    """A context for expressions, such as `github`: what it doesn't have is empty."""

    def __getattr__(self, name):
        return self.get(name, "")


@dataclass
class Ended:
    """What a job did."""

    failed: list[str] = field(default_factory=list)  # steps
    outputs: dict[str, str] = field(default_factory=dict)
    log: str = ""
    summary: str = ""


class Runner:
    """Runs jobs; the jobs of one workflow run share its artifacts."""

    def __init__(self, folder):
        self.folder = folder
        self.artifacts = folder / "artifacts"
        (folder / "bin").mkdir()
        (folder / "bin" / "uv").symlink_to(uv.find_uv_bin())
        (folder / "bin" / "gh").write_text(GH)
        (folder / "bin" / "gh").chmod(0o755)
        # Otherwise this Python's own programs could stand in for those that a job forgets to install.
        path = [each for each in os.environ["PATH"].split(os.pathsep) if Path(each) != Path(sys.executable).parent]
        self.variables = {
            name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "COVERAGE", "VIRTUAL"))
        } | {
            "PATH": os.pathsep.join([str(folder / "bin"), *path]),
            "ARTIFACTS": str(self.artifacts),
            "LOG": str(folder / "gh.log"),
            "CI": "true",
            "GITHUB_REPOSITORY": "some-one/guide",
        }

    def run(self, workflow, name, checkout, event="pull_request", **github):
        """Run a job of a workflow in a clone of `checkout`."""
        job, ended = WORKFLOWS[workflow]["jobs"][name], Ended()
        clone = self.folder / f"{workflow}-{name}"
        git(ROOT, "clone", "--quiet", "--shared", str(checkout), str(clone))
        context = {
            "github": Context(event_name=event, token="token", event=Context(github)),
            "inputs": Context(),
            "steps": Context(),
            "cancelled": lambda: False,
        }
        files = {key: self.folder / f"{name}.{key}" for key in ("GITHUB_PATH", "GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
        settings = WORKFLOWS[workflow].get("env", {}) | job.get("env", {})
        # GitHub sets `pipefail` only where a workflow asks for bash.
        bash = ["bash", "-eo", "pipefail", "-c"] if "defaults" in WORKFLOWS[workflow] else ["bash", "-e", "-c"]
        for step in job["steps"]:
            condition = step.get("if", "true")
            if (ended.failed and "cancelled" not in condition) or not evaluated(condition, context):
                continue
            for path in files.values():
                path.touch()
            before = files["GITHUB_OUTPUT"].read_text()
            outputs = Context()
            if "uses" in step:
                outputs = self.use(step, clone)
            else:
                added = files["GITHUB_PATH"].read_text().split()[::-1]
                variables = self.variables | {key: str(path) for key, path in files.items()}
                variables |= {key: filled(value, context) for key, value in (settings | step.get("env", {})).items()}
                variables["PATH"] = os.pathsep.join([*added, variables["PATH"]])
                done = subprocess.run(
                    [*bash, step["run"]],
                    cwd=clone,
                    env=variables,
                    text=True,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.STDOUT,
                    check=False,
                )
                ended.log += done.stdout
                if done.returncode:
                    ended.failed.append(step["run"].splitlines()[0])
                    if "uv pip install" in step["run"] and os.environ.get("CI") != "true":
                        pytest.skip(f"what the job installs can't be had here:\n{done.stdout[-2000:]}")
                lines = files["GITHUB_OUTPUT"].read_text().removeprefix(before).splitlines()
                outputs = Context(line.split("=", 1) for line in lines)
            ended.outputs |= outputs
            if "id" in step:
                context["steps"][step["id"]] = Context(outputs=outputs)
        ended.summary = files["GITHUB_STEP_SUMMARY"].read_text()
        return ended

    def use(self, step, clone):
        """Do what an action does, as far as it matters here; return its outputs."""
        action, given = step["uses"].split("@")[0], step.get("with", {})
        if action == "actions/upload-artifact" and (clone / given["path"]).exists():
            shutil.copytree(clone / given["path"], self.artifacts / given["name"])
            return Context(artifact_url=f"{RUN}/artifacts/1")
        if action == "actions/download-artifact":
            for artifact in self.artifacts.glob(given["pattern"]):
                shutil.copytree(artifact, clone / given["path"] / artifact.name)
        return Context()


def evaluated(expression, context):
    """Evaluate an expression as GitHub does, for the few kinds that the workflows have."""
    text = re.sub(r"^\$\{\{ (.*) \}\}$", r"\1", expression)
    text = re.sub(r"(?<=[a-z])-(?=[a-z])", "_", text.replace("&&", " and ").replace("||", " or "))
    return eval(re.sub(r"!(?=\w)", " not ", text).strip(), {"true": True}, context)


def filled(value, context):
    """Return a value in `env` as a step gets it."""

    def text(found):
        value = evaluated(found[0], context)
        return str(value).lower() if isinstance(value, bool) else str(value)

    return re.sub(r"\$\{\{.*?\}\}", text, str(value))


@pytest.fixture
def runner(tmp_path):
    if sys.platform == "win32":
        pytest.skip("GitHub runs them on Linux")
    return Runner(tmp_path)


@pytest.fixture
def request_with(tmp_path):
    """Return a function that makes a checkout of a pull request with these files, merged into main as it is here."""

    def make(files):
        folder = tmp_path / "request"
        git(ROOT, "clone", "--quiet", "--shared", "--no-checkout", str(ROOT), str(folder))
        main = git(ROOT, *PEOPLE, "stash", "create").strip() or git(ROOT, "rev-parse", "HEAD").strip()
        git(folder, "checkout", "--quiet", "-B", "main", main)
        git(folder, "checkout", "--quiet", "-b", "branch")
        for name, text in files.items():
            (folder / name).write_text(text, encoding="utf-8")
        git(folder, *PEOPLE, "commit", "--quiet", "--all", "--message=request")
        git(folder, "checkout", "--quiet", "main")
        git(folder, *PEOPLE, "merge", "--quiet", "--no-ff", "--no-edit", "branch")
        return folder

    return make


def with_line(line):
    return (ROOT / PAGE).read_text("utf-8") + f"\n{line}\n"


def test_a_page_that_is_right_can_be_looked_at_as_it_would_be(runner, request_with):
    checkout = request_with({PAGE: with_line("One more sentence.")})
    changes = runner.run("check.yml", "changes", checkout)
    assert changes.outputs == {"code": "false", "pages": PAGE}
    build = runner.run("check.yml", "build", checkout)
    assert not build.failed, build.log
    page = Path(PAGE).relative_to("docs").with_suffix(".html").as_posix()
    assert "One more sentence." in (runner.artifacts / "preview" / page).read_text("utf-8")
    assert f"[Download it]({RUN}/artifacts/1)" in build.summary
    assert f"- `{page}`\n" in build.summary


def test_a_page_that_is_wrong_is_marked_at_its_line(runner, request_with):
    text = with_line("## A heading without an id")
    checkout = request_with({PAGE: text})
    lint = runner.run("check.yml", "lint", checkout)
    assert lint.failed == ["python -m evidence check --github"], f"The linters pass all the same.\n{lint.log}"
    assert f"::error file={PAGE},line={text.count(chr(10))}" in lint.log
    build = runner.run("check.yml", "build", checkout)
    assert build.failed == ["mkdocs build --strict"]
    assert f"{PAGE}:{text.count(chr(10))}: this heading has no id" in build.log
    assert not build.summary, "There is no site to be downloaded."


def test_a_record_that_was_edited_by_hand_is_found_and_one_command_mends_it(runner, request_with):
    name, key = f"records/pages/{PAGE.removesuffix('.md')}.json", LAST_TF_KERAS.key
    content = json.loads((ROOT / name).read_text("utf-8"))
    outcomes, environments = next(
        (outcomes, outcome["environments"])
        for outcomes in content["blocks"].values()
        for outcome in outcomes
        if key in outcome["environments"] and len(outcome["environments"]) > 1
    )
    environments.remove(key)
    outcomes.append({"output": "by hand\n", "environments": [key]})
    checkout = request_with({name: json.dumps(content)})
    found = runner.run("record.yml", "list", checkout)
    assert not found.failed, found.log
    assert [job["keys"] for job in json.loads(found.outputs["jobs"])] == [key]
    shutil.copytree(ROOT / "records", runner.artifacts / "recorded-here")  # as that job would record it
    merge = runner.run("record.yml", "merge", checkout)
    assert "to import" in merge.log.casefold() and len(merge.failed) == 1, merge.log
    assert "Nothing that was not recorded before" in merge.summary, "It compares with main."
    head = Context(owner=Context(login="fork"))
    run = Context(id=17, html_url=RUN, head_repository=head, head_branch="branch", head_sha="abc")
    comment = runner.run("comment.yml", "comment", checkout, "workflow_run", workflow_run=run)
    assert not comment.failed, comment.log
    assert (runner.folder / "gh.log").read_text().splitlines()[-1].startswith("pr comment 7 --repo some-one/guide")
    [command] = re.findall("```console\n(.*)\n```", (runner.folder / "comment.yml-comment/comment.md").read_text())
    python = str(Path(sys.executable).parent)
    variables = runner.variables | {
        "PATH": os.pathsep.join([python, runner.variables["PATH"]]),
        "PYTHONPATH": str(checkout),
    }
    subprocess.run(["bash", "-euc", command], cwd=checkout, env=variables, check=True)
    mended, right = (json.loads((folder / name).read_text("utf-8"))["blocks"] for folder in (checkout, ROOT))
    assert mended == right
