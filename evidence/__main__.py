"""The command line: `python -m evidence --help`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from evidence import blocks, recording
from evidence.execution import Execution


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m evidence", description=sys.modules["evidence"].__doc__)
    commands = parser.add_subparsers(required=True)

    record = commands.add_parser("record", help="run the blocks and write what they print into the pages")
    record.add_argument("pages", nargs="*", type=Path, metavar="PAGE", help="all pages if none is named")
    record.set_defaults(command=lambda options: record_pages(options.pages or blocks.pages()))

    bench = commands.add_parser("bench", help="measure the blocks' test run against its limit")
    bench.set_defaults(command=lambda options: run_bench())

    options = parser.parse_args(arguments)
    return options.command(options)


def record_pages(pages: list[Path]) -> int:
    """Rewrite the expected outputs of pages; a page with a problem or a failing block stays as it is."""
    found, faults = {}, []
    for page in pages:
        if not page.is_file():
            faults.append(f"{page}: no such page. The pages: python -m evidence record --help")
            continue
        page_blocks, problems = blocks.read_page(page)
        problems = [problem for problem in problems if "shows nothing" not in problem.text]
        faults += map(str, problems)
        if not problems:
            found[page] = page_blocks
    with Execution([block for page_blocks in found.values() for block in page_blocks]) as execution:
        for page, page_blocks in found.items():
            outcomes = {block: execution.outcome(block) for block in page_blocks}
            failed = False
            for block, outcome in outcomes.items():
                if outcome.error:
                    failed = True
                    place = f"{block.page}:{outcome.error.line or block.line}"
                    faults.append(f"{place}: {outcome.error.type}: {outcome.error.message}")
            if failed:
                continue
            changed = recording.write_outputs(
                page, {block: outcome.output for block, outcome in outcomes.items()}
            )
            print(f"{blocks.page_name(page)}: {'rewritten' if changed else 'as it was'}")
    for fault in faults:
        print(fault, file=sys.stderr)
    if faults:
        print("Pages with faults were left as they are. Mend them, then run this again.", file=sys.stderr)
    return 1 if faults else 0


def run_bench() -> int:
    from evidence import bench

    return bench.run()


if __name__ == "__main__":
    sys.exit(main())
