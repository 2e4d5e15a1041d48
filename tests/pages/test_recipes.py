"""A recipe shows which lines are the reader's, and only those are replaced."""

import pytest

from evidence.pages.blocks import blocks_in
from evidence.pages.recipes import Recipe, all_recipes, check_recipes, recipes_and_problems, recipes_in

CODE = """import keras

# Put yours here: model, data
model = keras.Sequential()

data = 1
# Keep this:

new = model
print(new)
"""


def page(marker="<!-- recipe: copy -> new -->", code=CODE, heading="## Copy it {#copy}"):
    return f"# Page {{#page}}\n\n{heading}\n\n{marker}\n\n```python\n{code}```\n"


def found_in(text):
    return list(recipes_and_problems("docs/page.md", text, blocks_in("docs/page.md", text)))


def test_a_recipe_is_its_block_without_the_readers_lines():
    [recipe] = found_in(page())
    assert isinstance(recipe, Recipe)
    assert (recipe.address, recipe.task, recipe.result) == ("page.md#copy", "copy", "new")
    assert recipe.names == ("model", "data")
    left = [line for line in recipe.code.split("\n") if line]
    assert left == ["import keras", "# Keep this:", "new = model", "print(new)"]
    assert recipe.code.count("\n") == CODE.count("\n")  # so its lines have the numbers of the block's


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        (page("<!-- recipe: copy -->"), 5, "TASK -> RESULT"),
        (page(code="").replace("```python\n```\n", "No block.\n"), 5, "no block follows"),
        (page(heading="## Copy it").replace(" {#page}", ""), 5, "a heading with an id"),
        (page() + page().partition("\n\n")[2].partition("\n\n")[2], 19, "a heading with an id"),
        (page(code=CODE.replace("# Put yours here:", "# Yours:")), 7, "Put yours here: NAMES"),
        (page(code=CODE.replace("# Keep this:", "# Keep")), 7, "`# Keep this:`"),
        (page("A word."), 7, "goes <!-- recipe"),
    ],
)
def test_what_is_wrong_with_a_recipe_is_said_with_its_line(text, line, words):
    problems = [str(problem) for problem in found_in(text) if not isinstance(problem, Recipe)]
    assert len(problems) == 1
    assert problems[0].startswith(f"docs/page.md:{line}: ")
    assert words in problems[0]


def test_a_page_that_cannot_be_read_has_no_recipes(tmp_path):
    (tmp_path / "open.md").write_text("```python\nprint(1)\n")
    (tmp_path / "latin.md").write_bytes(b"\xe9")
    assert recipes_in(tmp_path / "open.md") == recipes_in(tmp_path / "latin.md") == []


def test_a_page_check_names_what_is_wrong(tmp_path):
    path = tmp_path / "page.md"
    path.write_text(page("<!-- recipe: copy -->"))
    [problem] = check_recipes(path, blocks_in(path.as_posix(), path.read_text()))
    assert "TASK -> RESULT" in problem.text


def test_the_guide_has_recipes_each_at_an_address_of_its_own():
    addresses = [recipe.address for recipe in all_recipes()]
    assert len(set(addresses)) == len(addresses) >= 9
