"""The blocks of a page, and where each ends."""

import pytest

from evidence.files import ROOT
from evidence.pages import blocks
from evidence.pages.blocks import EXPECTED_OUTPUT, Block, all_blocks, block_extent, blocks_in, page_name, page_paths

OUTPUT = f"\n{EXPECTED_OUTPUT}\n\n```text\n1\n```\n"
PAGE = f"# Page\n\n```python\nprint(1)\n```\n{OUTPUT}"


def test_a_block_has_its_page_line_code_and_expected_output():
    assert blocks_in("page.md", PAGE) == (Block("page.md", 3, "print(1)\n", "1\n"),)


def test_a_block_without_output_expects_none():
    [block] = blocks_in("page.md", "```python\nassert True\n```\n")
    assert block.expected_output is None


def test_only_fences_of_python_are_blocks():
    assert blocks_in("page.md", "```text\nprint(1)\n```\n\n```console\nls\n```\n") == ()


def test_a_fence_within_a_longer_fence_is_text():
    assert blocks_in("page.md", "````text\n```python\nprint(1)\n```\n````\n") == ()


@pytest.mark.parametrize("indent", ["", "    "])
def test_a_block_keeps_its_blank_lines(indent):
    code = ["if True:", "    print(1)", "", "assert True"]
    lines = ["```python", *code, "```", "", "Text.", "", "~~~text", "1", "", "~~~"]
    [block] = blocks_in("page.md", "".join(f"{indent}{line}".rstrip() + "\n" for line in lines))
    assert block.code == "\n".join(code) + "\n"


def test_blank_lines_outside_fences_stay_as_they_are():
    page = "!!! note\n\n    ```text\n    1\n\n    ```\n\n    2\n"
    assert blocks.indent_blank_lines(page) == page.replace("1\n\n", "1\n    \n")


def test_a_fence_in_a_longer_fence_does_not_end_it_for_blank_lines():
    page = "  ````text\n  ```\n\n  ````\n\n"
    assert blocks.indent_blank_lines(page) == "  ````text\n  ```\n  \n  ````\n\n"


def test_a_page_may_be_longer_than_pytest_codeblocks_allows():
    assert len(blocks_in("page.md", "\n" * 10_000 + PAGE)) == 1


def test_the_digest_follows_the_code_and_not_the_place():
    block = Block("page.md", 3, "print(1)\n", "1\n")
    assert block.digest == Block("other.md", 9, "print(1)\n", None).digest
    assert block.digest != Block("page.md", 3, "print(2)\n", "1\n").digest
    assert block.digest == "cc42155088fca573", "The records of all environments go by it."


def test_the_digest_follows_what_the_block_imports_from_the_guide(monkeypatch, tmp_path):
    block, other = (
        Block("page.md", 3, f"{line}\n", None) for line in ("from mine import thing", "print('import mine')")
    )
    before = block.digest, other.digest
    monkeypatch.setattr(blocks, "DOCS", tmp_path)
    (tmp_path / "mine.py").write_text("thing = 1\n")
    block, other = (Block(each.page, each.line, each.code, None) for each in (block, other))
    assert block.digest != before[0]
    assert other.digest == before[1]


def test_the_pages_are_those_of_the_site_and_then_those_at_the_root(tmp_path, monkeypatch):
    monkeypatch.setattr(blocks, "ROOT", tmp_path)
    names = ["docs/b/a.md", "docs/b.md", "A.md", "README.md"]
    for name in [*reversed(names), "docs/page.txt", "tests/page.md"]:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("")
    assert [page_name(path) for path in page_paths()] == names


def test_a_page_is_named_by_its_path_below_the_project(tmp_path):
    assert page_name(ROOT / "docs" / ".." / "docs" / "index.md") == "docs/index.md"
    assert page_name(tmp_path / "page.md") == (tmp_path.resolve() / "page.md").as_posix()


def test_a_page_that_cannot_be_read_has_no_blocks(tmp_path, monkeypatch):
    for number, content in enumerate([PAGE.encode(), b"```python\n", b"\xe9", PAGE.encode("utf-8-sig")]):
        (tmp_path / f"{number}.md").write_bytes(content)
    monkeypatch.setattr(blocks, "page_paths", lambda: sorted(tmp_path.glob("*.md")))
    assert [block.page for block in all_blocks()] == [page_name(tmp_path / name) for name in ("0.md", "3.md")]


def test_the_nodes_of_a_block_are_those_of_its_syntax():
    assert "Assert" in {type(node).__name__ for node in blocks.syntax_nodes("if x:\n    assert x\n")}
    with pytest.raises(SyntaxError):
        blocks.syntax_nodes("if")


def test_the_extent_of_a_block_ends_after_its_code_and_after_its_output():
    lines = (PAGE + "Text.\n").split("\n")
    [block] = blocks_in("page.md", PAGE)
    code_end, output_end = block_extent(lines, block)
    assert (lines[code_end - 1], code_end) == ("```", 5)
    assert (lines[output_end], output_end) == ("Text.", 11)


def test_an_output_may_follow_its_marker_at_once():
    page = PAGE.replace(f"{EXPECTED_OUTPUT}\n\n", f"{EXPECTED_OUTPUT}\n").replace("\n1\n", "\n1\n2\n")
    [block] = blocks_in("page.md", page)
    assert block_extent(page.split("\n"), block) == (5, 11)


def test_the_extent_of_a_block_without_output_ends_with_its_code():
    lines = f"```python\nassert True\n```\n\n```python\nprint(1)\n```\n{OUTPUT}".split("\n")
    [block, _] = blocks_in("page.md", "\n".join(lines))
    assert block_extent(lines, block) == (3, 3)
