"""With an adapted Normalization.

Tables, and every EfficientNet: the layer computes with a mean and a variance that `adapt` set.
"""

import keras
import numpy as np


def model():
    normalization = keras.layers.Normalization(name="normalization")
    normalization.adapt(10 * np.random.RandomState(1).rand(32, 6) + 3)
    inputs = keras.Input((6,))
    x = keras.layers.Dense(5, activation="relu", name="first")(normalization(inputs))
    x = keras.layers.Dense(5, activation="tanh", name="middle")(x)
    return keras.Model(inputs, keras.layers.Dense(3, name="head")(x))


def data():
    return np.random.RandomState(0).rand(4, 6)
