"""What a page quotes from Keras's own source is there, word for word, at the line that the quotation links to."""

import importlib.metadata
import importlib.util
import re
from pathlib import Path

import pytest

from evidence.files import ROOT
from evidence.pages.blocks import page_name, read_text

QUOTATION = re.compile(
    r"\[`(?P<code>[^`]+)`\]"
    r"\(https://github\.com/keras-team/keras/blob/v(?P<release>[\d.]+)/keras/src/(?P<path>[^)#]+)#L(?P<line>\d+)\)"
)
PAGES = sorted((ROOT / "docs").rglob("*.md"))
QUOTATIONS = [(page_name(page), *match.groups()) for page in PAGES for match in QUOTATION.finditer(read_text(page))]


def test_quotations_are_found():
    assert len(QUOTATIONS) > 10


@pytest.mark.skipif(not importlib.util.find_spec("keras"), reason="Keras is not installed")
@pytest.mark.parametrize(("page", "code", "release", "path", "line"), QUOTATIONS)
def test_a_quotation_is_in_the_installed_keras(page, code, release, path, line):
    installed = importlib.metadata.version("keras")
    folder = Path(importlib.util.find_spec("keras").origin).parent / "src"
    lines = [text.strip() for text in read_text(folder / path).split("\n")]
    places = [number for number, text in enumerate(lines, 1) if text == code]
    assert (release, int(line)) in [(installed, place) for place in places], (
        f"{page} quotes `{code}` as line {line} of {path} in Keras {release}. In Keras {installed} it's at {places}. "
        f"Correct the link or the quotation, then: pytest {page_name(Path(__file__))}"
    )
