"""The chips under a block sum up what it did where."""

import pytest
from bs4 import BeautifulSoup
from made_up import BLOCK, ENVIRONMENTS, LACKS_SEQUENTIAL, OTHER, measured, on

from evidence.findings.behaviours import behaviours
from evidence.pages.blocks import Block
from evidence.running.environments import read_environments
from evidence.running.records import RecordedOutcome
from evidence.site.chips import SHORT, chips, in_short

RAISES = RecordedOutcome("", "ValueError", "no", 4)
EVERY = list(read_environments().values())


def chips_of(outcomes, block=BLOCK):
    """The chips of a block that did this, by environment, as a reader sees and as a screen reader says them."""
    measurements = measured({block: outcomes})
    html = "".join(chips(block, behaviours(block, measurements), measurements.environments))
    found = BeautifulSoup(html, "html.parser").select(".chip")
    return [(chip["data-sign"], chip.get_text()) for chip in found]


def test_the_same_everywhere_is_one_chip():
    assert chips_of({}) == [("shown", "The same on every Keras")]


def test_what_older_releases_lack_is_older():
    assert chips_of({"1.0": LACKS_SEQUENTIAL}) == [
        ("shown", "The same on Keras 3, tf.keras"),
        ("lacking", "Not applicable on older"),
    ]
    before_keras_3 = dict.fromkeys(["tf-2.15", "tf-2.14", "2.3", "1.0"], LACKS_SEQUENTIAL)
    assert chips_of(before_keras_3 | {"3.0": LACKS_SEQUENTIAL})[1:] == [("lacking", "Not applicable on older")]


def test_what_a_backend_or_a_newer_release_lacks_is_not_older():
    on_jax = dict.fromkeys(["jax-3.2", "jax-3.0"], LACKS_SEQUENTIAL)
    jax = ("lacking", "Not applicable on JAX")
    assert chips_of(on_jax)[1:] == [jax]
    assert chips_of(on_jax | {"1.0": LACKS_SEQUENTIAL})[1:] == [jax, ("lacking", "Not applicable on older")]
    assert chips_of({"tf-2.15": LACKS_SEQUENTIAL})[1:] == [("lacking", "Not applicable on tf.keras ≥ 2.15")]


def test_a_single_difference_says_what_if_that_is_short():
    assert chips_of({"tf-2.14": RAISES})[1:] == [("other", "Different on tf.keras ≤ 2.14: ValueError")]
    assert chips_of({"tf-2.15": RecordedOutcome("x" * SHORT)})[1:] == [
        ("other", f"Different on tf.keras ≥ 2.15: {'x' * SHORT}")
    ]
    assert chips_of({"tf-2.15": RecordedOutcome("x" * (SHORT + 1))})[1:] == [("other", "Different on tf.keras ≥ 2.15")]
    two_lines = Block("docs/page.md", 1, BLOCK.code, "a\nb\n")
    assert chips_of({"1.0": RecordedOutcome("b\n")}, two_lines)[1:] == [("other", "Different on older")]
    assert chips_of({"2.3": OTHER})[1:] == [("other", "Different on older: 2")]


def test_several_differences_say_where_and_the_rarest_share_a_chip():
    on_jax = dict.fromkeys(["jax-3.2", "jax-3.0"], RAISES)
    jax, older = ("other", "Different on Keras 3: JAX"), ("other", "Different on older")
    assert chips_of(on_jax | {"1.0": OTHER})[1:] == [jax, older]
    two = on_jax | {"tf-2.14": OTHER}
    assert chips_of(two)[1:] == [jax, ("other", "Different on tf.keras ≤ 2.14")]
    assert chips_of(two | {"3.2": RecordedOutcome("3\n")})[1:] == [
        jax,
        ("other", "Different on Keras 3: TF ≥ 3.2, tf.keras ≤ 2.14"),
    ]


def test_what_was_not_measured_is_a_chip():
    assert chips_of({"3.2": None})[1:] == [("unknown", "Not measured on Keras 3: TF ≥ 3.2")]


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        (["3.2", "jax-3.2"], "Keras ≥ 3.2"),
        (["3.0", "jax-3.0"], "Keras 3 ≤ 3.0"),
        (["3.2", "3.1", "3.0"], "Keras 3: TF"),
        (["3.2", "jax-3.0"], "Keras 3: TF ≥ 3.2 JAX ≤ 3.0"),
        (["3.1"], "Keras 3: TF 3.1"),
        (["3.2", "3.0"], "Keras 3: some TF"),
        (["2.3"], "Keras 2.3"),
        (["2.3", "1.0"], "Keras 1\N{EN DASH}2"),
    ],
)
def test_environments_are_named_in_a_few_words(keys, words):
    assert in_short(on(*keys), ENVIRONMENTS) == words


def test_all_runs_are_named_where_it_has_to_be_exact():
    assert in_short(on("3.2", "3.0"), ENVIRONMENTS, all_runs=True) == "Keras 3: TF ≥ 3.2 and ≤ 3.0"


def test_a_patch_is_named_where_the_minor_release_is_not_enough():
    keras_2 = [environment for environment in EVERY if environment.key in {"keras-2.2.4", "keras-2.2.0"}]
    assert in_short(keras_2, EVERY) == "Keras 2.2.0\N{EN DASH}2.2.4"
