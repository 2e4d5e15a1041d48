"""The double check: each listing on a rendered page that looks like Python is a block."""

import pytest

from evidence.files import ROOT
from evidence.pages.blocks import EXPECTED_OUTPUT, page_name, read_text
from evidence.pages.lint import read_page
from evidence.pages.unexecuted_code import EXEMPTIONS, Exemption, Listing, check_listings, listings, read_exemptions

BLOCK = f"```python\nprint(1)\n```\n\n{EXPECTED_OUTPUT}\n\n```text\n1\n```\n"


def problems(tmp_path, text, *exemptions):
    """Return the lines and messages of a page's problems; exemptions have a start and a reason."""
    path = tmp_path / "page.md"
    path.write_text(text, encoding="utf-8")
    page = page_name(path)
    exempt = [Exemption(page, *exemption) for exemption in exemptions]
    blocks, _ = read_page(path)
    listed = list(check_listings(path, blocks, [Exemption("docs/other.md", "print", "of another page"), *exempt]))
    assert {problem.page for problem in listed} <= {page}
    return [(problem.line, problem.text) for problem in listed]


def not_executed(cause):
    return (
        f"this looks like Python but is not executed, because it is {cause}. Open it with exactly ```python, "
        "or list it with a reason in evidence/pages/unexecuted_code.toml."
    )


PLAIN = "indented, or not fenced as `python`"
NOT_SHOWN = "this block is executed, but the page does not show it. Show it or delete it."
UNEXECUTED = {
    "an indented listing": ("Text:\n\n    import keras\n    keras.Sequential()\n", 3, PLAIN),
    "a fence without a language": ("```\nmodel.layers.pop()\n```\n", 2, PLAIN),
    "a fence called text": ("```text\nx = 1\n```\n", 2, PLAIN),
    "a session": ("```pycon\n>>> 1\n1\n```\n", 2, "fenced as `pycon`"),
    "a fence called py": ("```py\n1\n```\n", 2, "fenced as `py`"),
    "a listing that begins as a block does": (
        "```python\nimport keras\nassert 1\n```\n\n    import keras\n    keras.x()\n",
        6,
        PLAIN,
    ),
    "a listing after another that begins as it does": (
        "```text\nx\n```\n\n```text\nx\nx.y()\n```\n",
        6,
        PLAIN,
    ),
    "a prompt": ("```\n>>> model.layers.pop()\n```\n", 2, PLAIN),
    "a prompt in a language without Python": ("```json\n{}\n  >>> 1\n```\n", 2, "fenced as `json`"),
    "a del": ("```text\ndel model.layers[-1]\n```\n", 2, PLAIN),
    "a notebook's cell": ("```\n!pip install keras\n%time\nimport keras\n```\n", 2, PLAIN),
    "Python called a console": ("```console\nimport keras\n```\n", 2, PLAIN),
    "raw HTML": ("Text.\n\n<pre><code>import keras</code></pre>\n", 3, PLAIN),
    "raw HTML with a language": (
        'Text.\n\n<pre><code class="x language-python3">import keras</code></pre>\n',
        3,
        "fenced as `python3`",
    ),
    "raw HTML that is a block's text, too": (f"{BLOCK}\n\n<pre><code>print(1)</code></pre>\n", 12, PLAIN),
    "a listing that is not on the page as it is shown": ("Text.\n\n<pre>a &lt;= b()</pre>\n", 1, PLAIN),
}


@pytest.mark.parametrize(("text", "line", "cause"), UNEXECUTED.values(), ids=UNEXECUTED)
def test_is_named_with_its_line(tmp_path, text, line, cause):
    [problem] = problems(tmp_path, text)
    assert problem == (line, not_executed(cause))


@pytest.mark.parametrize(
    "code",
    [
        *("import a", "from a import b", "a = 1", "a += 1", "a: int = 1", "a()", "if a:\n    b()"),
        *("def a():\n    1", "class A:\n    1", "for a in b:\n    1", "with a:\n    1"),
    ],
)
def test_syntax_that_only_python_has_is_noticed(tmp_path, code):
    [problem] = problems(tmp_path, f"```text\n{code}\n```\n")
    assert problem == (2, not_executed(PLAIN))


@pytest.mark.parametrize("language", ["python", "py", "python3", "py3", "pycon", "ipython", "ipython3"])
def test_whatever_is_called_python_is_noticed(tmp_path, language):
    assert problems(tmp_path, f'```{language} title="x"\n1\n```\n') == [(2, not_executed(f"fenced as `{language}`"))]


PASSED = {
    "a block and its output": BLOCK,
    "a block in an admonition": "!!! note\n\n" + "".join(f"    {line}\n" for line in BLOCK.splitlines()),
    "front matter": "---\ndescription: x = 1\n---\n\n" + BLOCK,
    "a command": "```console\npytest docs/index.md\n```\n",
    "what is no prompt": "```text\n>>>>>>> main\n```\n",
    "a name": "```text\npytest\n```\n",
    "a diagram": "```text\npage -> block\n```\n",
    "data": '```json\n{"a": 1}\n```\n',
    "data that would be Python": "```toml\na = 1\n```\n",
    "an output that looks like Python": BLOCK.replace("\n1\n", "\nx = 1\n").replace("(1)", "('x = 1')"),
    "a rule in the text": "Text.\n\n---\n\n" + BLOCK,
    "the same block twice": BLOCK + "\n" + BLOCK,
}


@pytest.mark.parametrize("text", PASSED.values(), ids=PASSED)
def test_passes(tmp_path, text):
    assert problems(tmp_path, text) == []


def test_front_matter_is_not_shown_and_what_follows_is():
    text = "---\ntitle: |\n\n    x = 1\n---\n\n    a = 1\n\n---\n\n    b = 2\n"
    assert [listing.text.strip() for listing in listings(text)] == ["a = 1", "b = 2"]


def test_a_listing_has_its_language():
    text = 'Text:\n\n    a\n\n```json\n{}\n```\n\n<div class="language-toml"><pre>b</pre></div>\n'
    assert listings(text) == [Listing("", "a"), Listing("json", "{}"), Listing("toml", "b")]


def test_what_the_evidence_adds_is_no_listing():
    shown = listings(read_text(ROOT / "docs/why/after-pop-compile-again.md"))
    assert shown
    assert not [listing for listing in shown if "NotImplementedError" in listing.text]


def test_the_same_code_twice_must_run_twice(tmp_path):
    assert problems(tmp_path, BLOCK + "\n```\nprint(1)\n```\n") == [(12, not_executed(PLAIN))]


def test_a_block_that_is_not_shown_is_named(tmp_path):
    page = f"{BLOCK}\n<!--\n\n{BLOCK.replace('print(1)', 'print(1 )')}\n-->\n\n<!--\n{BLOCK}\n-->\n"
    assert problems(tmp_path, page) == [(13, NOT_SHOWN), (26, NOT_SHOWN)]


def test_an_exemption_with_a_reason_lets_every_such_listing_pass(tmp_path):
    page = "```\nmodel.layers.pop()\n```\n\n```\nmodel.layers = []\n```\n"
    assert problems(tmp_path, page, ("model.layers", "old Keras")) == []
    assert problems(tmp_path, page, ("model.layers.p", "old Keras")) == [(6, not_executed(PLAIN))]


def test_an_exemption_that_is_not_needed_is_named(tmp_path):
    page = BLOCK + "\n```\nx = 1\n```\n"
    exemptions = [("x", "needed"), ("y", "once needed"), ("print", "a block"), ("x = 1", "needed")]
    assert problems(tmp_path, page, *exemptions) == [
        (1, f"no listing that starts with '{start}' needs its exemption. Delete it from {page_name(EXEMPTIONS)}.")
        for start in ("y", "print")
    ]


ENTRY = '[[unexecuted]]\npage = "docs/index.md"\nstarts_with = "x"\nreason = "é"\n'


def test_exemptions_are_read(tmp_path):
    path = tmp_path / "unexecuted_code.toml"
    path.write_text(ENTRY, encoding="utf-8")
    assert read_exemptions(path) == [Exemption("docs/index.md", "x", "é")]
    path.write_text("# none\n")
    assert read_exemptions(path) == []


@pytest.mark.parametrize("entry", [ENTRY.replace("é", ""), ENTRY.partition("reason")[0], ENTRY + "line = 1\n"])
def test_an_exemption_that_lacks_something_or_says_more_is_refused(tmp_path, entry):
    path = tmp_path / "unexecuted_code.toml"
    path.write_text(ENTRY + entry, encoding="utf-8")
    with pytest.raises(ValueError) as error:
        read_exemptions(path)
    text = "entry 2 of `unexecuted` needs page, starts_with and reason, and nothing else."
    assert str(error.value) == f"{page_name(path)}: {text}"


def test_the_exemptions_name_pages_that_exist():
    for exemption in read_exemptions():
        assert (ROOT / exemption.page).is_file(), f"Delete the exemption for {exemption.page} from {EXEMPTIONS}."
