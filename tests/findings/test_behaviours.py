"""Environments are grouped by behaviour, named in ranges that were measured, and compared with the release before."""

import pytest

from evidence.findings.behaviours import behaviours, missing_idiom, surgery_line
from evidence.findings.changes import changes, new_lines
from evidence.findings.messages import errors
from evidence.findings.ranges import spans
from evidence.pages.blocks import Block
from evidence.running.environments import read_environments
from evidence.running.records import Record, RecordedOutcome

ALL = list(read_environments().values())
BY_KEY = read_environments()
BLOCK = Block("docs/page.md", 1, "import keras\n\nmodel = keras.Sequential()\nmodel.pop()\nprint(1)\n", "1\n")


def only(*keys):
    return [BY_KEY[key] for key in keys]


def recorded(**outcomes):
    """Records of one block, by environment."""
    return {key: Record(key, outcomes={BLOCK.digest: outcome} if outcome else {}) for key, outcome in outcomes.items()}


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        (["tf-2.15"], "tf.keras of TensorFlow 2.15.1"),
        (["tf-2.15", "tf-2.14", "tf-2.13"], "tf.keras of TensorFlow 2.13.1 to 2.15.1"),
        (["tf-2.15", "tf-2.13"], "tf.keras of TensorFlow 2.15.1 and 2.13.1"),  # 2.14 was measured, and is not so
        (["tf-keras-2.21", "tf-2.15"], "tf_keras 2.21 and tf.keras of TensorFlow 2.15.1"),
        (["keras-3.15-jax", "keras-3.15-torch"], "Keras 3.15.1 on JAX and PyTorch"),
        (
            ["keras-3.15-tensorflow", "keras-3.14-tensorflow", "keras-3.15-jax"],
            "Keras 3.14.1 to 3.15.1 on TensorFlow and Keras 3.15.1 on JAX",
        ),
        (["keras-3.0-tensorflow", "keras-2.3.1"], "Keras 3.0.5 on TensorFlow and Keras 2.3.1"),  # no range across lines
        ([each.key for each in ALL if each.on], "Keras 3.0.5 to 3.15.1 on every backend"),
    ],
)
def test_environments_are_named_by_ranges_within_lines(keys, words):
    assert spans(only(*keys), ALL) == words


def test_what_the_page_shows_comes_first_and_the_unknown_last():
    outcomes = [RecordedOutcome("2\n"), None, RecordedOutcome("1\n"), RecordedOutcome("1\n")]
    some = ALL[:4]
    found = behaviours(BLOCK, some, recorded(**{e.key: o for e, o in zip(some, outcomes, strict=True)}))
    assert [each.environments for each in found] == [tuple(some[2:]), (some[0],), (some[1],)]
    assert [each.outcome for each in found] == [outcomes[2], outcomes[0], None]


def test_other_words_for_the_same_error_at_the_same_line_are_wordings():
    some = ALL[:3]
    outcomes = [
        RecordedOutcome("", "ValueError", "no", 4),
        RecordedOutcome("", "ValueError", "never", 4),
        RecordedOutcome("", "ValueError", "no", 5),
    ]
    found = behaviours(BLOCK, some, recorded(**{e.key: o for e, o in zip(some, outcomes, strict=True)}))
    assert [len(each.wordings) for each in found] == [2, 1]
    assert found[0].environments == tuple(some[:2])


@pytest.mark.parametrize(
    ("error", "message", "line", "words"),
    [
        ("AttributeError", "module 'keras' has no attribute 'Sequential'", 3, "needs `keras.Sequential`"),
        ("AttributeError", "module 'tensorflow_core.keras.utils' has no attribute 'x'", 5, "needs `keras.utils.x`"),
        ("AttributeError", "module 'keras.api._v2.keras' has no attribute 'ops'", 5, "needs `keras.ops`"),
        ("ModuleNotFoundError", "No module named 'keras.saving'", 1, "needs `keras.saving`"),
        ("NotImplementedError", "`fit` is not supported with openvino backend", 5, "needs a backend that trains"),
        ("TypeError", "model is wrong", 3, "line 3, before the surgery, raises `TypeError`"),
        ("TypeError", "model is wrong", 4, None),
        ("AttributeError", "'Functional' object has no attribute 'pop'", 4, None),
    ],
)
def test_what_lacks_the_idiom_is_told_from_what_behaves_otherwise(error, message, line, words):
    assert missing_idiom(BLOCK, RecordedOutcome("", error, message, line)) == words


def test_a_block_that_ran_needs_nothing():
    assert missing_idiom(BLOCK, RecordedOutcome("2\n")) is None
    assert missing_idiom(BLOCK, None) is None


def test_the_surgery_begins_where_layers_are_touched():
    assert surgery_line(BLOCK.code) == 4
    assert surgery_line("print(1)\n") == 0
    assert surgery_line("no python\n") == 0


def test_a_release_is_compared_with_the_one_before_in_its_line():
    same, other = RecordedOutcome("1\n"), RecordedOutcome("2\n")
    outcomes = {each.key: same for each in ALL} | {
        "tf-2.14": other,
        "keras-3.15-jax": None,
        "keras-3.0-tensorflow": other,
    }
    found = {
        newer.key: (older.key, [(before, after) for _, before, after in differences])
        for newer, older, differences in changes([BLOCK], ALL, recorded(**outcomes))
    }
    assert len(found) == len(ALL) - len({each.line for each in ALL})
    assert found["tf-2.15"] == ("tf-2.14", [(other, same)])
    assert found["tf-2.14"] == ("tf-2.13", [(same, other)])
    assert found["keras-3.15-jax"] == ("keras-3.10-jax", [])  # Unknown is not a change.
    assert "keras-3.0-tensorflow" not in found
    assert sum(bool(pairs) for _, pairs in found.values()) == 3


def test_a_change_of_wording_is_not_a_change():
    no, never = (RecordedOutcome("", "ValueError", words, 4) for words in ("no", "never"))
    outcomes = {each.key: no for each in ALL} | {"tf-2.14": never}
    assert not any(pairs for *_, pairs in changes([BLOCK], ALL, recorded(**outcomes)))


def test_new_lines_are_found_where_they_stand():
    assert new_lines("a\nb\n", "a\nc\nb\n") == ["c"]
    assert new_lines("x: 1\ny: 2\n", "x: 2\ny: 2\n") == ["x: 2"]
    assert new_lines("a\na\n", "a\n") == []


TRY = "try:\n    f()\nexcept {} as error:\n    {}\n"


@pytest.mark.parametrize(
    ("code", "printed", "found"),
    [
        (TRY.format("ValueError", "print(error)"), "no\n", [("ValueError", "no")]),
        (
            TRY.format("Exception", "print(type(error).__name__, error)"),
            "KeyError no such\n",
            [("KeyError", "no such")],
        ),
        (TRY.format("ValueError", 'print("fit:", error)'), "before\nfit: no\n", [("ValueError", "no")]),
        (TRY.format("ValueError", 'print(f"fit: {error}")'), "fit: no\n", [("ValueError", "no")]),
        (TRY.format("ValueError", 'print("fit:", str(error)[:2])'), "fit: no\n", [("ValueError", "no")]),
        (TRY.format("ValueError", "print(error)") + 'print("layers:", n)', "layers: 2\n", []),
        (TRY.format("ValueError", "print(error)") + "print(names)", "['a']\n", []),  # It may be of either.
        (TRY.format("ValueError", 'print("raised")'), "raised\n", []),
        (TRY.format("ValueError", 'print("no" in str(error))'), "True\n", []),
    ],
)
def test_an_error_that_is_caught_and_printed_is_found(code, printed, found):
    block = Block("docs/p.md", 1, code, printed)
    assert list(errors(block, RecordedOutcome(printed))) == found


def test_other_words_of_a_printed_error_are_wordings_and_other_values_are_not():
    code = TRY.format("ValueError", 'print("fit:", type(error).__name__, error)') + 'print("layers:", n)\n'
    outputs = ["fit: ValueError no\nlayers: 2\n", "fit: ValueError never\nlayers: 2\n"]
    others = ["fit: TypeError no\nlayers: 2\n", "fit: ValueError no\nlayers: 1\n"]
    block = Block("docs/p.md", 1, code, outputs[0])
    some = ALL[:4]
    records = {
        each.key: Record(each.key, outcomes={block.digest: RecordedOutcome(output)})
        for each, output in zip(some, outputs + others, strict=True)
    }
    found = behaviours(block, some, records)
    assert [each.environments for each in found] == [tuple(some[:2]), (some[2],), (some[3],)]
    assert len(found[0].wordings) == 2
