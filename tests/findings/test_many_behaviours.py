"""A block that behaves in many ways should be two blocks, or needs a reason."""

import tomllib

import pytest

from evidence.files import ROOT
from evidence.findings.behaviours import behaviours
from evidence.findings.measurements import current_measurements
from evidence.site.links import heading_of
from evidence.site.tables.behaviour import QUESTIONS

FILE = "evidence/findings/many-behaviours.toml"


@pytest.mark.usefixtures("needs_records")
def test_more_than_three_behaviours_need_a_reason():
    exceptions = tomllib.loads((ROOT / FILE).read_text(encoding="utf-8"))["many-behaviours"]
    listed = {(exception["page"], exception["heading"]) for exception in exceptions if exception["reason"]}
    measurements = current_measurements()
    many = set()
    for block in measurements.blocks:
        states = [behaviour.state for behaviour in behaviours(block, measurements)]
        if states.count("shown") + states.count("other") > 3 and block.page not in QUESTIONS:
            many.add((block.page, heading_of(block).id))
    assert not many - listed, f"split these blocks, or give a reason in {FILE}"
    assert not listed - many, f"take these out of {FILE}: they are no longer needed"
