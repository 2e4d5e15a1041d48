"""Names what Keras computes with in an environment, and which of these packages changed along with Keras."""

from __future__ import annotations

from evidence.findings.measurements import Measurements
from evidence.running.environments import Environment
from evidence.running.records import Record

NAMES = {"tensorflow": "TensorFlow", "jax": "JAX", "torch": "PyTorch", "openvino": "OpenVINO", "numpy": "NumPy"}


def computes_with(environment: Environment, record: Record) -> str:
    """Name what Keras computes with: "TensorFlow 2.21.0, NumPy 2.4.6"."""
    versions = package_versions(record)
    return ", ".join(f"{NAMES[name]} {versions[name]}" for name in computing_packages(environment) if name in versions)


def changed_together(measurements: Measurements, older: Environment, newer: Environment) -> list[str]:
    """Return what else changed between two releases of Keras: "NumPy 1.26.4 to 2.0.2", "Python 3.9 to 3.11".

    For tf.keras, a new TensorFlow doesn't count: it is the release.
    """
    older_record, newer_record = measurements.record(older), measurements.record(newer)
    before, after = package_versions(older_record), package_versions(newer_record)
    names = [name for name in computing_packages(newer) if name != "tensorflow" or newer.module != "tensorflow.keras"]
    changed = [
        f"{NAMES[name]} {before.get(name, 'none')} to {after.get(name, 'none')}"
        for name in names
        if before.get(name) != after.get(name)
    ]
    if older_record.python != newer_record.python:
        changed.append(f"Python {older_record.python} to {newer_record.python}")
    return changed


def computing_packages(environment: Environment) -> list[str]:
    """Return the packages that Keras computes with, its backend first."""
    return list(dict.fromkeys([environment.backend, "numpy"]))


def package_versions(record: Record) -> dict[str, str]:
    """Return the version of each package of a record, by name."""
    versions = dict(package.split("==") for package in record.packages)
    if "tensorflow-cpu" in versions:
        versions["tensorflow"] = versions["tensorflow-cpu"]
    return versions
