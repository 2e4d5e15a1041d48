"""A Sequential without a declared input, called once.

You leave out `keras.Input`: `fit` or a call builds the model.
"""

import keras
import numpy as np


def model():
    model = keras.Sequential(
        [
            keras.layers.Dense(5, activation="relu", name="first"),
            keras.layers.Dense(5, activation="tanh", name="middle"),
            keras.layers.Dense(3, name="head"),
        ]
    )
    model(data())
    return model


def data():
    return np.random.RandomState(0).rand(4, 6)
