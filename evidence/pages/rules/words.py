"""Words: the phrases to avoid that STYLE.md lists, and what a new page still has to say."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Sequence

from evidence.files import ROOT
from evidence.pages.blocks import read_text
from evidence.pages.source import Source

STYLE = "STYLE.md"
ANSWER, REASON = "The answer, in one sentence.", "Why, in two or three sentences."  # of a new page
NOT_PROSE = re.compile(r"\{ ?[#.][^}]*\}|\]\([^)]*\)|<[^>]*>")  # ids, addresses, tags


@functools.cache
def phrases() -> Sequence[str]:
    """Return the phrases listed at the end of STYLE.md."""
    _, _, listed = read_text(ROOT / STYLE).partition("## Words to avoid")
    return re.findall(r"`([^`]+)`", listed)


@functools.cache
def any_phrase() -> re.Pattern[str]:
    words = (r"\s+".join(map(re.escape, phrase.split())) for phrase in phrases())
    return re.compile(rf"(?<!\w)(?:{'|'.join(words)})(?!\w)", re.IGNORECASE)


def word_problems(source: Source) -> Iterator[tuple[int, str]]:
    """Yield the line and message of each phrase to avoid on a page, and of what is still to be written."""
    for number, line in enumerate(source.prose, 1):
        if line in {ANSWER, REASON}:
            yield number, f"this line of a new page is still to be written: {line[0].lower()}{line[1:]}"
    prose = NOT_PROSE.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), "\n".join(source.words))
    for found in any_phrase().finditer(prose):
        phrase = " ".join(found[0].split())
        yield (
            prose[: found.start()].count("\n") + 1,
            f"“{phrase}” isn't how people say it. Look under “Words to avoid” in {STYLE}, and say it more simply.",
        )
