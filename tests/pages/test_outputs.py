"""What blocks print is written under them, and nothing else on their page changes."""

import pytest

from evidence.pages.blocks import EXPECTED_OUTPUT, Block
from evidence.pages.lint import read_page
from evidence.pages.outputs import write_expected_outputs


def write(tmp_path, text, *printed):
    """Write a page, put outputs under its blocks, return the page's new content, as bytes."""
    path = tmp_path / "page.md"
    before = text if isinstance(text, bytes) else text.encode()
    path.write_bytes(before)
    blocks, _ = read_page(path)
    changed = write_expected_outputs(path, dict(zip(blocks, printed, strict=True)))
    after = path.read_bytes()
    assert changed is (after != before)
    return after


BEFORE = "# Page\n\n```python\nprint(1)\n```\n\nText.\n"
AFTER = f"# Page\n\n```python\nprint(1)\n```\n\n{EXPECTED_OUTPUT}\n\n```text\n1\n```\n\nText.\n"


def test_an_output_is_added(tmp_path):
    assert write(tmp_path, BEFORE, "1\n").decode() == AFTER


def test_an_output_is_replaced(tmp_path):
    assert write(tmp_path, AFTER.replace("\n1\n", "\nold\nold\n"), "1\n").decode() == AFTER


def test_the_same_output_leaves_the_page_as_it_is(tmp_path):
    assert write(tmp_path, AFTER, "1\n").decode() == AFTER


def test_an_output_that_is_gone_is_taken_out(tmp_path):
    assert write(tmp_path, AFTER, "").decode() == BEFORE


def test_two_blocks_keep_their_outputs(tmp_path):
    after = write(tmp_path, BEFORE + "\n" + AFTER.replace("# Page\n", ""), "1\n", "2\n").decode()
    assert after.index("\n1\n") < after.index("Text.") < after.index("\n2\n")


@pytest.mark.parametrize(
    "change", [lambda text: text.replace("\n", "\r\n").encode(), lambda text: b"\xef\xbb\xbf" + text.encode()]
)
def test_line_ends_and_byte_order_mark_are_kept(tmp_path, change):
    assert write(tmp_path, change(BEFORE), "1\n") == change(AFTER)


def test_an_output_is_indented_as_its_block(tmp_path):
    page = "!!! note\n\n    ```python\n    if True:\n        print(1)\n    ```\n"
    after = write(tmp_path, page, "1\n\n  2\n").decode()
    assert after == page + f"\n    {EXPECTED_OUTPUT}\n\n    ```text\n    1\n\n      2\n    ```\n"
    assert read_page(tmp_path / "page.md")[0][0].expected_output == "1\n\n  2\n"


@pytest.mark.parametrize("output", ["x", "a\x0cb\u2028c\n", "a\n   \nb\n", "é\n"])
def test_an_output_is_read_back_as_it_was_printed(tmp_path, output):
    write(tmp_path, "!!! note\n\n    ```python\n    print()\n    ```\n", output)
    [block], _ = read_page(tmp_path / "page.md")
    assert block.expected_output == (output if output.endswith("\n") else output + "\n")


def test_blocks_without_output_leave_their_page_alone(tmp_path):
    path = tmp_path / "missing.md"
    assert write_expected_outputs(path, {Block("page.md", 1, "assert True\n", None): ""}) is False


def test_only_the_output_that_changed_is_written_again(tmp_path):
    page = AFTER + "\n" + AFTER.replace("```text", "````text").replace("1\n```\n", "1\n````\n")
    assert write(tmp_path, page, "2\n", "1\n").decode() == page.replace("\n1\n", "\n2\n", 1)
    assert write(tmp_path, page, "1\n", "2\n").decode() == AFTER + "\n" + AFTER.replace("\n1\n", "\n2\n")


def test_an_output_with_ticks_gets_a_longer_fence(tmp_path):
    write(tmp_path, BEFORE, "```\n")
    assert read_page(tmp_path / "page.md")[0][0].expected_output == "```\n"
