"""While the runner's tests run, its branch coverage is measured, too."""

import os

import pytest

from evidence.running import execution


@pytest.fixture(autouse=True)
def counted_runner(monkeypatch):
    """Keep coverage's variables, which blocks on pages run without."""
    clean_environment = execution.clean_environment
    counting = {key: value for key, value in os.environ.items() if key.startswith("COVERAGE")}
    monkeypatch.setattr(execution, "clean_environment", lambda: clean_environment() | counting)
