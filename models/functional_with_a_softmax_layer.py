"""Functional, with the softmax as a layer of its own at the end.

You need the logits too; many models converted from other frameworks.
"""

import keras
import numpy as np


def model():
    inputs = keras.Input((6,))
    x = keras.layers.Dense(5, activation="relu", name="first")(inputs)
    x = keras.layers.Dense(5, activation="tanh", name="middle")(x)
    x = keras.layers.Dense(3, name="head")(x)
    return keras.Model(inputs, keras.layers.Activation("softmax", name="softmax")(x))


def data():
    return np.random.RandomState(0).rand(4, 6)
