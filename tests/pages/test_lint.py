"""What is wrong with a page is reported with its line, and what to do about it."""

import pytest

from evidence.pages import check, lint
from evidence.pages.blocks import EXPECTED_OUTPUT, Block, page_name
from evidence.pages.guide import Guide
from evidence.pages.lint import Problem, read_page
from evidence.pages.rules.blocks import line_refused_by_a_prompt
from evidence.pages.rules.navigation import Navigation

OUTPUT = f"\n{EXPECTED_OUTPUT}\n\n```text\n1\n```\n"
GOOD = f"# Page\n\n```python\nprint(1)\n```\n{OUTPUT}"


NOTHING = Guide(ids={}, descriptions={}, tables=(), navigation=Navigation([]))


def write(tmp_path, text):
    path = tmp_path / "page.md"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def problems_of(tmp_path, text):
    return check.check_page(write(tmp_path, text), NOTHING)


GOOD_PAGES = {
    "a block with an output": GOOD,
    "a block that asserts": "```python\nassert True\n```\n",
    "two blocks": GOOD + GOOD,
    "an indented block": "!!! note\n\n    ```python\n    if True:\n        print(1)\n\n    assert True\n    ```\n",
    "a block with an output and text": f"{GOOD}\nText.\n",
    "a fence of another language": "```json\n{}\n```\n\n~~~ text\nx\n~~~\n\n``` console\npytest\n```\n",
    "a fence whose language begins like a shell": "```shell-session\n```\n",
    "a fence within a longer fence": "````text\n```python\nprint(1)\n```\n````\n",
    "a marker in inline code": f"Mark it with `{EXPECTED_OUTPUT}`.\n",
    "a comment": "<!-- a word about pytest -->\n",
    "more blank lines": GOOD.replace("\n\n", "\n\n  \n\n"),
    "white space after a fence's end": GOOD.replace("```\n", "``` \n"),
    "white space after a block's language": GOOD.replace("```python", "```python "),
    "white space after an output's language": GOOD.replace("```text", "```text "),
}


@pytest.mark.parametrize("text", GOOD_PAGES.values(), ids=GOOD_PAGES)
def test_passes(tmp_path, text):
    assert problems_of(tmp_path, text) == []


SHOWS_NOTHING = (
    "the block shows nothing: it has neither an expected output nor an `assert`. "
    "Print the result, then: python -m evidence record {page}"
)
NOT_EXECUTED = "a fence opened with {} is not executed. Open the block with exactly ```python"
UNKNOWN_MARKER = "unknown marker `{}`. The only marker is <!--pytest-codeblocks:expected-output-->"
NO_BLOCK = "this marker does not follow a block. Only blank lines may separate it from the block."
UNCLOSED = "this fence is never closed. Close it with {} alone on a line."
UNCLOSED_BEFORE = (
    "this fence is not closed before line {} opens another. Close it with ``` alone on a line. If it shows a fence, "
    "open and close it with more backticks than that one has."
)
EXECUTED = "pytest-codeblocks executes `sh` and `bash`. Fence commands with ```console, not `{}`."
LOOKS_LIKE_FENCE = "pytest-codeblocks takes this line for the start of a fence. Begin it with something else."
NO_OUTPUT = "no expected output follows this marker. Delete it: `python -m evidence record` writes both."
NO_PYTHON = "this is not Python: '(' was never closed. Fix the line: a block runs as it is, in a fresh interpreter."
TAB = "the block contains a tab, which the page shows as spaces. Indent with spaces."
NOT_TEXT = "this is the expected output that line {} marks. Open its fence with ```text."


def unclear_end(line):
    return (
        f"this line ends the fence of line {line} for pytest-codeblocks, but not on the page. Close that fence with "
        "``` alone on a line. If it shows a fence, open and close it with more backticks than that one has."
    )


def refused(line):
    return (
        f"pasted into Python's prompt, the block fails at line {line}: there, only a blank line ends an "
        "indented part. Put one after the indented part and none inside."
    )


BAD_PAGES = {
    "an unclosed fence": ("text\n\n```python\nprint(1)\n", [(3, UNCLOSED.format("```"))]),
    "an unclosed fence of tildes": ("~~~~text\n~~~\n", [(1, UNCLOSED.format("~~~~"))]),
    "a fence inside an unclosed one": (
        "```python\nprint(1)\n\n```python\nassert 1\n```\n",
        [(1, UNCLOSED_BEFORE.format(4))],
    ),
    "a fence closed by a longer one": ("text\n```python\nassert 1\n````\n", [(4, unclear_end(2))]),
    "an indented fence closed by a longer one": ("  ```python\n  assert 1\n  ````\n", [(3, unclear_end(1))]),
    "a fence closed in a line with text": ("```python\nassert 1\n``` text\n", [(1, UNCLOSED_BEFORE.format(3))]),
    "an output without a block": (f"text\n{OUTPUT}", [(3, NO_BLOCK)]),
    "an output at the start of a page": (OUTPUT.lstrip("\n"), [(1, NO_BLOCK)]),
    "an output after a sentence": (GOOD.replace(EXPECTED_OUTPUT, f"So:\n\n{EXPECTED_OUTPUT}"), [(9, NO_BLOCK)]),
    "an output after a fence of another language": (f"```console\nls\n```\n{OUTPUT}", [(5, NO_BLOCK)]),
    "a second output": (GOOD + OUTPUT, [(13, NO_BLOCK)]),
    "an output that is not text": (GOOD.replace("```text", "```python"), [(9, NOT_TEXT.format(7))]),
    "an output without a language": (GOOD.replace("```text", "```"), [(9, NOT_TEXT.format(7))]),
    "an output that is missing": (GOOD.replace("```text\n1\n```\n", ""), [(7, NO_OUTPUT)]),
    "a second marker": (
        GOOD.replace(EXPECTED_OUTPUT, f"{EXPECTED_OUTPUT}\n{EXPECTED_OUTPUT}"),
        [(8, "this marker repeats that of line 7. Delete one.")],
    ),
    "text between a marker and its output": (
        GOOD.replace(EXPECTED_OUTPUT, f"{EXPECTED_OUTPUT}\n\nSo:"),
        [(9, "this text separates the marker of line 7 from its output. Move it.")],
    ),
    "a misspelt marker": (
        GOOD.replace("expected-output", "expected-ouput"),
        [(7, UNKNOWN_MARKER.format("pytest-codeblocks:expected-ouput"))],
    ),
    "a marker of pytest": ("<!--pytest.mark.skip-->\n" + GOOD, [(1, UNKNOWN_MARKER.format("pytest.mark.skip"))]),
    "a marker with more dashes": (
        "<!--- pytest.mark.skip --->\n" + GOOD,
        [(1, UNKNOWN_MARKER.format("pytest.mark.skip"))],
    ),
    "a marker that is not used here": (
        "<!-- pytest-codeblocks:skip -->\n" + GOOD,
        [(1, UNKNOWN_MARKER.format("pytest-codeblocks:skip"))],
    ),
    "a page that is skipped": (
        "<!--pytest-codeblocks:skipfile-->\n" + GOOD,
        [(1, UNKNOWN_MARKER.format("pytest-codeblocks:skipfile"))],
    ),
    "a marker within a line": (
        "text <!--pytest-codeblocks:skip-->\n",
        [(1, UNKNOWN_MARKER.format("pytest-codeblocks:skip"))],
    ),
    "a marker with the name of the package cut short": (
        "<!--codeblocks:skip\n",
        [(1, UNKNOWN_MARKER.format("codeblocks:skip"))],
    ),
    "a line that begins with backticks": ("text\n```x``` is code\n", [(2, LOOKS_LIKE_FENCE)]),
    "an indented line that begins with backticks": ("- text\n  ```x``` is code\n", [(2, LOOKS_LIKE_FENCE)]),
    "a block that shows nothing": ("text\n\n```python\nprint(1)\n```\n", [(3, SHOWS_NOTHING)]),
    "only the word assert": ('```python\n"""\nassert that\n"""\n```\n', [(1, SHOWS_NOTHING)]),
    "no Python and no assert": ("```python\nprint(\n```\n", [(1, SHOWS_NOTHING), (2, NO_PYTHON)]),
    "a tab": ("```python\nif True:\n\tassert True\n```\n", [(1, TAB)]),
    "no blank line after what is indented": ("```python\nif True:\n    pass\nassert True\n```\n", [(1, refused(4))]),
    "a blank line within it": ("```python\nif True:\n    x = 1\n\n    assert x\n```\n", [(1, refused(5))]),
    "two blocks with problems, in the order of their lines": (
        "```python\n1\n```\n\n```python\n2\n```\n",
        [(1, SHOWS_NOTHING), (5, SHOWS_NOTHING)],
    ),
    "fences before what is in them": (
        "```python\n1\n```\n\n```sh\n```\n",
        [(5, EXECUTED.format("sh"))],
    ),
    "a fence that is not closed before sixteen others": (
        "```python\nassert 1\n\n" + GOOD * 8,
        [(1, UNCLOSED_BEFORE.format(6))],
    ),
    "a page that is not UTF-8": (
        b"# Page\n\ncaf\xe9\n",
        [(3, "the page is not UTF-8 (invalid continuation byte). Save it as UTF-8.")],
    ),
}
BAD_PAGES |= {
    f"a fence opened with {opening}": (f"{opening}\nassert True\n{closing}\n", [(1, NOT_EXECUTED.format(opening))])
    for opening, closing in [
        *[("```py", "```"), ("```python2", "```"), ("```Python", "```"), ("```pycon", "```"), ("``` python", "```")],
        *[('```python title="x"', "```"), ("```{.python}", "```"), ("```{ .py .no-copy }", "```")],
        *[("~~~python", "~~~"), ("~~~~ python", "~~~~")],
    ]
}
BAD_PAGES |= {
    f"a fence called {language}": (f"```{language}\nls\n```\n", [(1, EXECUTED.format(language.strip()))])
    for language in ("sh", "bash", "shell", " sh", "BASH", "{.bash}", "sh title", "sh,title")
}


@pytest.mark.filterwarnings("ignore:pytest-codeblocks")
@pytest.mark.parametrize(("text", "expected"), BAD_PAGES.values(), ids=BAD_PAGES)
def test_is_named_with_its_line(tmp_path, text, expected):
    page = page_name(tmp_path / "page.md")
    problems = problems_of(tmp_path, text)
    assert [str(problem) for problem in problems] == [
        f"{page}:{line}: {problem.replace('{page}', page)}" for line, problem in expected
    ]


@pytest.mark.filterwarnings("ignore:pytest-codeblocks")
@pytest.mark.parametrize("name", ["an unclosed fence", "a misspelt marker", "a page that is not UTF-8"])
def test_a_page_whose_blocks_cannot_be_known_has_none(tmp_path, name):
    blocks, _ = read_page(write(tmp_path, BAD_PAGES[name][0]))
    assert blocks == []


def test_a_page_that_only_pytest_codeblocks_cannot_read_does_not_pass(tmp_path, monkeypatch):
    monkeypatch.setattr(lint, "fence_problems", lambda text: [])
    path = tmp_path / "page.md"
    path.write_text("```python\n")
    problem = "pytest-codeblocks cannot read the page: Hit end-of-file prematurely. Syntax error?"
    assert read_page(path) == ([], [Problem(page_name(path), 1, problem)])


@pytest.mark.parametrize("change", [lambda text: text.replace("\n", "\r\n"), lambda text: "\ufeff" + text])
@pytest.mark.parametrize("text", [GOOD, "```python\nassert True\n```\n"])
def test_windows_line_ends_and_a_byte_order_mark_change_nothing(tmp_path, change, text):
    assert read_page(write(tmp_path, change(text))) == read_page(write(tmp_path, text))
    assert problems_of(tmp_path, change(text)) == problems_of(tmp_path, text)


def test_the_blocks_of_a_good_page_are_read(tmp_path):
    page = page_name(tmp_path / "page.md")
    assert read_page(write(tmp_path, GOOD)) == ([Block(page, 3, "print(1)\n", "1\n")], [])


@pytest.mark.parametrize(
    ("code", "line"),
    [
        ("x = (\n    1,\n\n    2,\n)\nassert x\n", None),
        ("for i in range(3):\n    pass\n\n\nassert True\n", None),
        ("def f():\n    pass\n", None),
        ("class C:\n    x = 1\n\n    y = 2\n", 4),
        ("@f\ndef g():\n    pass\ng()\n", 4),
        ("if True:\n    pass\n\nelse:\n    pass\n", 4),
        ("if True:\n    pass\nelse:\n    pass\n\n\n\n", None),
        ("if (\n", None),
    ],
)
def test_a_prompt_refuses_the_line_that_a_blank_line_has_cut_off(code, line):
    assert line_refused_by_a_prompt(code) == line
