"""What the tests of the site need beyond the site."""

from importlib.util import find_spec

import pytest


@pytest.fixture(scope="session")
def needs_tensorflow():
    """`.ci/run` also runs the tests on Pythons without TensorFlow, where the examples have no outputs."""
    if find_spec("tensorflow") is None:
        pytest.skip("TensorFlow is not installed")
