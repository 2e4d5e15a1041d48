"""Environments are named in words, in ranges of releases that were measured."""

import pytest
from made_up import BY_KEY, ENVIRONMENTS, TF_KERAS, environment, on

from evidence.findings.ranges import environment_name, in_words, range_label

ON_A_BACKEND = ["3.2", "3.1", "3.0", "jax-3.2", "jax-3.0"]


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        (["tf-2.15"], "tf.keras of TensorFlow 2.15.0"),
        (["tf-2.15", "tf-2.14"], "tf.keras of TensorFlow 2.14.0 to 2.15.0"),
        (["3.2", "3.0"], "Keras 3.2.0 and 3.0.0 on TensorFlow"),  # 3.1 was measured, and is not among them
        (["tf-2.14", "2.3"], "tf.keras of TensorFlow 2.14.0 and Keras 2.3.0"),
        (["3.2", "jax-3.2"], "Keras 3.2.0 on TensorFlow and JAX"),
        (["3.2", "3.1", "jax-3.2"], "Keras 3.1.0 to 3.2.0 on TensorFlow and Keras 3.2.0 on JAX"),
        (["3.0", "2.3"], "Keras 3.0.0 on TensorFlow and Keras 2.3.0"),  # no range across lines
        (["3.0", "tf-2.14", "2.3"], "Keras 3.0.0 on TensorFlow, tf.keras of TensorFlow 2.14.0 and Keras 2.3.0"),
        (ON_A_BACKEND, "Keras 3.0.0 to 3.2.0 on TensorFlow and JAX"),
        ([*ON_A_BACKEND, "1.0"], "Keras 3.0.0 to 3.2.0 on TensorFlow and JAX and Keras 1.0.0"),
        (
            list(BY_KEY),
            "Keras 3.0.0 to 3.2.0 on TensorFlow and JAX, "
            + "tf.keras of TensorFlow 2.14.0 to 2.15.0 and Keras 1.0.0 to 2.3.0",
        ),
        ([], ""),
    ],
)
def test_environments_are_named_by_ranges_within_lines(keys, words):
    assert in_words(on(*keys), ENVIRONMENTS) == words
    assert in_words(reversed(on(*keys)), ENVIRONMENTS) == words


def test_a_release_that_is_called_by_a_name_is_in_no_range():
    newest, *_ = named = [
        environment("tf-keras-2.17", TF_KERAS, "2.17.0", release_name="tf_keras 2.17"),
        environment("tf-keras-2.16", TF_KERAS, "2.16.0", release_name="tf_keras 2.16"),
    ]
    line = [*named, *on("tf-2.15", "tf-2.14")]
    assert in_words(line, line) == "tf_keras 2.17, tf_keras 2.16 and tf.keras of TensorFlow 2.14.0 to 2.15.0"
    assert environment_name(newest) == "tf_keras 2.17"


def test_backends_with_different_releases_are_every_backend_if_all_are_chosen():
    torch = environment("torch-3.2", "Keras 3 on PyTorch", "3.2.0", backend_name="PyTorch")
    environments = [*on("3.2", "3.1", "jax-3.2"), torch, *on("2.3", "1.0")]
    everywhere = "Keras 3.1.0 to 3.2.0 on every backend"
    assert in_words(environments[:4], environments) == everywhere
    assert in_words(environments, environments) == f"{everywhere} and Keras 1.0.0 to 2.3.0"
    but_for_one = [*environments[:3], *environments[4:]]
    assert in_words(but_for_one, environments) == (
        "Keras 3.1.0 to 3.2.0 on TensorFlow, Keras 3.2.0 on JAX and Keras 1.0.0 to 2.3.0"
    )


def test_one_environment_is_named_with_its_backend():
    assert environment_name(*on("3.1")) == "Keras 3.1.0 on TensorFlow"
    assert environment_name(*on("1.0")) == "Keras 1.0.0"


def test_a_range_is_labelled_by_its_oldest_and_newest_release():
    assert range_label(on("3.2", "3.1", "3.0")) == "3.0.0 to 3.2.0"
    assert range_label(on("3.2")) == "3.2.0"
