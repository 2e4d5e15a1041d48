"""Writes into the pages what their blocks print."""

from __future__ import annotations

import io
import os
import re
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from evidence.blocks import EXPECTED_OUTPUT, Block, read_text


def write_outputs(path: Path, outputs: Mapping[Block, str]) -> bool:
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
        end, old = extent(lines, block)
        indent = re.match(r"\s*", lines[block.line - 1])[0]
        lines[end:old] = output_lines(output, indent) if output else []
    text = "".join(lines)
    if b"\r\n" in raw:
        text = text.replace("\n", "\r\n")
    new = (b"\xef\xbb\xbf" if raw.startswith(b"\xef\xbb\xbf") else b"") + text.encode()
    replace(path, new)
    return True


def extent(lines: Sequence[str], block: Block) -> tuple[int, int]:
    """Return the indexes of the lines after a block's code and after its expected output, in its page's lines."""
    end = end_of_fence(lines, block.line - 1)
    if block.expected_output is None:
        return end, end
    marker = next(i for i in range(end, len(lines)) if lines[i].strip() == EXPECTED_OUTPUT)
    opening = next(i for i in range(marker + 1, len(lines)) if lines[i].strip())
    return end, end_of_fence(lines, opening)


def end_of_fence(lines: Sequence[str], opening: int) -> int:
    """Return the index of the line after the fence that opens at the index `opening`."""
    ticks = re.match(r"\s*(`+)", lines[opening])[1]
    return next(i + 1 for i in range(opening + 1, len(lines)) if lines[i].lstrip().startswith(ticks))


def fence_for(text: str) -> str:
    """Return as many ticks as a fence around a text needs."""
    return "`" * max(3, 1 + max((len(run) for run in re.findall("`+", text)), default=0))


def output_lines(output: str, indent: str) -> list[str]:
    ticks = fence_for(output)
    body = output if output.endswith("\n") else output + "\n"
    text = f"\n{EXPECTED_OUTPUT}\n\n{ticks}text\n{body}{ticks}\n"
    return [indent + line if line != "\n" else line for line in io.StringIO(text)]


def replace(path: Path, content: bytes) -> None:
    """Replace a file's content so that a crash leaves either the old or the new one."""
    new = tempfile.NamedTemporaryFile(dir=path.parent, delete=False)  # noqa: SIM115 (it is renamed)
    try:
        with new:
            new.write(content)
        Path(new.name).chmod(path.stat().st_mode if path.exists() else 0o644)
        os.replace(new.name, path)  # noqa: PTH105 (atomic on Windows too)
    except BaseException:
        Path(new.name).unlink(missing_ok=True)
        raise
