"""The chips under a block sum up what it did where."""

import pytest
from bs4 import BeautifulSoup
from made_up import BLOCK, ENVIRONMENTS, LACKS_SEQUENTIAL, OTHER, measured, on

from evidence.findings.behaviours import behaviours
from evidence.findings.families import family
from evidence.pages.blocks import Block
from evidence.running.environments import read_environments
from evidence.running.records import RecordedOutcome
from evidence.site.chips import SHORT, chips, in_short, rest_in_short

RAISES = RecordedOutcome("", "ValueError", "no", 4)
EVERY = list(read_environments().values())


def chips_of(outcomes, block=BLOCK):
    """The chips of a block that did this, by environment, as a reader sees them and as a screen reader reads them."""
    measurements = measured({block: outcomes})
    html = "".join(chips(block, behaviours(block, measurements), measurements.environments))
    found = BeautifulSoup(html, "html.parser").select(".chip")
    return [(chip["data-sign"], chip.get_text()) for chip in found]


def test_the_same_everywhere_is_one_chip():
    assert chips_of({}) == [("shown", "The same on every Keras")]


def test_what_a_release_lacks_is_no_chip():
    assert chips_of({"1.0": LACKS_SEQUENTIAL}) == [("shown", "The same on Keras 3, tf.keras")]
    on_jax = dict.fromkeys(["jax-3.2", "jax-3.0", "tf-2.14"], LACKS_SEQUENTIAL)
    assert chips_of(on_jax) == [("shown", "The same on TF, tf.keras ≥ 2.15")]


def test_a_single_difference_says_what_if_that_is_short():
    assert chips_of({"tf-2.14": RAISES})[1:] == [("other", "Different on tf.keras ≤ 2.14: ValueError")]
    assert chips_of({"tf-2.15": RecordedOutcome("x" * SHORT)})[1:] == [
        ("other", f"Different on tf.keras ≥ 2.15: {'x' * SHORT}")
    ]
    assert chips_of({"tf-2.15": RecordedOutcome("x" * (SHORT + 1))})[1:] == [("other", "Different on tf.keras ≥ 2.15")]
    two_lines = Block("docs/page.md", 1, BLOCK.code, "a\nb\n")
    assert chips_of({"tf-2.15": RecordedOutcome("b\n")}, two_lines)[1:] == [("other", "Different on tf.keras ≥ 2.15")]


def test_several_differences_share_a_chip():
    outcomes = {"jax-3.2": RAISES, "jax-3.0": RAISES, "tf-2.14": OTHER, "1.0": OTHER}
    assert chips_of(outcomes) == [("shown", "The same on TF, tf.keras ≥ 2.15"), ("other", "Different on others")]
    assert chips_of(outcomes | {"3.0": None})[1:] == [
        ("other", "Different on JAX, tf.keras ≤ 2.14"),
        ("unknown", "Not measured on TF ≤ 3.0"),
    ]


def test_what_differs_on_older_kerases_alone_is_older():
    assert chips_of({"2.3": OTHER}) == [("shown", "The same on Keras 3, tf.keras"), ("other", "Different on older")]
    everywhere_else = dict.fromkeys(["3.2", "3.1", "3.0", "jax-3.2", "jax-3.0", "tf-2.15", "tf-2.14", "2.3"], OTHER)
    assert chips_of(everywhere_else)[0] == ("shown", "The same on older")


def test_what_differs_on_all_that_are_older_is_older_where_names_are_many():
    since_3_2 = {"3.1": OTHER, "3.0": OTHER, "jax-3.0": OTHER, "tf-2.15": OTHER, "tf-2.14": OTHER}
    assert chips_of(since_3_2) == [("shown", "The same on Keras ≥ 3.2"), ("other", "Different on older")]
    newest_too = since_3_2 | {"3.2": OTHER}
    assert chips_of(newest_too)[1] == ("other", "Different on others")


def test_what_differs_on_all_others_is_others_where_names_are_many():
    *shown, openvino, numpy = [environment for environment in EVERY if family(environment) == "keras-3"]
    assert rest_in_short("OpenVINO NumPy", shown, [openvino, numpy], EVERY) == "others"
    assert rest_in_short("OpenVINO", [*shown, numpy], [openvino], EVERY) == "OpenVINO"


def test_what_was_not_measured_is_a_chip():
    assert chips_of({"3.2": None})[1:] == [("unknown", "Not measured on TF ≥ 3.2")]


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        (["3.2", "jax-3.2"], "Keras ≥ 3.2"),
        (["3.0", "jax-3.0"], "Keras 3 ≤ 3.0"),
        (["3.2", "3.1", "3.0"], "TF"),
        (["3.2", "jax-3.0"], "some Keras 3"),
        (["3.1"], "TF 3.1"),
        (["3.2", "3.0"], "some TF"),
        (["2.3"], "Keras 2.3"),
        (["2.3", "1.0"], "Keras 1\N{EN DASH}2"),
    ],
)
def test_environments_are_named_in_a_few_words(keys, words):
    assert in_short(on(*keys), ENVIRONMENTS) == words


def test_all_runs_are_named_where_it_has_to_be_exact():
    assert in_short(on("3.2", "jax-3.0"), ENVIRONMENTS, all_runs=True) == "TF ≥ 3.2 JAX ≤ 3.0"
    assert in_short(on("3.2", "3.0"), ENVIRONMENTS, all_runs=True) == "TF ≥ 3.2 and ≤ 3.0"


def test_a_patch_is_named_where_the_minor_release_is_not_enough():
    keras_2 = [environment for environment in EVERY if environment.key in {"keras-2.2.4", "keras-2.2.0"}]
    assert in_short(keras_2, EVERY) == "Keras 2.2.0\N{EN DASH}2.2.4"
