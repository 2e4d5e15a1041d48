"""A Sequential made from a list.

Most tutorials, and most first models.
"""

import keras
import numpy as np


def model():
    return keras.Sequential(
        [
            keras.Input((6,)),
            keras.layers.Dense(5, activation="relu", name="first"),
            keras.layers.Dense(5, activation="tanh", name="middle"),
            keras.layers.Dense(3, activation="softmax", name="head"),
        ]
    )


def data():
    return np.random.RandomState(0).rand(4, 6)
