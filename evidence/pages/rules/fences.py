"""Fences: whatever pytest-codeblocks would silently skip or execute, or what would make it abort the test run."""

from __future__ import annotations

import re
from collections.abc import Iterator

from evidence.pages.blocks import EXPECTED_OUTPUT
from evidence.pages.fences import FENCE

MARKER = re.compile(r"(?<!`)<!--[-\s]*(?P<text>(pytest|codeblock).*?)-*(-->|$)")


def fence_problems(text: str) -> Iterator[tuple[int, str]]:
    """Yield the line and message of whatever pytest-codeblocks would silently skip or execute, or abort on."""
    open_fence: tuple[int, str] | None = None  # its line and its ticks
    marker: int | None = None  # line of an expected output's marker whose fence has yet to come
    output_may_follow = False
    for number, line in enumerate(text.split("\n"), 1):
        fence = FENCE.match(line)
        comment = MARKER.search(line)
        if open_fence:
            start, ticks = open_fence
            if fence and fence["ticks"] == ticks and not fence["info"].strip():
                open_fence = None
            elif line.lstrip().startswith(ticks):
                yield (
                    (start, unclosed_before(number, ticks))
                    if fence and fence["info"].strip()
                    else (
                        number,
                        unclear_end(start, ticks),
                    )
                )
                return  # Nobody knows whether what follows is inside a fence: all of it would look wrong.
        elif fence:
            open_fence = number, fence["ticks"]
            if marker and fence["info"].strip() != "text":
                yield number, f"this is the expected output that line {marker} marks. Open its fence with ```text."
            elif not marker:
                yield from opening_problems(number, fence["ticks"], fence["info"].rstrip())
            output_may_follow = not marker and fence["info"].rstrip() == "python"
            marker = None
        elif line.lstrip().startswith("```"):
            yield number, "pytest-codeblocks takes this line for the start of a fence. Begin it with something else."
        elif comment and line.strip() != EXPECTED_OUTPUT:
            yield number, f"unknown marker `{comment['text'].strip()}`. The only marker is {EXPECTED_OUTPUT}"
        elif comment and not output_may_follow:
            yield number, "this marker does not follow a block. Only blank lines may separate it from the block."
        elif comment and marker:
            yield number, f"this marker repeats that of line {marker}. Delete one."
        elif comment:
            marker = number
        elif line.strip() and marker:
            yield number, f"this text separates the marker of line {marker} from its output. Move it."
            marker = None
        elif line.strip():
            output_may_follow = False
    if open_fence:
        yield open_fence[0], f"this fence is never closed. Close it with {open_fence[1]} alone on a line."
    if marker:
        yield marker, "no expected output follows this marker. Delete it: `python -m evidence record` writes both."


def unclear_end(start: int, ticks: str) -> str:
    """Return the message for a line that only pytest-codeblocks takes for the end of a fence."""
    return (
        f"this line ends the fence of line {start} for pytest-codeblocks, but not on the page. Close that fence with "
        f"{ticks} alone on a line. If it shows a fence, open and close it with more backticks than that one has."
    )


def unclosed_before(number: int, ticks: str) -> str:
    return (
        f"this fence is not closed before line {number} opens another. Close it with {ticks} alone on a line. If it "
        "shows a fence, open and close it with more backticks than that one has."
    )


def opening_problems(number: int, ticks: str, info: str) -> Iterator[tuple[int, str]]:
    """Yield line and text of the problem that pytest-codeblocks would execute a fence unasked, or silently skip it."""
    language = next(iter(re.findall(r"[^\s{},.]+", info)), "").lower()
    if language in {"sh", "bash", "shell"}:
        yield (
            number,
            f"pytest-codeblocks executes `sh` and `bash`. Fence commands with ```console, not `{info.strip()}`.",
        )
    elif language.startswith("py") and (info != "python" or "~" in ticks):
        yield number, f"a fence opened with {ticks}{info} is not executed. Open the block with exactly ```python"
