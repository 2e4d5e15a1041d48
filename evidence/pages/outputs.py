"""Writes into the pages what their blocks print."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from pathlib import Path

from evidence.files import replace_file
from evidence.pages.blocks import EXPECTED_OUTPUT, Block, block_extent, read_text
from evidence.pages.fences import fence_for


def write_expected_outputs(path: Path, outputs: Mapping[Block, str]) -> bool:
    """Put each block's output under it, in place of the one that stands there; say whether the page changed.

    A block without output and without an expected one (it asserts) stays as it is. The page's line ends and byte
    order mark are kept. The page is replaced as a whole or not at all.
    """
    if all(output == (block.expected_output or "") for block, output in outputs.items()):
        return False
    raw = path.read_bytes()
    lines = list(io.StringIO(read_text(path)))
    for block in sorted(outputs, key=lambda block: block.line, reverse=True):
        output = outputs[block]
        if output == (block.expected_output or ""):
            continue
        end, old = block_extent(lines, block)
        indent = re.match(r"\s*", lines[block.line - 1])[0]
        lines[end:old] = output_lines(output, indent) if output else []
    text = "".join(lines)
    if b"\r\n" in raw:
        text = text.replace("\n", "\r\n")
    new = (b"\xef\xbb\xbf" if raw.startswith(b"\xef\xbb\xbf") else b"") + text.encode()
    replace_file(path, new)
    return True


def output_lines(output: str, indent: str) -> list[str]:
    ticks = fence_for(output)
    body = output if output.endswith("\n") else output + "\n"
    text = f"\n{EXPECTED_OUTPUT}\n\n{ticks}text\n{body}{ticks}\n"
    return [indent + line if line != "\n" else line for line in io.StringIO(text)]
