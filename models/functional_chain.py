"""A functional model, one layer after the other.

You write `x = layer(x)`.
"""

import keras
import numpy as np


def model():
    inputs = keras.Input((6,))
    x = keras.layers.Dense(5, activation="relu", name="first")(inputs)
    x = keras.layers.Dense(5, activation="tanh", name="middle")(x)
    return keras.Model(inputs, keras.layers.Dense(3, activation="softmax", name="head")(x))


def data():
    return np.random.RandomState(0).rand(4, 6)
