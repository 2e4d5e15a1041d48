"""Nine made-up releases, and what blocks did on them: few enough for a test to spell out the whole result."""

import datetime

from evidence.findings.measurements import Measurements
from evidence.pages.blocks import Block
from evidence.running.environments import Environment, Installation
from evidence.running.records import Record, RecordedOutcome

SHOWN = RecordedOutcome("1\n")  # what the page shows for BLOCK
OTHER = RecordedOutcome("2\n")
BLOCK = Block("docs/page.md", 1, "import keras\n\nmodel = keras.Sequential()\nmodel.pop()\nprint(1)\n", "1\n")
# A release that lacks what BLOCK uses: not a behaviour of `pop`.
LACKS_SEQUENTIAL = RecordedOutcome("", "AttributeError", "module 'keras' has no attribute 'Sequential'", 3)


def environment(key, line, release, *, python="3.11", **values):
    defaults = {
        "release_format": "Keras {}",
        "release_name": release,
        "backend_name": None,
        "backend": "tensorflow",
        "module": "keras",
        "own_packages": (),
    }
    installation = Installation(f"python-{python}", python, (), 0)
    return Environment(
        key, line, release, datetime.date(2020, 1, 2), python=python, installation=installation, **(defaults | values)
    )


TF, JAX, TF_KERAS, OLD = "Keras 3 on TensorFlow", "Keras 3 on JAX", "tf.keras", "Keras 1 and 2"
# By line, newest first, as in environments.toml.
ENVIRONMENTS = [
    environment("3.2", TF, "3.2.0", backend_name="TensorFlow"),
    environment("3.1", TF, "3.1.0", backend_name="TensorFlow"),
    environment("3.0", TF, "3.0.0", backend_name="TensorFlow"),
    environment("jax-3.2", JAX, "3.2.0", backend_name="JAX", backend="jax"),
    environment("jax-3.0", JAX, "3.0.0", backend_name="JAX", backend="jax"),
    environment("tf-2.15", TF_KERAS, "2.15.0", release_format="tf.keras of TensorFlow {}", module="tensorflow.keras"),
    environment("tf-2.14", TF_KERAS, "2.14.0", release_format="tf.keras of TensorFlow {}", module="tensorflow.keras"),
    environment("2.3", OLD, "2.3.0"),
    environment("1.0", OLD, "1.0.0"),
]
BY_KEY = {environment.key: environment for environment in ENVIRONMENTS}


def on(*keys):
    return tuple(BY_KEY[key] for key in keys)


def measured(outcomes, *, packages=None, environments=ENVIRONMENTS):
    """Make measurements from outcomes by block and environment's key.

    Outcomes left out are what the page shows; `None` means not measured.
    """
    records = {environment.key: Record(environment.key, python=environment.python) for environment in environments}
    for key, record in records.items():
        record.packages = (packages or {}).get(key, [])
        for block, by_key in outcomes.items():
            outcome = by_key.get(key, RecordedOutcome(block.expected_output))
            if outcome:
                record.outcomes[block.digest] = outcome
    return Measurements(records, environments, list(outcomes))
