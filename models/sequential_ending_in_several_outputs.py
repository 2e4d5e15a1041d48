"""A Sequential that ends in a layer with several outputs.

An encoder whose final states start a decoder.
"""

import keras
import numpy as np


def model():
    return keras.Sequential(
        [
            keras.Input((5, 6)),
            keras.layers.Dense(5, activation="relu", name="first"),
            keras.layers.Dense(5, activation="tanh", name="middle"),
            keras.layers.LSTM(3, return_state=True, name="head"),
        ]
    )


def data():
    return np.random.RandomState(0).rand(4, 5, 6)
