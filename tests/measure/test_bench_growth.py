"""What `python -m evidence bench --only growth` measures: a larger guide really is one, and how sizes compare."""

import inspect
import subprocess
import sys
import tomllib

import pytest

from measure import bench_growth
from measure.bench_growth import Cost

PAGE = """---
description: 'A page: with a block.'
---
# Page {#page}

```python
print(1)
```
"""
LISTING = """releases = [
  { key = "pinned", release = "3.2.0", released = 2026-01-02 },
  { key = "old", release = "3.1.0", released = 2026-01-01, installation = "tensorflow" },
]
"""


def test_the_copy_of_a_page_has_a_description_and_blocks_of_its_own():
    copy = bench_growth.copied(PAGE, 2)
    assert "description: 'A page: with a block. Copy 2.'\n" in copy
    assert "print(1)  # copy 2\n```\n" in copy


def test_copies_come_below_their_page_in_the_navigation():
    menu = "nav:\n  - index.md\n  - Why:\n      - A page: why/a.md\nplugins: []\n"
    copies = {"index.md": ["index-copy-1.md"], "why/a.md": ["a-copy-1.md", "a-copy-2.md"]}
    assert bench_growth.with_copies(menu, copies) == (
        "nav:\n  - index.md\n  - index-copy-1.md\n  - Why:\n"
        "      - A page: why/a.md\n      - A page: why/a-copy-1.md\n      - A page: why/a-copy-2.md\nplugins: []\n"
    )


def test_releases_are_copied_but_for_the_pinned_one():
    assert bench_growth.more_releases(LISTING, 1) == LISTING
    releases = tomllib.loads(bench_growth.more_releases(LISTING, 3))["releases"]
    assert [release["key"] for release in releases] == ["pinned", "old-copy-2", "old-copy-1", "old"]
    assert [release["release"] for release in releases] == ["3.2.0", "3.1.0.2", "3.1.0.1", "3.1.0"]
    assert releases[1]["installation"] == "tensorflow"


def counts():
    """Return how many environments and blocks there are, and for how many blocks some environment has no outcome."""
    from evidence.findings.measurements import current_measurements
    from evidence.pages.blocks import all_blocks

    found = current_measurements()
    return len(found.environments), len(all_blocks()), sum(None in found.by_outcome(block) for block in found.blocks)


@pytest.mark.parametrize("what", ["pages", "environments"])
def test_a_larger_guide_has_nothing_wrong_and_everything_recorded(tmp_path, what):
    project = tmp_path / "project"
    bench_growth.copy_project(project, **{what: 2})
    assert bench_growth.cost_of(bench_growth.COMMANDS["the static checks"], project).megabytes > 10
    code = f"{inspect.getsource(counts)}\nprint(*counts())"
    variables = bench_growth.clean_environment() | {"PYTHONPATH": str(project)}
    command = [sys.executable, "-c", code]
    ended = subprocess.run(command, cwd=project, env=variables, check=True, text=True, capture_output=True)
    environments, blocks, unknown = counts()
    more_environments, more_blocks, more_unknown = map(int, ended.stdout.split())
    if what == "pages":
        assert more_environments == environments and more_blocks >= 2 * blocks
    else:
        assert more_environments == 2 * environments - 1 and more_blocks == blocks
    assert more_unknown <= 2 * unknown


def test_a_command_that_fails_ends_it_with_what_it_said(tmp_path):
    with pytest.raises(subprocess.CalledProcessError) as failed:
        bench_growth.cost_of([sys.executable, "-c", "import sys; sys.exit('so it is')"], tmp_path)
    assert "so it is" in failed.value.stderr


def test_the_last_step_is_compared_with_a_linear_one(monkeypatch, capsys):
    sizes = []

    def copy_project(project, **times):
        sizes.append(times)
        project.mkdir()

    def cost_of(command, project):
        [(_, size)] = sizes[-1].items()
        return Cost(1 + size, 50.0 * size**2)

    monkeypatch.setattr(bench_growth.examples, "as_notebook", lambda source: None)
    monkeypatch.setattr(bench_growth, "copy_project", copy_project)
    monkeypatch.setattr(bench_growth, "cost_of", cost_of)
    assert bench_growth.grow() == 0
    assert sizes == [{what: size} for what in ("pages", "environments") for size in (1, 3, 10)]
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["times", "the", "pages", "1", "3", "10", "of", "linear"]
    costs, _, target = lines[1].partition("   0.82 3.33; ")
    assert costs == "the static checks            2.0 s   50 MB     4.0 s  450 MB    11.0 s 5000 MB"
    assert target == "target: at most 1.00"
    assert len(lines) == 2 * (1 + len(bench_growth.COMMANDS))


def test_a_guide_that_cannot_be_measured_is_an_error(monkeypatch, capsys):
    def fail(command, project):
        raise subprocess.CalledProcessError(1, command, "", "no such page")

    monkeypatch.setattr(bench_growth.examples, "as_notebook", lambda source: None)
    monkeypatch.setattr(bench_growth, "copy_project", lambda project, **times: None)
    monkeypatch.setattr(bench_growth, "cost_of", fail)
    assert bench_growth.grow() == 1
    assert "no such page" in capsys.readouterr().err


def test_a_block_is_recorded_in_every_environment_without_keras(tmp_path):
    project = tmp_path / "project"
    bench_growth.copy_project(project)
    bench_growth.cost_of(bench_growth.COMMANDS["recording a new block"], project)
    page = min((project / "records/pages/docs/why").glob("*.json"))
    assert page.read_text().count('"output": "new\\n"') == 1
