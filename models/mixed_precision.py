"""A model in mixed precision.

You train on a GPU or a TPU.
"""

import keras
import numpy as np


def model():
    inputs = keras.Input((6,), dtype="float32")
    x = keras.layers.Dense(5, activation="relu", dtype="mixed_float16", name="first")(inputs)
    x = keras.layers.Dense(5, activation="tanh", dtype="mixed_float16", name="middle")(x)
    return keras.Model(inputs, keras.layers.Dense(3, dtype="float32", name="head")(x))


def data():
    return np.random.RandomState(0).rand(4, 6)
