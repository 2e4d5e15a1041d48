"""Writes what blocks print into their pages, as expected outputs."""

from __future__ import annotations

import codecs
import io
from collections.abc import Mapping
from pathlib import Path

from evidence.files import replace_file
from evidence.pages.blocks import EXPECTED_OUTPUT, Block, block_extent, read_text
from evidence.pages.fences import fence_for, indent_of


def write_expected_outputs(path: Path, outputs: Mapping[Block, str]) -> bool:
    """Write what a page's blocks print as their expected outputs; return whether the page changed.

    A block that prints nothing gets no expected output. The page keeps its line ends and its byte order mark.
    It is replaced as a whole: a crash leaves either the old or the new page.
    """
    changed = {block: output for block, output in outputs.items() if output != (block.expected_output or "")}
    if not changed:
        return False
    raw = path.read_bytes()
    lines = list(io.StringIO(read_text(path)))
    for block in sorted(changed, key=lambda block: block.line, reverse=True):  # last first: lines above stay put
        code_end, output_end = block_extent(lines, block)
        output = changed[block]
        lines[code_end:output_end] = fenced(output, indent_of(lines[block.line - 1])) if output else []
    text = "".join(lines)
    if b"\r\n" in raw:
        text = text.replace("\n", "\r\n")
    byte_order_mark = codecs.BOM_UTF8 if raw.startswith(codecs.BOM_UTF8) else b""
    replace_file(path, byte_order_mark + text.encode())
    return True


def fenced(output: str, indent: str) -> list[str]:
    """Return the lines that show an expected output under its block, including the marker."""
    ticks = fence_for(output)
    body = output if output.endswith("\n") else output + "\n"
    text = f"\n{EXPECTED_OUTPUT}\n\n{ticks}text\n{body}{ticks}\n"
    return [indent + line if line != "\n" else line for line in io.StringIO(text)]
