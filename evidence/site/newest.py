"""Runs the blocks on the Keras installed here, and lists in Markdown what they do differently from the record."""

from __future__ import annotations

import importlib.metadata
from collections.abc import Iterator
from dataclasses import replace

from evidence.findings.changes import changes
from evidence.findings.measurements import Measurements
from evidence.pages.blocks import all_blocks
from evidence.running import records
from evidence.running.environments import Environment
from evidence.running.execution import Execution
from evidence.running.recording import LIMITS
from evidence.running.records import Record
from evidence.site.tables.changes import change_as_text

KEY = "newest"


def newest_differences(pinned: Environment) -> Iterator[str]:
    """Yield lines of Markdown, under a heading; none if no block does anything different."""
    recorded = records.load(pinned.key)
    version = importlib.metadata.version("keras")
    newest = replace(pinned, key=KEY, release=version, release_name=version)
    blocks = list(dict.fromkeys(all_blocks()))
    with Execution(blocks, variables=pinned.variables, limits=LIMITS) as execution:
        outcomes = {block.digest: records.recorded(block, outcome) for block, outcome in execution.outcomes()}
    measured = Record(KEY, version, newest.installed_packages(), outcomes, python=recorded.python)
    measurements = Measurements({KEY: measured, pinned.key: recorded}, [newest, pinned], blocks)
    [change] = changes(measurements, [newest, pinned])
    if change.differences or change.new_warnings or change.gone_warnings:
        packages = dict(pin.split("==") for pin in measured.packages)
        yield f"# Keras {version} on TensorFlow {packages['tensorflow']} does other things than the pages show"
        yield ""
        yield from change_as_text(measurements, change)
        yield ""
        yield f"To record it: `python -m evidence release {version}`"
