"""A functional model that calls one layer twice.

Siamese networks.
"""

import keras
import numpy as np


def model():
    one, two = keras.Input((6,), name="one"), keras.Input((6,), name="two")
    shared = keras.layers.Dense(5, activation="tanh", name="shared")
    x = keras.layers.Subtract(name="difference")([shared(one), shared(two)])
    x = keras.layers.Dense(5, activation="tanh", name="middle")(x)
    return keras.Model([one, two], keras.layers.Dense(3, name="head")(x))


def data():
    random = np.random.RandomState(0)
    return [random.rand(4, 6), random.rand(4, 6)]
