"""A functional model with two inputs and two outputs.

Images with metadata in; a price and a category out.
"""

import keras
import numpy as np


def model():
    one, two = keras.Input((6,), name="one"), keras.Input((4,), name="two")
    x = keras.layers.Concatenate(name="both")([one, two])
    x = keras.layers.Dense(5, activation="relu", name="first")(x)
    x = keras.layers.Dense(5, activation="tanh", name="middle")(x)
    return keras.Model([one, two], [keras.layers.Dense(1, name="price")(x), keras.layers.Dense(3, name="label")(x)])


def data():
    random = np.random.RandomState(0)
    return [random.rand(4, 6), random.rand(4, 4)]
