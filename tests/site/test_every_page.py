"""What holds of every page of the built site."""

import pytest
from every_page import KINDS


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_wrong(faults, kind):
    assert not faults[kind], f"{len(faults[kind])}:\n" + "\n".join(faults[kind][:20])
