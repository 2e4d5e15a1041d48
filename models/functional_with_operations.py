"""A functional model with operations that aren't layers.

You write `x + y`, `x / 255` or `keras.ops.relu(x)` between layers.
"""

import keras
import numpy as np


def model():
    inputs = keras.Input((6,))
    x = keras.layers.Dense(5, name="first")(inputs / 2)
    y = keras.layers.Dense(5, activation="tanh", name="middle")(keras.ops.relu(x))
    return keras.Model(inputs, keras.layers.Dense(3, name="head")(x + y))


def data():
    return np.random.RandomState(0).rand(4, 6)
