"""Each block's current code is recorded in every environment, and a record holds only what matters."""

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime

import jsonschema
import pytest
from listed import SOME
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.plugins import PluginCollection
from mkdocs.structure.files import Files

from evidence import files
from evidence.__main__ import main
from evidence.files import ROOT
from evidence.findings.measurements import Measurements, current_measurements
from evidence.pages.blocks import Block, page_paths
from evidence.pages.lint import read_page
from evidence.pages.recipes import all_recipes
from evidence.running import records
from evidence.running.environments import read_environments
from evidence.running.execution import Error, Outcome
from evidence.running.records import Record, RecordedOutcome, Run
from evidence.running.trials import trials, trials_in
from evidence.site import published_records
from evidence.site.published_records import all_data, environment_data

ENVIRONMENTS = read_environments()
BLOCK = Block("docs/page.md", 40, "print(1)\n", "1\n")
SHOWN = RecordedOutcome("1\n")
SCHEMA = json.loads(records.SCHEMA.read_text(encoding="utf-8"))


RECORDED = records.load_all()


def recorded_in(key):
    return RECORDED.get(key) or Record(key)


TRYING = [key for key, environment in ENVIRONMENTS.items() if environment.tries_recipes]


@pytest.fixture(scope="module")
def blocks():
    return [block for path in page_paths() for block in read_page(path)[0]]


@pytest.mark.usefixtures("needs_records")
@pytest.mark.parametrize("key", ENVIRONMENTS)
def test_every_block_is_recorded(key, blocks):
    absent = [f"{block.page}:{block.line}" for block in records.missing(recorded_in(key), blocks)]
    remedy = f"python -m evidence install {key} && python -m evidence record {key}"
    assert not absent, f"not recorded in {key}: {', '.join(absent)}. {remedy}"


@pytest.mark.usefixtures("needs_records")
def test_a_file_of_a_page_holds_the_blocks_and_the_trials_of_that_page(blocks):
    digests = {}
    for block in [*blocks, *(trial.block for trial in trials(all_recipes()))]:
        digests.setdefault(records.page_file(block.page), set()).add(block.digest)
    for path in (records.FOLDER / "pages").rglob("*.json"):
        left = records.read(path)["blocks"].keys() - digests.get(path, set())
        assert not left, f"{path}: of no block of that page: {', '.join(left)}. python -m evidence record"


@pytest.mark.usefixtures("needs_records")
def test_there_are_records_of_the_environments_and_trials_that_are_listed_and_no_others():
    assert RECORDED.keys() == records.listed_keys(), "python -m evidence install && python -m evidence record"


@pytest.mark.usefixtures("needs_records")
@pytest.mark.parametrize("key", TRYING)
def test_every_recipe_is_recorded_on_every_kind_of_model(key):
    trial_blocks = [trial.block for trial in trials_in(ENVIRONMENTS[key], all_recipes())]
    record = recorded_in(records.recipes_key(ENVIRONMENTS[key]))
    absent = {f"{block.page}:{block.line}" for block in records.missing(record, trial_blocks)}
    remedy = f"python -m evidence install {key} && python -m evidence record --only recipes {key}"
    assert not absent, f"not tried in {key}: {', '.join(sorted(absent))}. {remedy}"


RECORDS = [*((key, key) for key in ENVIRONMENTS), *((f"recipes/{key}", key) for key in TRYING)]


@pytest.mark.parametrize(("record_key", "key"), RECORDS)
def test_a_record_is_of_the_python_and_the_packages_that_are_listed(record_key, key):
    stale = records.is_stale(recorded_in(record_key), ENVIRONMENTS[key])
    assert not stale, f"python -m evidence install {key} && python -m evidence record {key}"


@pytest.mark.parametrize(("key", "_"), RECORDS)
def test_a_record_says_which_run_made_it(key, _):
    record = recorded_in(key)
    assert record.run.python.startswith(f"{record.python}.")
    assert record.run.block_seconds > 0


@pytest.mark.usefixtures("needs_records")
def test_what_a_page_shows_is_what_the_pinned_environment_did(blocks):
    [pinned] = [key for key, environment in ENVIRONMENTS.items() if environment.pinned]
    record = recorded_in(pinned)
    for block in blocks:
        did = record.outcomes.get(block.digest)
        shown = RecordedOutcome(block.expected_output or "", steps=did and did.steps, warnings=did and did.warnings)
        assert did == shown, f"{block.page}:{block.line}: python -m evidence record"


@pytest.mark.parametrize("folder", ["environments", "pages"])
def test_the_files_obey_the_schema_and_would_be_written_as_they_are(folder):
    schema = {"$ref": f"#/$defs/{folder[:-1]}_file", "$defs": SCHEMA["$defs"]}
    paths = [*(records.FOLDER / folder).rglob("*.json")]
    assert len(paths) > 40
    for path in paths:
        content = records.read(path)
        jsonschema.validate(content, schema)
        assert records.as_bytes(content) == path.read_bytes(), path


@pytest.mark.parametrize("key", ENVIRONMENTS)
def test_the_published_python_is_the_record_s_and_not_the_builder_s(key):
    record = Record(key, python="3.99")
    assert environment_data(ENVIRONMENTS[key], record)["python"] == "3.99"


def test_what_was_not_recorded_is_published_as_unknown(tmp_path, monkeypatch):
    monkeypatch.setattr(records, "FOLDER", tmp_path)
    data = all_data(current_measurements())
    jsonschema.validate(data, SCHEMA)
    assert {(entry["keras"], entry["python"]) for entry in data["environments"]} == {(None, None)}


def test_the_data_is_published_as_one_file_with_its_schema_and_a_file_for_each_block(monkeypatch):
    [block, *_] = read_page(ROOT / "docs/index.md")[0]
    key = "tf-2.15"
    environment_records = {key: Record(key, "2.15.0", ["numpy==1.0"], {block.digest: RecordedOutcome("1\n")})}
    measurements = Measurements(environment_records, [ENVIRONMENTS[key]], [block])
    monkeypatch.setattr(published_records, "current_measurements", lambda: measurements)
    files = Files([])
    config = MkDocsConfig()
    config.plugins = PluginCollection()
    config.plugins._current_plugin = "evidence"  # as within one of its events
    published_records.add_data(files, config)
    texts = {file.src_uri: file.content_string for file in files}
    folder = "reference/data"
    names = f"{block.digest}.json", "records.json", "records.schema.json"
    assert texts.keys() == {f"{folder}/{name}" for name in names}
    published = json.loads(texts[f"{folder}/records.json"])
    assert published["blocks"] == [json.loads(texts[f"{folder}/{block.digest}.json"])]
    assert published["blocks"][0]["outcomes"] == {key: {"output": "1\n"}}
    assert json.loads(texts[f"{folder}/records.schema.json"]) == SCHEMA


@pytest.mark.usefixtures("needs_records")
def test_the_published_data_obeys_the_schema_and_is_complete(blocks):
    data = all_data(current_measurements())
    jsonschema.validate(data, SCHEMA)
    assert len(data["environments"]) == len(ENVIRONMENTS) >= 50
    assert len(data["blocks"]) == len(blocks)
    assert all(block["outcomes"].keys() == ENVIRONMENTS.keys() for block in data["blocks"])
    assert data["licence"].startswith("https://creativecommons.org/")


@pytest.mark.parametrize(
    "wrong",
    [
        {"digest": "xyz"},
        {"outcomes": {"tf-2.0": {"output": "", "error": "ValueError"}}},
        {"outcomes": {"tf-2.0": {"output": "", "seconds": 1}}},
    ],
)
def test_the_schema_refuses_what_is_wrong(wrong):
    good = {"digest": "0" * 16, "page": "p", "heading": "h", "code": "", "outcomes": {"tf-2.0": {"output": ""}}}
    schema = {"$ref": "#/$defs/block", "$defs": SCHEMA["$defs"]}
    jsonschema.validate(good, schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(good | wrong, schema)


def test_what_is_recorded_does_not_depend_on_place_time_or_addresses():
    error = Error("ValueError", "<object at 0x7f00aa11bb22>", 42, "")
    recorded = records.recorded(BLOCK, Outcome("at 0x7f00aa11bb22\n", error, seconds=1.5))
    assert recorded == RecordedOutcome("at 0x…\n", "ValueError", "<object at 0x…>", 2)


def test_an_error_whose_line_is_unknown_is_recorded_without():
    error = Error("Stopped", "did not end within 300 seconds", None, "")
    recorded = records.recorded(BLOCK, Outcome("", error, seconds=300))
    assert recorded == RecordedOutcome("", "Stopped", "did not end within 300 seconds", None)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("File '/a/.environments/tf-2.15/lib/python3.11/site-packages/keras/x.py'", "File 'keras/x.py'"),
        ('File "/a/.environments/keras-3.14-tensorflow/keras/x.py", line 3', 'File "keras/x.py", line 3'),
        (r"no file C:\Temp\block-ab12\work\model.h5 there", "no file model.h5 there"),
        ('"/tmp/__autograph_generated_filexy1z.py"', '"__autograph_generated_file.py"'),
        ("Saved artifact at '/var/folders/tmp3k00nnqp/model'", "Saved artifact at '…/model'"),
        ("layers/dense.py and 1/2", "layers/dense.py and 1/2"),
        ("<Variable path=a/kernel, value=[[ 0.5 -0.1]\n [ 0.2 0.3]]>. No", "<Variable path=a/kernel, value=…>. No"),
        (
            r"KeyError: \u001b[1m140131151883664\u001b[0m, 0.1234567890123",
            r"KeyError: \u001b[1m…\u001b[0m, 0.1234567890123",
        ),
        (
            'loss defined at (most recent call last):\n  File "a.py", line 3, in b\n\n  File "c", line 4, in d\nNo',
            "loss\nNo",
        ),
        (
            'exist.\n\nOperation defined at: (most recent call last)\n>>>   File "/a/runner.py", line 3\n>>> \nNo',
            "exist.\nNo",
        ),
        ("no value\n\nOriginal stack trace for 'dense/a':\n  File \"a.py\", line 3\n", "no value"),
        ("no value\nCaused by op 'dense/a', defined at:\n  File \"a.py\", line 3\n", "no value"),
    ],
)
def test_what_is_recorded_does_not_depend_on_folders(text, kept):
    assert records.normalised(text) == kept


PACKAGES = ["a==1", "b==2"]
RUN = Run("2026-11-23", "3.6.15", 1.23, 0.99)
ELSEWHERE = Block("docs/why/other.md", 4, "print(2)\n", "2\n")
NO = RecordedOutcome("", "ValueError", "é", 3)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(records, "FOLDER", tmp_path)
    return tmp_path


def record_of(key, outcomes, packages=PACKAGES):
    return Record(key, "1.0", packages, outcomes, python="3.6", run=RUN)


def contents():
    return {path.relative_to(records.FOLDER).as_posix(): path.read_bytes() for path in records.files()}


def test_a_record_is_kept_and_stays_the_same_byte_for_byte(folder):
    record = record_of("key", {ELSEWHERE.digest: NO, BLOCK.digest: RecordedOutcome("1\n")}, PACKAGES[::-1])
    assert records.save_all([record], [BLOCK, ELSEWHERE])
    before = contents()
    assert list(before) == ["environments/key.json", "pages/docs/page.json", "pages/docs/why/other.json"]
    assert records.load("key") == record_of("key", record.outcomes)
    assert not records.save_all([records.load("key")], [BLOCK, ELSEWHERE])
    assert contents() == before


def test_outcomes_that_are_alike_stand_once_with_their_environments(folder):
    for key, outcome in {"c": SHOWN, "a": SHOWN, "b": NO}.items():
        assert records.save_all([record_of(key, {BLOCK.digest: outcome})], [BLOCK])
    assert records.read(folder / "pages/docs/page.json")["blocks"] == {
        BLOCK.digest: [
            {"output": "1\n", "environments": ["a", "c"]},
            {"output": "", "error": "ValueError", "message": "é", "line": 3, "environments": ["b"]},
        ]
    }


def test_a_page_that_changes_touches_only_its_own_file(folder):
    both = [BLOCK, ELSEWHERE]
    for key in "a", "b":
        records.save_all([record_of(key, {block.digest: SHOWN for block in both})], both)
    before = contents()
    for key in "a", "b":
        records.save_all([record_of(key, {BLOCK.digest: NO, ELSEWHERE.digest: SHOWN})], both)
    assert {name for name, content in contents().items() if content != before[name]} == {"pages/docs/page.json"}


def test_a_block_that_moves_takes_what_it_did_elsewhere_along(folder):
    for key in "a", "b":
        records.save_all([record_of(key, {BLOCK.digest: SHOWN})], [BLOCK])
    moved = replace(BLOCK, page="docs/new.md")
    assert records.save_all([records.load("a")], [moved])
    assert [*contents()] == ["environments/a.json", "environments/b.json", "pages/docs/new.json"]
    assert records.load("a").outcomes == records.load("b").outcomes == {BLOCK.digest: SHOWN}


def test_a_block_on_two_pages_is_recorded_with_both(folder):
    twice = [BLOCK, replace(BLOCK, page="docs/new.md")]
    records.save_all([record_of("a", {BLOCK.digest: SHOWN})], twice)
    assert "pages/docs/new.json" in contents() and "pages/docs/page.json" in contents()
    records.save_all([records.load("a")], twice[1:])
    assert [*contents()] == ["environments/a.json", "pages/docs/new.json"]


def test_what_a_block_that_is_gone_did_is_forgotten_by_each_environment_for_itself(folder):
    for key in "a", "b":
        records.save_all([record_of(key, {BLOCK.digest: SHOWN, ELSEWHERE.digest: SHOWN})], [BLOCK, ELSEWHERE])
    assert records.save_all([records.load("a")], [ELSEWHERE])
    assert records.load("a").outcomes.keys() == {ELSEWHERE.digest}
    assert records.load("b").outcomes.keys() == {BLOCK.digest, ELSEWHERE.digest}


def test_an_environment_that_is_gone_is_taken_out(folder):
    for key in "a", "b":
        records.save_all([record_of(key, {BLOCK.digest: SHOWN})], [BLOCK])
    assert records.save_all([Record("a")], [])
    assert records.load_all().keys() == {"b"}
    assert records.save_all([Record("b")], [])
    assert contents() == {}


def test_a_full_disk_leaves_a_record_as_it_was(folder, monkeypatch):
    records.save_all([record_of("key", {BLOCK.digest: SHOWN})], [BLOCK])
    before, written = contents(), []
    write_beside = files.write_beside

    def full(path, content):
        if written:
            raise OSError(28, "No space left on device")
        written.append(write_beside(path, content))
        return written[0]

    monkeypatch.setattr(files, "write_beside", full)
    with pytest.raises(OSError, match="No space"):
        records.save_all([record_of("key", {BLOCK.digest: NO}, ["a==2"])], [BLOCK])
    assert written and contents() == before


def test_a_crash_never_leaves_outcomes_of_two_sets_of_packages(folder, monkeypatch):
    both = [BLOCK, ELSEWHERE]
    records.save_all([record_of("key", {block.digest: SHOWN for block in both})], both)
    replace_file = os.replace

    def crash(new, path):
        if path == records.page_file(ELSEWHERE.page):
            raise OSError("The power is gone")
        replace_file(new, path)

    monkeypatch.setattr("os.replace", crash)
    with pytest.raises(OSError, match="power"):
        records.save_all([record_of("key", {block.digest: NO for block in both}, ["a==2"])], both)
    assert records.read(records.page_file(BLOCK.page))["blocks"][BLOCK.digest][0]["error"] == "ValueError"
    assert records.load("key") == Record("key")


def test_records_that_are_written_at_the_same_time_do_not_get_lost(folder):
    """Here by threads; other processes wait for the same lock."""
    keys = [f"key-{number}" for number in range(16)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda key: records.save_all([record_of(key, {BLOCK.digest: SHOWN})], [BLOCK]), keys))
    assert records.load_all() == {key: record_of(key, {BLOCK.digest: SHOWN}) for key in sorted(keys)}


@pytest.mark.skipif(sys.platform == "win32", reason="the lock is of other systems")
def test_another_process_waits_until_a_record_is_written(folder):
    code = (
        "from evidence.running import records; import pathlib, sys; records.FOLDER = pathlib.Path(sys.argv[1]);"
        "print('starts', flush=True); records.save_all([records.Record('b', '1', ['a==1'], python='3.6')], [])"
    )
    with records.nobody_else_writing():
        other = subprocess.Popen([sys.executable, "-c", code, str(folder)], cwd=ROOT, stdout=subprocess.PIPE, text=True)
        assert other.stdout.readline() == "starts\n"
        with pytest.raises(subprocess.TimeoutExpired):
            other.wait(timeout=1)
        assert not records.environment_file("b").exists()
    assert other.wait(timeout=30) == 0
    assert records.environment_file("b").exists()


def test_the_last_change_is_that_of_the_page_that_changed_last(folder, monkeypatch):
    assert records.last_change() == ""
    records.save_all([record_of("key", {BLOCK.digest: SHOWN})], [BLOCK])
    assert records.last_change() == datetime.now(UTC).date().isoformat()


@pytest.mark.parametrize("same", [True, False])
def test_what_differs_from_another_record_is_what_has_to_be_run_again(same):
    new = replace(BLOCK, code="print(3)\n")
    other = record_of("a", {BLOCK.digest: SHOWN, ELSEWHERE.digest: SHOWN}, PACKAGES if same else ["a==0"])
    record = record_of("a", {BLOCK.digest: SHOWN, ELSEWHERE.digest: NO})
    all_blocks = [BLOCK, ELSEWHERE, new]
    assert records.differing(record, other, all_blocks) == ([ELSEWHERE, new] if same else all_blocks)
    assert records.differing(record, None, all_blocks) == all_blocks


def test_a_changed_block_is_missing():
    record = Record("key", outcomes={BLOCK.digest: RecordedOutcome("1\n")})
    assert records.missing(record, [BLOCK]) == []
    changed = Block("docs/page.md", 40, "print(2)\n", "1\n")
    assert records.missing(record, [changed]) == [changed]


def test_a_record_of_other_packages_or_another_python_is_stale():
    environment = SOME
    record = Record(environment.key, packages=[*environment.pins, "six==1.17.0"], python=environment.python)
    assert not records.is_stale(record, environment)
    assert records.is_stale(record, replace(environment, own_packages=("keras==99",)))
    assert records.is_stale(record, replace(environment, python="3.12"))
    assert not records.is_stale(Record(environment.key), environment)  # unknown


def test_status_tells_recorded_stale_missing_and_unknown(tmp_path, capsys, monkeypatch, blocks):
    monkeypatch.setattr(records, "FOLDER", tmp_path)
    digests = [block.digest for block in blocks]
    good = ENVIRONMENTS["tf-2.15"]
    outcomes = {digests[0]: RecordedOutcome("")}
    records.save_all([Record("tf-2.15", "2.15.0", list(good.pins), outcomes, python=good.python)], blocks)
    records.save_all([Record("tf-2.14", "2.14.0", ["numpy==1.0"], {digests[0]: RecordedOutcome("")})], blocks)
    assert main(["status", "--json"]) == 0
    status = json.loads(capsys.readouterr().out)
    count = status["blocks"]
    by_key = {state.pop("environment"): state for state in status["environments"]}
    assert by_key.keys() == ENVIRONMENTS.keys()
    for key, numbers in {
        "tf-2.15": (1, 0, count - 1, 0),
        "tf-2.14": (0, 1, count - 1, 0),
        "tf-2.13": (0, 0, 0, count),
    }.items():
        assert tuple(by_key[key][name] for name in ("recorded", "stale", "missing", "unknown")) == numbers
    expected = {f"recipes/{key}": len(trials_in(ENVIRONMENTS[key], all_recipes())) for key in TRYING}
    assert {state["environment"]: state["unknown"] for state in status["recipes"]} == expected
    assert main(["status"]) == 0
    printed = capsys.readouterr().out
    assert "tf-2.15" in printed
    assert all(f"recipes/{key}" in printed for key in TRYING)
    assert printed.rstrip().endswith("python -m evidence install && python -m evidence record")
