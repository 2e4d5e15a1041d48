"""A Sequential after pop and add.

You have already replaced the head once.
"""

import keras
import numpy as np


def model():
    model = keras.Sequential(
        [
            keras.Input((6,)),
            keras.layers.Dense(5, activation="relu", name="first"),
            keras.layers.Dense(5, activation="tanh", name="middle"),
            keras.layers.Dense(3, name="head"),
        ]
    )
    model.pop()
    model.add(keras.layers.Dense(4, name="second_head"))
    return model


def data():
    return np.random.RandomState(0).rand(4, 6)
