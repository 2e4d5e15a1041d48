"""Each block is recorded as it now stands in every environment, and a record holds only what decides."""

import pytest

from evidence import environments, markdown, records
from evidence.blocks import Block, pages, read_page
from evidence.execution import Error, Outcome
from evidence.records import Record, RecordedOutcome

BLOCK = Block("docs/page.md", 40, "print(1)\n", "1\n")


@pytest.mark.parametrize("key", environments.read_environments())
def test_every_block_is_recorded(key):
    blocks = [block for path in pages() for block in read_page(path)[0]]
    absent = [f"{block.page}:{block.line}" for block in records.missing(records.load(key), blocks)]
    assert not absent, f"not recorded: {', '.join(absent)}. python -m evidence install && python -m evidence record"


@pytest.mark.parametrize("key", environments.read_environments())
def test_no_record_outlives_its_block(key):
    digests = {block.digest for path in pages() for block in read_page(path)[0]}
    left = set(records.load(key).outcomes) - digests
    assert not left, f"of no block: {', '.join(left)}. python -m evidence record"


@pytest.mark.parametrize("key", environments.read_environments())
def test_a_record_is_of_the_packages_that_are_listed(key):
    listed = sorted(environments.read_environments()[key].packages)
    assert records.load(key).packages == listed, f"python -m evidence install && python -m evidence record --all {key}"


def test_what_is_recorded_does_not_depend_on_place_time_or_addresses():
    error = Error("ValueError", "<object at 0x7f00aa11bb22>", 42, "")
    recorded = records.recorded(BLOCK, Outcome("at 0x7f00aa11bb22\n", error, seconds=1.5))
    assert recorded == RecordedOutcome("at 0x…\n", "ValueError", "<object at 0x…>", 2)


def test_a_record_is_kept_and_stays_the_same_byte_for_byte(tmp_path, monkeypatch):
    monkeypatch.setattr(records, "FOLDER", tmp_path)
    record = Record(
        "key", ["b==2", "a==1"], {"d2": RecordedOutcome("é\n"), "d1": RecordedOutcome("", "ValueError", "no", 3)}
    )
    records.save(record)
    first = (tmp_path / "key.json").read_bytes()
    records.save(records.load("key"))
    assert (tmp_path / "key.json").read_bytes() == first
    assert records.load("key").outcomes == record.outcomes


def test_a_changed_block_is_missing():
    record = Record("key", outcomes={BLOCK.digest: RecordedOutcome("1\n")})
    assert records.missing(record, [BLOCK]) == []
    changed = Block("docs/page.md", 40, "print(2)\n", "1\n")
    assert records.missing(record, [changed]) == [changed]


SAME = RecordedOutcome("1\n")
SHOWN = {
    "the same": ([SAME, SAME, SAME], ["Prints the same on JAX, PyTorch and OpenVINO."]),
    "different": (
        [SAME, RecordedOutcome("2\n"), SAME],
        ["Prints the same on JAX and OpenVINO.", "On PyTorch it prints:", "2"],
    ),
    "unknown": (
        [SAME, SAME, None],
        ["Prints the same on JAX and PyTorch.", "Not yet recorded on OpenVINO."],
    ),
    "raised": (
        [SAME, SAME, RecordedOutcome("", "ValueError", "no `x`", 3)],
        [
            "Prints the same on JAX and PyTorch.",
            "On OpenVINO, line 3 of the block ends in ``` ValueError: no `x` ```.",
        ],
    ),
    "raised after it printed": (
        [SAME, SAME, RecordedOutcome("1\n", "ValueError", "no", 3)],
        [
            "Prints the same on JAX and PyTorch.",
            "On OpenVINO, line 3 of the block ends in:",
            "1",
            "ValueError: no",
        ],
    ),
}


@pytest.mark.parametrize(("outcomes", "words"), SHOWN.values(), ids=SHOWN)
def test_what_stands_under_a_block(outcomes, words, monkeypatch):
    found = {
        label: Record(label, outcomes={BLOCK.digest: recorded} if recorded else {})
        for label, recorded in zip(["JAX", "PyTorch", "OpenVINO"], outcomes, strict=True)
    }
    monkeypatch.setattr(markdown, "all_records", lambda: found)
    lines = [line for line in markdown.evidence(BLOCK) if line.strip("`{} .") not in {"", "evidence", "text"}]
    assert lines == words


def test_the_evidence_follows_the_output_and_keeps_to_its_place(monkeypatch):
    import markdown as python_markdown

    monkeypatch.setattr(markdown, "all_records", lambda: {"JAX": Record("JAX")})
    page = (
        "- item\n\n    ```python\n    print(1)\n    ```\n\n    <!--pytest-codeblocks:expected-output-->\n\n"
        "    ```text\n    1\n    ```\n\n- last\n"
    )
    html = python_markdown.markdown(page, extensions=["pymdownx.superfences", "attr_list", "evidence.markdown"])
    assert html.index("print") < html.index(">1\n") < html.index('<p class="evidence">Not yet') < html.index("last")
    assert html.count("<ul>") == 1
