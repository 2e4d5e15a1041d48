"""Markdown fences."""

import pytest

from evidence.pages.fences import FENCE, end_of_fence, fence_for, indent_of


@pytest.mark.parametrize(
    ("line", "parts"),
    [
        ("```python", ("", "```", "python")),
        ("    ````text title", ("    ", "````", "text title")),
        ("~~~\n", ("", "~~~", "\n")),
        ("``", None),
        ("```x``` is code", None),
        ("text ```", None),
    ],
)
def test_a_fence_has_indent_ticks_and_info(line, parts):
    fence = FENCE.match(line)
    assert (fence and fence.group("indent", "ticks", "info")) == parts


def test_a_fence_ends_at_the_next_line_that_begins_with_its_ticks():
    lines = ["text", "  ````text", "```", "x ````", "", "    `````", "````", "text"]
    assert end_of_fence(lines, 1) == 6
    assert end_of_fence(lines, 2) == 6


def test_a_fence_may_end_with_the_page():
    assert end_of_fence(["```python", "```"], 0) == 2


def test_a_fence_that_is_never_closed_has_no_end():
    with pytest.raises(StopIteration):
        end_of_fence(["```python", "x"], 0)


def test_the_indent_of_a_line():
    assert (indent_of("x "), indent_of("    - x\n")) == ("", "    ")


@pytest.mark.parametrize(("text", "ticks"), [("", 3), ("a ` b", 3), ("``", 3), ("```", 4), ("```\n`````\n``", 6)])
def test_a_fence_is_longer_than_any_backticks_in_it(text, ticks):
    assert fence_for(text) == "`" * ticks
