"""Publishes the records with the site: one file with all of them, its schema, and a file for each block."""

from __future__ import annotations

import json
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

from evidence.findings.measurements import Measurements, current_measurements
from evidence.pages.blocks import Block
from evidence.running import records
from evidence.running.environments import Environment
from evidence.running.records import Record
from evidence.site.links import REFERENCE, heading_of

LICENCE = "https://creativecommons.org/publicdomain/zero/1.0/"


def add_data(files: Files, config: MkDocsConfig) -> None:
    """Add the data's files to the site, beside the pages that link to them."""
    folder = REFERENCE.removeprefix("docs/") + "/data"
    data = all_data(current_measurements())
    contents = {f"{block['digest']}.json": block for block in data["blocks"]} | {"records.json": data}
    for name, content in contents.items():
        text = json.dumps(content, ensure_ascii=False)
        files.append(File.generated(config, f"{folder}/{name}", content=text))
    schema = records.SCHEMA.read_text(encoding="utf-8")
    files.append(File.generated(config, f"{folder}/records.schema.json", content=schema))


def all_data(measurements: Measurements) -> dict[str, Any]:
    """Return all records as `records.schema.json` describes them."""
    return {
        "$schema": "records.schema.json",
        "licence": LICENCE,
        "environments": [
            environment_data(environment, measurements.record(environment)) for environment in measurements.environments
        ],
        "blocks": [block_data(measurements, block) for block in measurements.blocks],
    }


def environment_data(environment: Environment, record: Record) -> dict[str, Any]:
    return {
        "key": environment.key,
        "line": environment.line,
        "release": environment.release,
        "backend": environment.backend,
        "python": record.python,
        "module": environment.module,
        "keras": record.keras,
        "packages": record.packages,
    }


def block_data(measurements: Measurements, block: Block) -> dict[str, Any]:
    """Return a block's page and heading, its code, and what it did in each environment, by key."""
    outcomes = {
        environment.key: measurements.record(environment).outcomes.get(block.digest)
        for environment in measurements.environments
    }
    return {
        "digest": block.digest,
        "page": block.page,
        "heading": heading_of(block).id,
        "code": block.code,
        "outcomes": {
            key: {name: value for name, value in vars(outcome).items() if value is not None and name != "steps"}
            for key, outcome in outcomes.items()
            if outcome
        },
    }
