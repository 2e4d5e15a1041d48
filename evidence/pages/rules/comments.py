"""Comments that mean something: `<!-- notes -->`, `<!-- recipe: … -->`, `<!-- evidence: … -->`."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Iterator

from evidence.pages.source import Source

COMMENT = re.compile(r"\s*<!--+\s*(?P<word>[\w-]+)\b.*$")
FORMS = {
    "notes": "<!-- notes -->",
    "recipe": "<!-- recipe: TASK -> RESULT -->",
    "evidence": "<!-- evidence: NAME -->",
}
TABLE = re.compile(r"<!-- evidence: (?P<name>[\w-]+) -->$")


def comment_problems(source: Source, tables: Collection[str]) -> Iterator[tuple[int, str]]:
    """Yield the line and message of each comment that is almost one of these, and would be silently ignored."""
    for number, line in enumerate(source.prose, 1):
        if table := TABLE.match(line):
            if table["name"] not in tables:
                near = difflib.get_close_matches(table["name"], tables, 1)
                mend = f"Did you mean `{near[0]}`?" if near else f"The tables are {', '.join(sorted(tables))}."
                yield number, f"there is no table called `{table['name']}`. {mend}"
        elif comment := COMMENT.match(line):
            word = comment["word"].lower()
            meant = next(iter(difflib.get_close_matches(word, FORMS, 1, 0.75)), None)
            if meant and not (word == meant == "recipe") and line.strip() != FORMS[meant]:
                yield number, f"this comment is ignored, the way it is written. Write {FORMS[meant]}, alone on a line."
