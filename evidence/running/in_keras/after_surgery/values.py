"""Compares what models take and put out: tensors in lists and dicts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import keras
import numpy as np

# Keras 3.0 to 3.15 on three backends: no one type fits.
Array: TypeAlias = Any

TOLERANCE = 1e-3  # OpenVINO and mixed precision aside, float32 on each backend is far closer.


def flatten(structure: Any) -> list[Any]:
    """Return the leaves of lists, tuples and dicts; a dict's in the order of its keys, as Keras does."""
    if isinstance(structure, dict):
        structure = [structure[key] for key in sorted(structure)]
    if isinstance(structure, (list, tuple)):
        return [leaf for part in structure for leaf in flatten(part)]
    return [structure]


def like(structure: Any, make: Callable[[Any], Any]) -> Any:
    """Return a structure of the same form with `make(leaf)` in place of each leaf."""
    if isinstance(structure, dict):
        return {key: like(part, make) for key, part in structure.items()}
    if isinstance(structure, (list, tuple)):
        return [like(part, make) for part in structure]
    return make(structure)


def as_tensors(structure: Any) -> Any:
    return like(structure, keras.ops.convert_to_tensor)


def as_arrays(structure: Any) -> Any:
    return like(structure, lambda value: np.array(keras.ops.convert_to_numpy(value)))


def close(one: Any, other: Any) -> bool:
    """Say whether two structures hold the same numbers, whatever lists or dicts they are in."""
    one, other = flatten(one), flatten(other)
    return len(one) == len(other) and all(
        a.shape == b.shape and np.allclose(a.astype("float32"), b.astype("float32"), atol=TOLERANCE, rtol=TOLERANCE)
        for a, b in zip(one, other, strict=True)
    )


def arrays_equal(one: list[Array], other: list[Array]) -> bool:
    return len(one) == len(other) and all(map(np.array_equal, one, other))
