"""Pictures are found on a page, and an error names the page and the line."""

import pytest

from evidence.pages.blocks import blocks_in, page_name
from evidence.pages.picture_fences import check_pictures, picture_fences

PAGE = """# Page

```python
print(1)
```

<!--pytest-codeblocks:expected-output-->

```text
1
```

```picture
model: a -> b
new: a
```

````text
```picture
not one
```
````
"""


def test_a_fence_is_found_with_its_lines_and_its_block():
    [fence] = picture_fences(PAGE.split("\n"))
    assert (fence.start, fence.end) == (12, 16)
    assert fence.description == ["model: a -> b", "new: a"]
    blocks = blocks_in("page.md", PAGE + "```python\nprint(2)\n```\n")
    assert fence.block(blocks) is blocks[0]


def problems(tmp_path, text):
    path = tmp_path / "page.md"
    path.write_text(text, encoding="utf-8")
    return [str(problem).removeprefix(page_name(path)) for problem in check_pictures(path, blocks_in("page.md", text))]


def test_a_page_as_it_should_be_has_no_problem(tmp_path):
    assert problems(tmp_path, PAGE) == []


@pytest.mark.parametrize(
    ("old", "new", "start"),
    [
        ("new: a", "new: a b", ":15: an arrow is missing before `b`."),
        ("```python\nprint(1)\n```", "```text\n1\n1\n```", ":14: no block is above this picture."),
        ("```picture\nmodel", "  ```picture\nmodel", ":13: an indented picture is not drawn."),
    ],
)
def test_a_problem_names_the_line(tmp_path, old, new, start):
    [problem] = problems(tmp_path, PAGE.replace(old, new, 1))
    assert problem.startswith(start)


def test_a_fence_that_is_never_closed_is_no_picture():
    assert [*picture_fences(["```picture", "model: a"])] == []
