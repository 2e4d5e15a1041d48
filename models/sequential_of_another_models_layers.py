"""A Sequential made of another model's layers.

You removed or inserted a layer by building a new list: each layer has been called in two models.
"""

import keras
import numpy as np


def model():
    old = keras.Sequential(
        [
            keras.Input((6,)),
            keras.layers.Dense(5, activation="relu", name="first"),
            keras.layers.Dense(5, activation="tanh", name="middle"),
            keras.layers.Dense(3, name="head"),
        ]
    )
    first, middle, head = old.layers
    return keras.Sequential([keras.Input((6,)), first, keras.layers.Dropout(0.5, name="dropout"), middle, head])


def data():
    return np.random.RandomState(0).rand(4, 6)
