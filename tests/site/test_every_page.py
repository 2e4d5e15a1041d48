"""What holds for every page of the built site."""

import json
from pathlib import Path

import pytest
from every_page import KINDS, OF_LIGHTHOUSE

from measure import node


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_wrong(faults, kind):
    assert not faults[kind], f"{len(faults[kind])}:\n" + "\n".join(faults[kind][:20])


def test_axe_checks_all_that_lighthouse_counts_for_accessibility():
    """So Lighthouse need not run axe a second time."""
    rules = json.loads(node.run(Path(__file__).with_name("lighthouse_rules.cjs")))
    assert len(rules["counted"]) > 50
    assert rules["off"] == OF_LIGHTHOUSE
