"""Each block is recorded as it now stands in every environment, and a record holds only what decides."""

import json
from dataclasses import replace

import jsonschema
import pytest
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.plugins import PluginCollection
from mkdocs.structure.files import Files

from evidence.__main__ import main
from evidence.files import ROOT
from evidence.findings.measurements import Measurements, current_measurements
from evidence.pages.blocks import Block, page_paths
from evidence.pages.lint import read_page
from evidence.pages.recipes import all_recipes
from evidence.running import records
from evidence.running.environments import read_environments
from evidence.running.execution import Error, Outcome
from evidence.running.records import Record, RecordedOutcome, Seconds
from evidence.running.trials import trials_in
from evidence.site import published_records
from evidence.site.published_records import all_data, environment_data

ENVIRONMENTS = read_environments()
BLOCK = Block("docs/page.md", 40, "print(1)\n", "1\n")
SCHEMA = json.loads(records.SCHEMA.read_text(encoding="utf-8"))


TRYING = [key for key, environment in ENVIRONMENTS.items() if environment.tries_recipes]


@pytest.fixture(scope="module")
def blocks():
    return [block for path in page_paths() for block in read_page(path)[0]]


@pytest.mark.usefixtures("needs_records")
@pytest.mark.parametrize("key", ENVIRONMENTS)
def test_every_block_is_recorded(key, blocks):
    absent = [f"{block.page}:{block.line}" for block in records.missing(records.load(key), blocks)]
    remedy = f"python -m evidence install {key} && python -m evidence record {key}"
    assert not absent, f"not recorded in {key}: {', '.join(absent)}. {remedy}"


@pytest.mark.usefixtures("needs_records")
@pytest.mark.parametrize("key", ENVIRONMENTS)
def test_no_record_outlives_its_block(key, blocks):
    left = set(records.load(key).outcomes) - {block.digest for block in blocks}
    assert not left, f"of no block: {', '.join(left)}. python -m evidence record {key}"


@pytest.mark.usefixtures("needs_records")
@pytest.mark.parametrize("key", TRYING)
def test_every_recipe_is_recorded_on_every_kind_of_model(key):
    trial_blocks = [trial.block for trial in trials_in(ENVIRONMENTS[key], all_recipes())]
    record = records.load(records.recipes_key(ENVIRONMENTS[key]))
    absent = {f"{block.page}:{block.line}" for block in records.missing(record, trial_blocks)}
    remedy = f"python -m evidence install {key} && python -m evidence record --only recipes {key}"
    assert not absent, f"not tried in {key}: {', '.join(sorted(absent))}. {remedy}"
    left = set(record.outcomes) - {block.digest for block in trial_blocks}
    assert not left, f"of no recipe: {', '.join(left)}. python -m evidence record --only recipes {key}"


def test_recipes_are_tried_where_the_listing_says_so_and_nowhere_else():
    assert sorted(path.stem for path in (records.FOLDER / "recipes").glob("*.json")) == sorted(TRYING)


RECORDS = [*((key, key) for key in ENVIRONMENTS), *((f"recipes/{key}", key) for key in TRYING)]


@pytest.mark.parametrize(("record_key", "key"), RECORDS)
def test_a_record_is_of_the_python_and_the_packages_that_are_listed(record_key, key):
    stale = records.is_stale(records.load(record_key), ENVIRONMENTS[key])
    assert not stale, f"python -m evidence install {key} && python -m evidence record {key}"


@pytest.mark.parametrize(("key", "_"), RECORDS)
def test_a_record_and_its_seconds_are_of_one_run(key, _):
    record, seconds = records.load(key), records.load_seconds(key)
    assert seconds.blocks.keys() == record.outcomes.keys()
    assert seconds.python.startswith(f"{record.python}.")
    assert min(seconds.blocks.values()) > 0


@pytest.mark.usefixtures("needs_records")
def test_what_a_page_shows_is_what_the_pinned_environment_did(blocks):
    [pinned] = [key for key, environment in ENVIRONMENTS.items() if environment.pinned]
    record = records.load(pinned)
    for block in blocks:
        shown = RecordedOutcome(block.expected_output or "")
        assert record.outcomes[block.digest] == shown, f"{block.page}:{block.line}: python -m evidence record"


@pytest.mark.parametrize(("key", "_"), RECORDS)
def test_a_record_obeys_the_schema(key, _):
    content = json.loads((records.FOLDER / f"{key}.json").read_text(encoding="utf-8"))
    jsonschema.validate(content, SCHEMA | {"$ref": "#/$defs/record", "required": [], "additionalProperties": True})


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
        (
            r"KeyError: \u001b[1m140131151883664\u001b[0m, 0.1234567890123",
            r"KeyError: \u001b[1m…\u001b[0m, 0.1234567890123",
        ),
        (
            'loss defined at (most recent call last):\n  File "a.py", line 3, in b\n\n  File "c", line 4, in d\nNo',
            "loss\nNo",
        ),
    ],
)
def test_what_is_recorded_does_not_depend_on_folders(text, kept):
    assert records.normalised(text) == kept


def test_a_record_is_kept_and_stays_the_same_byte_for_byte(tmp_path, monkeypatch):
    monkeypatch.setattr(records, "FOLDER", tmp_path)
    outcomes = {"d2": RecordedOutcome("é\n"), "d1": RecordedOutcome("", "ValueError", "no", 3)}
    assert records.save(Record("key", "1.0", ["b==2", "a==1"], outcomes))
    first = (tmp_path / "key.json").read_bytes()
    assert not records.save(records.load("key"))
    assert (tmp_path / "key.json").read_bytes() == first
    assert records.load("key").outcomes == outcomes


def test_a_full_disk_leaves_a_record_as_it_was(tmp_path, monkeypatch):
    monkeypatch.setattr(records, "FOLDER", tmp_path)
    records.save(Record("key", "1.0", ["a==1"]))

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.replace", full)
    with pytest.raises(OSError, match="No space"):
        records.save(Record("key", "2.0", ["a==2"]))
    assert records.load("key").keras == "1.0"
    assert [path.name for path in tmp_path.iterdir()] == ["key.json"]


def test_seconds_are_kept(tmp_path, monkeypatch):
    monkeypatch.setattr(records, "FOLDER", tmp_path)
    assert records.load_seconds("key") == Seconds()
    record = Record("key", outcomes={"d": RecordedOutcome("")})
    records.save_seconds(record, Seconds("2026-11-23", "3.6.15", 1.23456, {"d": 0.98765, "gone": 1}))
    assert records.load_seconds("key") == Seconds("2026-11-23", "3.6.15", 1.23, {"d": 0.99})


def test_a_changed_block_is_missing():
    record = Record("key", outcomes={BLOCK.digest: RecordedOutcome("1\n")})
    assert records.missing(record, [BLOCK]) == []
    changed = Block("docs/page.md", 40, "print(2)\n", "1\n")
    assert records.missing(record, [changed]) == [changed]


def test_a_record_of_other_packages_or_another_python_is_stale():
    environment = ENVIRONMENTS["keras-3.14-tensorflow"]
    record = Record(environment.key, packages=[*environment.pins, "six==1.17.0"], python=environment.python)
    assert not records.is_stale(record, environment)
    assert records.is_stale(record, replace(environment, own_packages=("keras==3.14.2",)))
    assert records.is_stale(record, replace(environment, python="3.12"))
    assert not records.is_stale(Record(environment.key), environment)  # unknown


def test_status_tells_recorded_stale_missing_and_unknown(tmp_path, capsys, monkeypatch, blocks):
    monkeypatch.setattr(records, "FOLDER", tmp_path)
    digests = [block.digest for block in blocks]
    good = ENVIRONMENTS["tf-2.15"]
    outcomes = {digests[0]: RecordedOutcome("")}
    records.save(Record("tf-2.15", "2.15.0", list(good.pins), outcomes, python=good.python))
    records.save(Record("tf-2.14", "2.14.0", ["numpy==1.0"], {digests[0]: RecordedOutcome("")}))
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
    assert "recipes/keras-3.15-tensorflow" in printed
    assert printed.rstrip().endswith("python -m evidence install && python -m evidence record")
