"""What a page's blocks are, and what is named instead of being passed over."""

import pytest

from evidence.files import ROOT
from evidence.pages.blocks import EXPECTED_OUTPUT, page_paths
from evidence.pages.lint import read_page

GOOD = f"# Page\n\n```python\nprint(1)\n```\n\n{EXPECTED_OUTPUT}\n\n```text\n1\n```\n"


def read(tmp_path, text, encoding="utf-8"):
    path = tmp_path / "page.md"
    path.write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
    return read_page(path)


def test_a_block_has_its_line_code_and_expected_output(tmp_path):
    [block], problems = read(tmp_path, GOOD)
    assert problems == []
    assert (block.line, block.code, block.expected_output) == (3, "print(1)\n", "1\n")


def test_the_digest_follows_the_code_and_not_the_place(tmp_path):
    [block], _ = read(tmp_path, GOOD)
    [moved], _ = read(tmp_path, "First.\n\n" + GOOD)
    [edited], _ = read(tmp_path, GOOD.replace("print(1)", "print(2)"))
    assert block.digest == moved.digest != edited.digest


@pytest.mark.parametrize("change", [lambda text: text.replace("\n", "\r\n"), lambda text: "\ufeff" + text])
def test_windows_line_ends_and_a_byte_order_mark_change_nothing(tmp_path, change):
    assert read(tmp_path, change(GOOD)) == read(tmp_path, GOOD)


def test_a_byte_order_mark_before_a_fence_in_the_first_line_changes_nothing(tmp_path):
    text = "```python\nassert True\n```\n"
    assert read(tmp_path, "\ufeff" + text) == read(tmp_path, text)


def test_an_indented_block_is_a_block(tmp_path):
    text = "!!! note\n\n    ```python\n    if True:\n        print(1)\n\n    assert True\n    ```\n"
    [block], problems = read(tmp_path, text)
    assert problems == []
    assert block.code == "if True:\n    print(1)\n\nassert True\n"


def test_a_fence_within_a_longer_fence_is_text(tmp_path):
    blocks, problems = read(tmp_path, "````text\n```python\nprint(1)\n```\n````\n")
    assert (blocks, problems) == ([], [])


def test_a_marker_in_inline_code_is_text(tmp_path):
    assert read(tmp_path, f"Mark it with `{EXPECTED_OUTPUT}`.\n") == ([], [])


BAD = {
    "an unclosed fence": ("text\n\n```python\nprint(1)\n", 3, "never closed"),
    "a fence inside an unclosed one": (
        "```python\nprint(1)\n\n```python\nassert 1\n```\n",
        4,
        "fence of line 1|one of line 1",
    ),
    "an output without a block": (f"text\n\n{EXPECTED_OUTPUT}\n\n```text\n1\n```\n", 3, "without a block"),
    "an output after a sentence": (GOOD.replace(EXPECTED_OUTPUT, f"So:\n\n{EXPECTED_OUTPUT}"), 9, "without a block"),
    "an output that is not text": (GOOD.replace("```text", "```python"), 9, "fenced `text`"),
    "an output that is missing": (GOOD.replace("```text\n1\n```\n", ""), 7, "output is missing"),
    "a second output": (GOOD + f"\n{EXPECTED_OUTPUT}\n\n```text\n1\n```\n", 13, "without a block"),
    "a misspelt marker": (GOOD.replace("expected-output", "expected-ouput"), 7, "expected-ouput"),
    "a marker of pytest": ("<!--pytest.mark.skip-->\n" + GOOD, 1, "pytest.mark.skip"),
    "a marker that is not used here": ("<!--pytest-codeblocks:skip-->\n" + GOOD, 1, "skip"),
    "a page that is skipped": ("<!--pytest-codeblocks:skipfile-->\n" + GOOD, 1, "skipfile"),
    "a shell fence": ("```sh\nls\n```\n", 1, "console"),
    "a fence called py": ("```py\nassert True\n```\n", 1, "exactly ```python"),
    "a fence with a title": ('```python title="x"\nassert True\n```\n', 1, "exactly ```python"),
    "a fence in braces": ("```{.python}\nassert True\n```\n", 1, "exactly ```python"),
    "a fence with a space": ("``` python\nassert True\n```\n", 1, "exactly ```python"),
    "a fence of tildes": ("~~~python\nassert True\n~~~\n", 1, "exactly ```python"),
    "a block that shows nothing": ("text\n\n```python\nprint(1)\n```\n", 3, "shows nothing"),
    "a fence closed by a longer one": ("```python\nassert 1\n````\n", 3, "fence of line 1"),
    "a line that begins with ticks": ("text\n```x``` is code\n", 2, "beginning of a fence"),
    "a marker within a line": ("text <!--pytest-codeblocks:skip-->\n", 1, "unknown marker"),
    "a fence called python2": ("```python2\nassert True\n```\n", 1, "exactly ```python"),
    "a tab": ("```python\nif True:\n\tassert True\n```\n", 1, "tab"),
    "only a word of an assert": ('```python\n"""\nassert that\n"""\n```\n', 1, "shows nothing"),
    "no blank line after what is indented": ("```python\nif True:\n    pass\nassert True\n```\n", 1, "at line 4"),
    "a blank line within it": ("```python\nif True:\n    x = 1\n\n    assert x\n```\n", 1, "at line 5"),
    "a page that is not UTF-8": (b"# Page\n\ncaf\xe9\n", 3, "UTF-8"),
}


@pytest.mark.filterwarnings("ignore:pytest-codeblocks")
@pytest.mark.parametrize(("text", "line", "words"), BAD.values(), ids=BAD)
def test_is_named_with_its_line(tmp_path, text, line, words):
    _, problems = read(tmp_path, text)
    [problem] = [problem for problem in problems if problem.line == line]
    assert any(word in problem.text for word in words.split("|"))
    assert str(problem).startswith(f"{tmp_path.as_posix()}/page.md:{line}: ")


def test_the_guide_has_blocks_and_no_problems():
    read_all = [read_page(path) for path in page_paths()]
    assert [problem for _, problems in read_all for problem in problems] == []
    assert sum(len(blocks) for blocks, _ in read_all) > 40
    assert ROOT / "README.md" in page_paths()
