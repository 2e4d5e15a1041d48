"""The second count: each listing of a rendered page that looks like Python was executed."""

import pytest

from evidence.files import ROOT
from evidence.pages import unexecuted_code
from evidence.pages.blocks import EXPECTED_OUTPUT
from evidence.pages.lint import read_page
from evidence.pages.unexecuted_code import Exemption

BLOCK = f"```python\nprint(1)\n```\n\n{EXPECTED_OUTPUT}\n\n```text\n1\n```\n"


def count(tmp_path, text, *exemptions):
    path = tmp_path / "page.md"
    path.write_text(text, encoding="utf-8")
    listed = [Exemption(path.as_posix(), *exemption) for exemption in exemptions]
    return unexecuted_code.check_listings(path, read_page(path)[0], listed)


FOUND = {
    "an indented listing": ("Text:\n\n    import keras\n    keras.Sequential()\n", 3),
    "a fence without a name": ("```\nmodel.layers.pop()\n```\n", 2),
    "a fence called text": ("```text\nx = 1\n```\n", 2),
    "a session": ("```pycon\n>>> 1\n1\n```\n", 2),
    "a listing that begins as a block does": (
        "```python\nimport keras\nassert 1\n```\n\n    import keras\n    keras.x()\n",
        6,
    ),
    "a prompt": ("```\n>>> model.layers.pop()\n```\n", 2),
    "a del": ("```text\ndel model.layers[-1]\n```\n", 2),
    "a notebook's cell": ("```\n!pip install keras\nimport keras\n```\n", 2),
    "Python called a console": ("```console\nimport keras\n```\n", 2),
    "raw HTML": ("Text.\n\n<pre><code>import keras</code></pre>\n", 3),
    "a block in a comment": (f"<!--\n\n{BLOCK}\n-->\n", 3),
}


@pytest.mark.parametrize(("text", "line"), FOUND.values(), ids=FOUND)
def test_is_found(tmp_path, text, line):
    [problem] = count(tmp_path, text)
    assert problem.line == line
    assert "executed" in problem.text


PASSED = {
    "a block and its output": BLOCK,
    "a block in an admonition": "!!! note\n\n" + "".join(f"    {line}\n" for line in BLOCK.splitlines()),
    "front matter": "---\ndescription: x = 1\n---\n\n" + BLOCK,
    "a command": "```console\npytest docs/index.md\n```\n",
    "a diagram": "```text\npage -> block\n```\n",
    "data": '```json\n{"a": 1}\n```\n',
}


@pytest.mark.parametrize("text", PASSED.values(), ids=PASSED)
def test_passes(tmp_path, text):
    assert count(tmp_path, text) == []


def test_what_the_evidence_adds_is_no_listing():
    shown = unexecuted_code.listings((ROOT / "docs/why/after-pop-compile-again.md").read_text(encoding="utf-8"))
    assert shown
    assert not [listing for listing in shown if "NotImplementedError" in listing.text]


def test_the_same_code_twice_must_run_twice(tmp_path):
    [problem] = count(tmp_path, BLOCK + "\n```\nprint(1)\n```\n")
    assert "not executed" in problem.text


def test_an_exemption_with_a_reason_lets_a_listing_pass(tmp_path):
    assert count(tmp_path, "```\nmodel.layers.pop()\n```\n", ("model.layers", "old Keras")) == []


def test_an_exemption_that_is_not_needed_fails(tmp_path):
    [problem] = count(tmp_path, BLOCK, ("model.layers", "old Keras"))
    assert "no longer needed" in problem.text


def test_an_exemption_without_a_reason_is_refused(tmp_path):
    path = tmp_path / "unexecuted_code.toml"
    path.write_text('[[unexecuted]]\npage = "docs/index.md"\nstarts = "x"\nreason = ""\n')
    with pytest.raises(ValueError, match="entry 1"):
        unexecuted_code.read_exemptions(path)


def test_the_exemptions_name_pages_that_exist():
    for exemption in unexecuted_code.read_exemptions():
        assert (ROOT / exemption.page).is_file(), f"take {exemption.page} out of {unexecuted_code.EXEMPTIONS}"
