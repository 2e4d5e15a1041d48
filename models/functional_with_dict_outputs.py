"""A functional model that returns a dict.

Detectors, and models with a loss for each named output.
"""

import keras
import numpy as np


def model():
    inputs = keras.Input((6,))
    x = keras.layers.Dense(5, activation="relu", name="first")(inputs)
    x = keras.layers.Dense(5, activation="tanh", name="middle")(x)
    box, label = keras.layers.Dense(4, name="box")(x), keras.layers.Dense(3, name="label")(x)
    return keras.Model(inputs, {"label": label, "box": box})


def data():
    return np.random.RandomState(0).rand(4, 6)
