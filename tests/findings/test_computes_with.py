"""Names what Keras computes with, and which of it changed along with Keras."""

from made_up import BLOCK, ENVIRONMENTS, environment, measured, on

from evidence.findings.computes_with import changed_together, computes_with
from evidence.running.records import Record


def together(old_packages, new_packages, environments):
    older, newer = environments
    packages = {older.key: old_packages, newer.key: new_packages}
    return changed_together(measured({BLOCK: {}}, packages=packages, environments=environments), older, newer)


def test_the_backend_comes_before_numpy():
    record = Record("3.2", packages=["h5py==3.0", "numpy==2.0.2", "tensorflow==2.18.1"])
    assert computes_with(*on("3.2"), record) == "TensorFlow 2.18.1, NumPy 2.0.2"
    assert computes_with(*on("jax-3.2"), record) == "NumPy 2.0.2"
    assert computes_with(*on("3.2"), Record("3.2")) == ""


def test_numpy_as_the_backend_is_named_once():
    numpy = environment("numpy-3.2", "Keras 3 on NumPy", "3.2.0", backend="numpy")
    assert computes_with(numpy, Record("numpy-3.2", packages=["numpy==2.0.2"])) == "NumPy 2.0.2"


def test_tensorflow_for_the_cpu_is_tensorflow():
    assert computes_with(*on("3.2"), Record("3.2", packages=["tensorflow-cpu==2.5.0"])) == "TensorFlow 2.5.0"


def test_what_changed_together_with_keras_is_named():
    old, new = ["numpy==1.26.4", "tensorflow==2.17.1"], ["numpy==2.0.2", "tensorflow==2.18.1"]
    words = ["TensorFlow 2.17.1 to 2.18.1", "NumPy 1.26.4 to 2.0.2"]
    assert together(old, new, on("3.1", "3.2")) == words
    assert together(old, new, on("jax-3.0", "jax-3.2")) == words[1:]
    assert together(old, [*old, "h5py==3.0"], on("3.1", "3.2")) == []
    assert together([], ["numpy==2.0.2"], on("3.1", "3.2")) == ["NumPy none to 2.0.2"]
    assert together(["numpy==2.0.2"], [], on("3.1", "3.2")) == ["NumPy 2.0.2 to none"]


def test_tensorflow_is_not_something_else_for_tf_keras():
    old, new = ["numpy==1.0", "tensorflow==2.14.0"], ["numpy==1.1", "tensorflow==2.15.0"]
    assert together(old, new, on("tf-2.14", "tf-2.15")) == ["NumPy 1.0 to 1.1"]
    tf_keras = environment("tf-keras", "tf.keras", "2.16.0", module="tf_keras")  # a separate package
    assert together(old, new, [*on("tf-2.15"), tf_keras])[0] == "TensorFlow 2.14.0 to 2.15.0"


def test_the_python_is_the_one_that_was_recorded():
    older, newer = on("3.1", "3.2")
    measurements = measured({BLOCK: {}})
    measurements.record(older).python = "3.6"
    assert changed_together(measurements, older, newer) == ["Python 3.6 to 3.11"]


def test_another_python_is_named_last():
    older = environment("0.9", ENVIRONMENTS[-1].line, "0.9.0", python="3.6")
    assert together(["numpy==1.0"], ["numpy==1.1"], [older, *on("1.0")]) == ["NumPy 1.0 to 1.1", "Python 3.6 to 3.11"]
