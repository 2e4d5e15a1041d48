"""Names what Keras computes with in an environment."""

from __future__ import annotations

from evidence.running.environments import Environment
from evidence.running.records import Record

NAMES = {"tensorflow": "TensorFlow", "jax": "JAX", "torch": "PyTorch", "openvino": "OpenVINO", "numpy": "NumPy"}


def versions(record: Record) -> dict[str, str]:
    found = dict(each.split("==") for each in record.packages)
    if "tensorflow-cpu" in found:
        found["tensorflow"] = found["tensorflow-cpu"]
    return found


def computes_with(environment: Environment, record: Record) -> str:
    """Name what Keras computes with: "TensorFlow 2.21.0, NumPy 2.4.6"."""
    found = versions(record)
    names = dict.fromkeys([environment.backend, "numpy"])
    return ", ".join(f"{NAMES[name]} {found[name]}" for name in names if name in found)
