"""The branches of the runner are counted, too, while its tests run."""

import os

import pytest

from evidence.running import execution


@pytest.fixture(autouse=True)
def counted_runner(monkeypatch):
    """Keep the variables of coverage, which blocks of pages do without."""
    clean_environment = execution.clean_environment
    counting = {key: value for key, value in os.environ.items() if key.startswith("COVERAGE")}
    monkeypatch.setattr(execution, "clean_environment", lambda: clean_environment() | counting)
