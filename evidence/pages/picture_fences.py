"""Finds the pictures on a page, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from evidence.pages.blocks import Block, page_name, read_text
from evidence.pages.fences import FENCE, end_of_fence
from evidence.pages.lint import Problem
from evidence.pages.picture_reader import PictureError, read_picture

OPENING = "```picture"


@dataclass(frozen=True)
class PictureFence:
    """The place of a picture on its page."""

    start: int  # index of the line that opens the fence
    end: int  # index of the line after the fence
    description: Sequence[str]  # the lines inside

    def block(self, blocks: Sequence[Block]) -> Block | None:
        """Return the block that the picture shows, the last one above it, among its page's blocks."""
        return next((block for block in reversed(blocks) if block.line <= self.start), None)


def picture_fences(lines: Sequence[str]) -> Iterator[PictureFence]:
    """Yield the fences of the pictures in a page's lines. A picture inside another fence doesn't count."""
    index = 0
    while index < len(lines):
        if not FENCE.match(lines[index]):
            index += 1
            continue
        try:
            end = end_of_fence(lines, index)
        except StopIteration:
            return  # It is never closed, as `read_page` says.
        if lines[index].rstrip() == OPENING:
            yield PictureFence(index, end, lines[index + 1 : end - 1])
        index = end


def check_pictures(path: Path, blocks: Sequence[Block]) -> Iterator[Problem]:
    """Yield what is wrong with the pictures on a page. The page must be readable, and `blocks` all its blocks."""
    page, lines = page_name(path), read_text(path).split("\n")
    for number, line in enumerate(lines, 1):
        if line.strip() == OPENING and line.startswith((" ", "\t")):
            yield Problem(page, number, "an indented picture is not drawn. Begin its fence at the start of the line.")
    for fence in picture_fences(lines):
        if not fence.block(blocks):
            yield Problem(
                page, fence.start + 1, "no block is above this picture. Put it below the block that it shows."
            )
        try:
            read_picture(fence.description)
        except PictureError as error:
            yield Problem(page, fence.start + 1 + error.line, str(error))
