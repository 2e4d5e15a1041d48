"""What contributors get wrong, one at a time, in a copy of the guide: each is refused with page, line and what to do.

Faults that only show when blocks run are in test_pytest_on_pages.py. The end of the report counts all of them.
"""

import shutil
from dataclasses import dataclass

import pytest

from evidence.files import ROOT
from evidence.pages import blocks, check, guide
from evidence.pages.blocks import EXPECTED_OUTPUT
from evidence.pages.rules import links
from evidence.site.tables import TABLES

NAME = "docs/how-to/planted.md"
MENU = "mkdocs.yml"
PAGE = f"""---
description: How to plant a fault in a page, so that a test can see whether it is noticed.
tags: [plant, planting]
---

# Plant a fault {{#plant}}

Keras has layers. See [the list](../why/layers-is-a-copy.md#assignment) and [below](#wrong).

```python
import keras
import numpy as np

model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3)])
if model.built:
    print("built")

print(model.predict(np.ones((2, 4)), verbose=0).shape)
```

{EXPECTED_OUTPUT}

```text
built
(2, 3)
```

<!-- notes -->

1. `model.built` is true as the input is declared.

## What goes wrong {{#wrong}}

Does not work
{{ .does-not-work }}

```python
import keras

try:
    keras.Sequential().pop()
except IndexError as error:
    print(type(error).__name__)
```

{EXPECTED_OUTPUT}

```text
IndexError
```

## A recipe {{#recipe}}

<!-- recipe: copy -> new -->

```python
# Put yours here: model
model = 1
# Keep this:

new = model
print(new)
```

{EXPECTED_OUTPUT}

```text
1
```

```console
python -m evidence record docs/index.md
```
"""
BADGE = "Does not work\n{ .does-not-work }\n"
MARKER = f"{EXPECTED_OUTPUT}\n\n```text\nbuilt"
LONG = "".join(f"x{number} = {number}\n" for number in range(25))


@dataclass(frozen=True)
class Fault:
    """One edit, and what the check must say about it."""

    old: str
    new: str
    at: str  # a text in the edited file: the problem has its line
    says: str  # the fix
    file: str = NAME


FAULTS = {
    # Front matter
    "no front matter": Fault(
        PAGE.partition("# Plant")[0], "", "# Plant", "Begin it with three lines: ---, `description"
    ),
    "front matter without an end": Fault(
        "planting]\n---\n", "planting]\n", "---", "Put --- on a line of its own after"
    ),
    "no description": Fault(PAGE.split("\n")[1] + "\n", "", "---", "Add to its front matter: `description: "),
    "an empty description": Fault(PAGE.split("\n")[1], "description:", "description:", "Add to its front matter"),
    "a short description": Fault(PAGE.split("\n")[1], "description: Faults.", "description:", "Write a sentence"),
    "a straight quotation mark": Fault("plant a fault", 'plant a "fault"', "description:", "Write “ and ”"),
    "a colon in the description": Fault("page, so", "page: so", "description:", "Put quotation marks, ', around"),
    "the description of another page": Fault(
        PAGE.split("\n")[1],
        "description: {description of docs/index.md}",
        "description:",
        "docs/index.md has the same description",
    ),
    "a misspelt key": Fault("description: How", "descripton: How", "descripton:", "Write `description`"),
    "a key that nothing reads": Fault("tags:", "author: me\ntags:", "author:", "Delete it"),
    "a list that is never closed": Fault("planting]", "planting", "---\n\n# Plant", "is not YAML"),
    "tags that are no list": Fault("[plant, planting]", "plant", "tags:", "Write: tags: [delete, deleting]"),
    "a tag twice": Fault("planting]", "Plant]", "tags:", "the tag `plant` is listed twice. Delete one"),
    "a tag that YAML reads as a number": Fault("planting]", "3.10]", "tags:", "Put quotation marks around it"),
    # Headings
    "no title": Fault("# Plant a fault {#plant}\n", "", "---", "the page has no title. Write it"),
    "two titles": Fault("## What goes", "# What goes", "# What goes", "Begin this heading with ##"),
    "no id on the title": Fault(" {#plant}", "", "# Plant", "Plant a fault {#plant-a-fault}"),
    "no id on a heading": Fault(" {#wrong}", "", "## What goes", "What goes wrong {#what-goes-wrong}"),
    "an id with capitals": Fault("{#recipe}", "{#The_Recipe}", "{#The_Recipe}", "Write {#the-recipe}"),
    "an id twice": Fault("{#recipe}", "{#wrong}", "## A recipe", "Choose another for the newer heading"),
    "a heading that skips a level": Fault("## A recipe", "#### A recipe", "#### A recipe", "Begin it with ###."),
    "a heading without a space": Fault("## A recipe", "##A recipe", "##A recipe", "Put one there"),
    # The badge
    "a blank line in a badge": Fault("work\n{ .does", "work\n\n{ .does", "Does not work", "and `{ .does"),
    "the second half of a badge alone": Fault("Does not work\n{", "{", "{ .does", "does not follow the line"),
    "the first half of a badge alone": Fault("{ .does-not-work }\n", "", "Does not work", "half a badge"),
    "other words in a badge": Fault("Does not work\n{", "Doesn't work\n{", "{ .does", "Put the line"),
    "a misspelt class of a badge": Fault("{ .does-not-work }", "{ .doesnt-work }", "Does not work", "half a badge"),
    "a badge without its dot": Fault("{ .does-not-work }", "{ does-not-work }", "{ does", "the badge is misspelt"),
    "a badge whose right output has no quotation marks": Fault(
        "{ .does-not-work }", "{ .does-not-work data-right=1 }", "{ .does", "the badge is misspelt"
    ),
    "a badge whose right output has braces": Fault(
        "{ .does-not-work }", '{ .does-not-work data-right="{1: 2}" }', "{ .does", "the badge is misspelt"
    ),
    "a picture away from its block": Fault(
        "Keras has layers.",
        "Keras has layers.\n\n```picture\nx\n```\n\nIt has.",
        "```picture",
        "Put it below the block that it shows",
    ),
    "a badge without a block": Fault(BADGE, f"{BADGE}\nSo:\n", "{ .does", "Put it right above the block"),
    "a badge that was forgotten": Fault(
        BADGE + "\n", "", "```python\nimport keras\n\ntry", "nothing warns those who copy"
    ),
    # Comments
    "note for notes": Fault("<!-- notes -->", "<!-- note -->", "<!-- note -->", "Write <!-- notes -->"),
    "notes with a colon": Fault("<!-- notes -->", "<!-- notes: -->", "<!-- notes: -->", "Write <!-- notes -->"),
    "a note without its code": Fault("1. `model.built` is", "1. It is", "1. It is", "Begin the note with `code`"),
    "a note whose line changed": Fault("1. `model.built`", "1. `model.build`", "1. `model", "from exactly one line"),
    "notes away from their block": Fault(
        "<!-- notes", "So:\n\n<!-- notes", "<!-- notes", "right after a block's output"
    ),
    "a misspelt recipe": Fault("<!-- recipe:", "<!-- recpie:", "<!-- recpie:", "Write <!-- recipe: TASK -> RESULT -->"),
    "a recipe without a result": Fault("copy -> new", "copy", "<!-- recipe", "write this marker as <!-- recipe: TASK"),
    "a recipe that keeps the reader's lines": Fault(
        "# Keep this:\n", "", "```python\n# Put", "after them `# Keep this:`"
    ),
    "a misspelt table": Fault(
        "Keras has layers.", "<!-- evidence: totls -->\n\nIt has.", "<!-- evidence", "Did you mean `totals`?"
    ),
    "a table without its name": Fault(
        "Keras has", "<!-- evidence totals -->\n\nIt has", "<!-- evid", "evidence: NAME -->"
    ),
    # Fences
    "a fence called py": Fault(
        "```python\nimport keras\nimport", "```py\nimport keras\nimport", "```py\n", "with exactly ```python"
    ),
    "a fence with a title": Fault(
        "```python\nimport keras\n\n", '```python title="a"\nimport keras\n\n', "```python t", "with exactly"
    ),
    "a fence that would be executed": Fault("```console", "```bash", "```bash", "Fence commands with ```console"),
    "a fence that is never closed": Fault(
        "shape)\n```\n", "shape)\n", "```python\nimport keras\nimport", "Close it with ``` alone"
    ),
    "an output without its marker's name": Fault(
        EXPECTED_OUTPUT, "<!--pytest-codeblocks:output-->", "<!--pytest", "The only marker is"
    ),
    "text before an output": Fault(MARKER, f"So:\n\n{MARKER}", "<!--pytest", "Only blank lines may separate it"),
    "an output in another fence": Fault("```text\nbuilt", "```\nbuilt", "```\nbuilt", "Open its fence with ```text"),
    "a page in another encoding": Fault("Keras has layers.", "Käse.", "Käse", "Save it as UTF-8"),
    # Blocks
    "a block of 28 lines": Fault(
        "import numpy as np\n", f"import numpy as np\n\n{LONG}", "```python", "Split it in two, or list"
    ),
    "a tab": Fault('    print("built")', '\tprint("built")', "```python", "Indent with spaces"),
    "a blank line that a prompt takes for the end": Fault(
        '    print("built")\n', '    print("built")\n\n    print("it")\n', "```python", "none inside"
    ),
    "no blank line after what is indented": Fault(
        'built")\n\n', 'built")\n', "```python", "Put one after the indented part"
    ),
    "a bracket that is never closed": Fault("Dense(3)])", "Dense(3)]", "model = keras", "this is not Python"),
    "a missing verbose": Fault(", verbose=0)", ")", "print(model.predict", "Pass `verbose=0` to it"),
    "a misspelt verbose": Fault(
        "verbose=0)", "verbse=0)", "print(model.predict", "`verbse` is misspelt: pass `verbose=0`"
    ),
    "verbose that is not 0": Fault("verbose=0)", "verbose=2)", "print(model.predict", "Pass `verbose=0` to it"),
    "a summary": Fault('    print("built")', "    model.summary()", "    model.summary", "Print the numbers you need"),
    "a block that shows nothing": Fault(
        f"{MARKER}\n(2, 3)\n```\n\n", "", "```python", "Print the result, then: python -m evidence record"
    ),
    "an address in an output": Fault("built\n(2, 3)", "<Dense at 0x7f3a2c1d>", "```python", "Print a name instead"),
    "Python that is not run": Fault(
        "Keras has layers.", "    import keras\n", "    import keras", "Open it with exactly ```python"
    ),
    # Links
    "a link to a page that is not there": Fault(
        "layers-is-a-copy.md#assignment",
        "layers-is-a-copi.md",
        "See [the list]",
        "Did you mean ../why/layers-is-a-copy.md?",
    ),
    "a link to a heading that is not there": Fault(
        "#assignment)", "#assignmet)", "See [the list]", "Did you mean #assignment?"
    ),
    "a link to a heading below that is not there": Fault(
        "(#wrong)", "(#wrogn)", "See [the list]", "Did you mean #wrong?"
    ),
    "a link from the root": Fault(
        "(../why/layers-is-a-copy.md#assignment)",
        "(/why/layers-is-a-copy/)",
        "See [the list]",
        "Link from this page: ",
    ),
    "a link to an address of the site": Fault(
        "layers-is-a-copy.md#assignment", "layers-is-a-copy/", "See [the list]", "Link to the page's Markdown file"
    ),
    "a link to the author's machine": Fault(
        "../why/layers-is-a-copy.md#assignment", "http://127.0.0.1:8000/why/", "See [the list]", "of your machine"
    ),
    "a link to a file outside the site": Fault(
        "../why/layers-is-a-copy.md#assignment", "../../README.md", "See [the list]", "by its full address"
    ),
    "a link that leads nowhere": Fault("(#wrong)", "()", "See [the list]", "Write [words](page.md#id)"),
    "a link that is never closed": Fault("(#wrong).", "(#wrong", "See [the list]", "this link is not finished"),
    "a link to a name that is not defined": Fault("(#wrong)", "[wrong]", "See [the list]", "[wrong] has no address"),
    "a link to an example that is not there": Fault(
        "layers-is-a-copy.md#assignment", "a.ipynb", "See [the list]", "`ls examples` lists"
    ),
    # Words
    "a phrase to avoid": Fault(
        "Keras has layers.", "Keras makes layers\nanew.", "anew.", "under “Words to avoid” in STYLE.md"
    ),
    "a line of a new page": Fault(
        "Keras has layers.", "The answer, in one sentence.\n\nA.", "The answer", "still to be written"
    ),
    # The navigation
    "a page that is not in the menu": Fault(
        "  - how-to/planted.md\n", "", "---", "Add to `nav` in mkdocs.yml: - how-to/planted.md", MENU
    ),
    "a misspelt page in the menu": Fault(
        "how-to/rename-layers.md",
        "how-to/rename-layer.md",
        "how-to/rename-layer.md",
        "Did you mean how-to/rename-layers.md?",
        MENU,
    ),
    "a page twice in the menu": Fault(
        "      - why/start-here.md\n",
        "      - how-to/rename-layers.md # again\n      - why/start-here.md\n",
        "rename-layers.md # again",
        "Delete one",
        MENU,
    ),
    "an external address in the menu": Fault(
        "how-to/planted.md\n",
        "how-to/planted.md\n  - Keras: https://keras.io/\n",
        "https://keras.io",
        "the menu only holds pages",
        MENU,
    ),
    "a menu that is not YAML": Fault(
        "  - how-to/planted.md\n", "  - [how-to/planted.md\n", "", "this is not YAML", MENU
    ),
    "no start page in the menu": Fault("      - index.md\n", "", "", "Add under `nav`: - index.md", MENU),
}


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    """A copy of the guide, with one more page, which is right."""
    root = tmp_path_factory.mktemp("guide")
    for name in "docs", "examples":
        shutil.copytree(ROOT / name, root / name)
    for path in [*ROOT.glob("*.md"), ROOT / MENU]:
        shutil.copy(path, root)
    (root / NAME).write_text(PAGE, encoding="utf-8")
    menu = (root / MENU).read_text(encoding="utf-8").replace("nav:\n", "nav:\n  - how-to/planted.md\n")
    (root / MENU).write_text(menu, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        for module in blocks, check, guide, links:
            patch.setattr(module, "ROOT", root)
        yield root


def problems(root):
    return [str(problem) for problem in check.check_pages([root / NAME], TABLES)]


def test_the_copy_is_right_as_it_is(copy):
    assert problems(copy) == []


@pytest.mark.fault
@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_a_fault_is_refused_with_its_line_and_what_to_do(copy, fault):
    path = copy / fault.file
    right = path.read_text(encoding="utf-8")
    assert fault.old in right
    description = guide.description_of(blocks.read_text(copy / "docs/index.md"))
    wrong = right.replace(fault.old, fault.new, 1).replace("{description of docs/index.md}", description)
    try:
        path.write_bytes(wrong.encode("latin-1" if "Käse" in wrong else "utf-8"))
        found = problems(copy)
    finally:
        path.write_text(right, encoding="utf-8")
    # A page that isn't in the menu is reported at its own first line.
    where, text = (NAME, PAGE) if "readers can't find the page" in "".join(found) else (fault.file, wrong)
    line = text[: text.index(fault.at)].count("\n") + 1
    named = [problem for problem in found if problem.startswith(f"{where}:") and fault.says in problem]
    assert named, found
    if fault.at:
        assert named[0].startswith(f"{where}:{line}: "), named
    assert len(found) <= 3, "A fault is one message, or a few; not one for all that follows from it."
