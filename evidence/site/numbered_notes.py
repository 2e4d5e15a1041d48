"""A Python-Markdown extension for notes on single lines of a block.

Below a block and its output, a page has `<!-- notes -->` and a numbered list. Each item begins with code from exactly
one line of the block, and that line gets the item's number. The block itself doesn't change.
"""

from __future__ import annotations

import re

import markdown
from markdown.postprocessors import Postprocessor
from markdown.preprocessors import Preprocessor

from evidence.pages.blocks import readable_blocks
from evidence.pages.notes import lines_containing, notes_after, notes_marker

NUMBERED = re.compile(r"<!-- notes on lines (?P<lines>[\d ]*) -->\s*<ol>")
BLOCK = '<div class="language-python highlight">'
LINE_END = re.compile(r"\n</span>(?=<span id=|</code>)")  # of the lines, as pymdownx.highlight marks them


class Notes(markdown.Extension):
    def extendMarkdown(self, md: markdown.Markdown) -> None:  # noqa: N802 (Python-Markdown's name)
        md.preprocessors.register(FindLines(md), "notes", 28)  # before evidence.site.extension (27) reads the blocks
        md.postprocessors.register(NumberLines(), "notes", 25)  # before it removes the ids of lines (20)


class FindLines(Preprocessor):
    def run(self, lines: list[str]) -> list[str]:
        for block in readable_blocks("", "\n".join(lines)):
            if (marker := notes_marker(lines, block)) is not None:
                numbers = [line for _, text in notes_after(lines, marker) for line in lines_containing(text, block)]
                lines[marker] = lines[marker].replace("notes", f"notes on lines {' '.join(map(str, numbers))}")
        return lines


class NumberLines(Postprocessor):
    def run(self, text: str) -> str:
        while marker := NUMBERED.search(text):
            start = text.rindex(BLOCK, 0, marker.start())
            code, between = text[start : marker.start()].split("</code>", 1)
            code += "</code>"
            for note, line in enumerate(marker["lines"].split(), 1):
                start_of_line = next(re.finditer(rf'<span id="__span-\d+-{line}">', code)).end()
                end = next(LINE_END.finditer(code, start_of_line)).start()
                # The style sheet shows the number: if it were text, it would be copied with the code.
                code = f'{code[:end]}<span class="note" data-note="{note}"></span>{code[end:]}'
            text = f'{text[:start]}{code}{between}<ol class="notes">{text[marker.end() :]}'
        return text


def makeExtension(**options: object) -> Notes:  # noqa: N802 (Python-Markdown's name)
    return Notes(**options)
