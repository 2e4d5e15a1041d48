"""Starts a page: a file in the right shape, and its line in the navigation."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from pathlib import Path

from evidence.files import ROOT, replace_file
from evidence.pages.blocks import page_name, page_paths, read_text
from evidence.pages.rules import navigation, words
from evidence.pages.rules.navigation import Entry
from evidence.pages.source import Source

LONGEST = 80  # characters in a title
TITLE = re.compile(r"[^\x00-\x1f#{}<>\[\]|\\]+")
# A block that runs on the pinned Keras: the author replaces what it shows and keeps its shape.
PAGE = """---
description: {description}
tags: [{tags}]
---

# {title} {{#{id}}}

{answer}

```python
import keras
import numpy as np

model = keras.Sequential(
    [
        keras.Input((4,)),
        keras.layers.Dense(6, activation="relu", name="features"),
        keras.layers.Dense(3, name="head"),
    ]
)
model.pop()
print("prediction:", model.predict(np.ones((2, 4)), verbose=0).shape)
```

{reason}
"""


def begin(title: str, section: str) -> Path:
    """Write a page with this title, and add it at the end of a section of the navigation; return its path.

    `section`: the title of a section, or a folder of docs/, meaning the last section of the menu with pages in it.
    Raises `ValueError` if the title or the section won't do; then nothing is written.
    """
    title = " ".join(title.split())
    name = address_of(title)
    menu_file = ROOT / navigation.FILE
    menu = navigation.read_navigation(menu_file)
    for line, text in menu.problems:
        raise ValueError(f"{navigation.FILE}:{line}: {text}")
    pages = [entry for entry in menu.entries if entry.target.endswith(".md")]
    after = last_of(section, pages)
    folder = Path(section) if (ROOT / "docs" / section).is_dir() else Path(after.target).parent
    path = ROOT / "docs" / folder / f"{name}.md"
    refuse_what_exists(title, path)
    path.parent.mkdir(parents=True, exist_ok=True)
    replace_file(path, page_text(title, name).encode())
    insert_line(menu_file, after, path.relative_to(ROOT / "docs").as_posix())
    return path


def address_of(title: str) -> str:
    """Return the name of the file for a title; `ValueError` if the title won't do."""
    example = 'Write what readers would type: python -m evidence new "Remove a layer by name"'
    if not title:
        raise ValueError(f"the title is empty. {example}")
    if not TITLE.fullmatch(title):
        odd = next(character for character in title if not TITLE.fullmatch(character))
        raise ValueError(f"a title cannot have {odd!r}, which Markdown reads as something else. {example}")
    if len(title) > LONGEST:
        raise ValueError(f"the title has {len(title)} characters; a menu shows at most {LONGEST}. {example}")
    parts = re.findall(r"[a-z0-9]+", title.lower().replace("'", ""))
    if not any(re.search("[a-z]", part) for part in parts):
        raise ValueError(f"the title has no word in Latin letters to make an address from. {example}")
    return "-".join(parts)


def last_of(section: str, entries: list[Entry]) -> Entry:
    """Return the last page of a section or folder; `ValueError` if there is none."""
    in_folder = [entry for entry in entries if Path(entry.target).parent.as_posix() == section.strip("/")]
    in_section = [entry for entry in entries if section.casefold() in map(str.casefold, entry.section)]
    if found := in_section or in_folder:
        return found[-1]
    known = list(dict.fromkeys([Path(entry.target).parent.as_posix() for entry in entries if "/" in entry.target]))
    titles = list(dict.fromkeys(title for entry in entries for title in entry.section))
    near = difflib.get_close_matches(section, [*known, *titles], 1)
    mend = f"Did you mean {near[0]!r}?" if near else f"The sections are {', '.join([*known, *titles])}."
    raise ValueError(f"there is no folder and no section {section!r}. {mend}")


def refuse_what_exists(title: str, path: Path) -> None:
    for other in page_paths():
        headings = Source(page_name(other), read_text(other), ()).headings
        if other.name == path.name or (headings and headings[0].text.casefold() == title.casefold()):
            raise ValueError(
                f"{page_name(other)} already has this title, or its address. Add a section to that page, or choose "
                "another title."
            )


def page_text(title: str, name: str) -> str:
    description = f"How to {title[0].lower()}{title[1:]} in Keras, with code that runs."
    tags = ", ".join(dict.fromkeys(word for word in name.split("-") if len(word) > 3 and word.isalpha())) or "surgery"
    return PAGE.format(
        description=quoted(description), tags=tags, title=title, id=name, answer=words.ANSWER, reason=words.REASON
    )


def quoted(text: str) -> str:
    """Return a text as a YAML value, with typographic quotation marks: a straight one would end an attribute."""
    text = re.sub(r'"([^"]*)"', r"“\1”", text).replace('"', "”")
    return "'" + text.replace("'", "''") + "'" if re.search(r": | #|^[^\w“]", text) else text


def insert_line(path: Path, after: Entry, target: str) -> None:
    """Insert a page's line into mkdocs.yml below another's. Everything else stays as it is, comments included."""
    lines = path.read_text(encoding="utf-8").split("\n")
    indent = lines[after.line - 1][: len(lines[after.line - 1]) - len(lines[after.line - 1].lstrip())]
    lines.insert(after.line, f"{indent}- {target}")
    replace_file(path, "\n".join(lines).encode())


def what_is_next(path: Path) -> Iterator[str]:
    """Yield the next steps for the author of a new page."""
    page = page_name(path)
    yield f"{page} is there, and in the menu ({navigation.FILE})."
    yield "1. Write the answer, and the block that shows it; replace the description and the tags."
    yield f"2. Fill in what the block prints:     python -m evidence record {page}"
    yield f"3. Check it, without running it:      python -m evidence check {page}"
    yield f"4. Run its blocks as tests:           pytest {page}"
