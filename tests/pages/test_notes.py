"""Notes on the lines of a block, and an error where a note has no line."""

import pytest

from evidence.pages.blocks import EXPECTED_OUTPUT, Block, blocks_in, page_name
from evidence.pages.notes import check_notes, end_of_notes, lines_containing, notes_after, notes_marker

PAGE = f"""# Page

1. `x` is in a list before the block.

```python
x = [
    1,
]
print(x)
```

{EXPECTED_OUTPUT}

```text
[1]
```

<!-- notes -->

1. `print` shows it.
2. `1,` is a number, on
   two lines.

Then text.
"""
LINES = PAGE.split("\n")
MARKER = LINES.index("<!-- notes -->")
[BLOCK] = blocks_in("page.md", PAGE)


def test_notes_are_found_after_their_block():
    assert notes_marker(LINES, BLOCK) == MARKER
    assert list(notes_after(LINES, MARKER)) == [(MARKER + 2, "print"), (MARKER + 3, "1,")]
    assert LINES[end_of_notes(LINES, MARKER) - 1] == "   two lines."


def test_notes_are_found_after_a_block_without_output():
    lines = ["```python", "assert x", "```", "  <!-- notes -->", "  1. `x`"]
    assert notes_marker(lines, Block("page.md", 1, "assert x\n", None)) == 3
    assert list(notes_after(lines, 3)) == [(4, "x")]
    assert end_of_notes(lines, 3) == 5


def test_notes_are_found_once_their_lines_are_written_into_the_marker():
    lines = [line.replace("notes", "notes on lines 4 2") for line in LINES]
    assert notes_marker(lines, BLOCK) == MARKER


@pytest.mark.parametrize("line", ["Text.", "<!-- notes --> too", "<!-- note -->", "1. `x`"])
def test_another_line_after_a_block_marks_no_notes(line):
    assert notes_marker([line if index == MARKER else text for index, text in enumerate(LINES)], BLOCK) is None


def test_a_block_at_the_end_of_its_page_has_no_notes():
    assert notes_marker(LINES[:MARKER], BLOCK) is None


def test_a_marker_at_the_end_of_its_page_has_no_notes():
    assert end_of_notes(LINES[: MARKER + 1], MARKER) == MARKER + 1
    assert list(notes_after(LINES[: MARKER + 1], MARKER)) == []


def test_notes_may_follow_their_marker_at_once():
    lines = ["<!-- notes -->", "1. `x`", "", "Text.", ""]
    assert list(notes_after(lines, 0)) == [(1, "x")]
    assert end_of_notes(lines, 0) == 2


def test_a_note_may_begin_without_code():
    lines = ["<!-- notes -->", "1. Text with `code`.", "10. ``", "a. `x`", "3 `x`", "  2. `y` z"]
    assert list(notes_after(lines, 0)) == [(1, ""), (2, ""), (5, "y")]


@pytest.mark.parametrize(("code", "lines"), [("x", [1, 4]), ("1,", [2]), ("y", []), ("", [])])
def test_the_lines_of_a_block_that_contain_a_piece_of_code(code, lines):
    assert lines_containing(code, BLOCK) == lines


def test_notes_with_a_line_each_are_right(tmp_path):
    assert problems(tmp_path, PAGE) == []
    assert problems(tmp_path, PAGE.partition("\n\nThen")[0]) == []
    assert problems(tmp_path, PAGE.replace("Then text.", "Then text.\n\n1. A list.")) == []
    assert problems(tmp_path, PAGE + PAGE.replace("`print` shows it", "`print(x)` is another")) == []


def problems(tmp_path, text):
    path = tmp_path / "page.md"
    path.write_text(text)
    blocks = blocks_in(page_name(path), text)
    listed = list(check_notes(path, blocks))
    assert {problem.page for problem in listed} <= {page_name(path)}
    return [(problem.line, problem.text) for problem in listed]


NO_CODE = "this note does not begin with code. Begin the note with `code` from exactly one line."
NO_LINE = "`{}` is on {} lines of the block. Begin the note with `code` from exactly one line."
NO_NOTES = "no notes follow. Write them as a numbered list under this line."
NO_BLOCK = "these notes do not follow a block. Put them right after a block's output."
CUT = "this blank line cuts the list of notes in two. Delete it."


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("`1,` is", "One is", [(21, NO_CODE)]),
        ("`1,`", "`2,`", [(21, NO_LINE.format("2,", 0))]),
        ("`print`", "`x`", [(20, NO_LINE.format("x", 2))]),
        ("1. `print` shows it.\n2. ", "", [(18, NO_NOTES)]),
        ("two lines.\n", "two lines.\n\n3. `]` is alone.\n", [(23, CUT)]),
        ("<!-- notes -->", "A word.\n\n<!-- notes -->", [(20, NO_BLOCK)]),
        ("# Page", "<!-- notes -->", [(1, NO_BLOCK)]),
        ("Then text.", "<!-- notes -->\n\n1. `x`\n\n<!-- notes -->", [(24, NO_BLOCK), (28, NO_BLOCK)]),
    ],
)
def test_a_note_without_its_line_is_named(tmp_path, old, new, expected):
    assert problems(tmp_path, PAGE.replace(old, new)) == expected
