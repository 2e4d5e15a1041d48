"""Which blocks are not recorded, and who will record them."""

from __future__ import annotations

import os
from collections.abc import Iterable

from evidence.pages.blocks import all_blocks
from evidence.running import records
from evidence.running.environments import Environment, read_environments

# Set where a change is about to become part of the guide (.ci/run): there, each block needs its records. Elsewhere the
# author has done their part, and the workflow Record does the rest.
REQUIRED = "RECORDS_REQUIRED"
WORKFLOW = "For a pull request, the workflow Record does it."


def records_required() -> bool:
    return os.environ.get(REQUIRED) == "1"


def unrecorded_blocks() -> str | None:
    """Say in one line how many blocks are not recorded, and in how many environments; `None` if all are."""
    digests = {block.digest for block in all_blocks()}
    environments = read_environments().values()
    found = records.load_all()
    lacking = {
        each.key: digests - (found[each.key].outcomes.keys() if each.key in found else set()) for each in environments
    }
    lacking = {key: missing for key, missing in lacking.items() if missing}
    if not lacking:
        return None
    blocks = len(set().union(*lacking.values()))
    named = "1 block is" if blocks == 1 else f"{blocks} blocks are"
    where = next(iter(lacking)) if len(lacking) == 1 else f"{len(lacking)} of {len(environments)} environments"
    return f"{named} not recorded in {where}. {WORKFLOW}"


def how_to_record(page: str, environments: Iterable[Environment]) -> str:
    """Return how to record a page's blocks in environments: a command if they are installed, else the workflow."""
    if all(environment.installed for environment in environments):
        return f"python -m evidence record {page}"
    return WORKFLOW
