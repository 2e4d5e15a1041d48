"""A model quantized to int8.

You shrink a model to serve it.
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
    model.quantize("int8")
    return model


def data():
    return np.random.RandomState(0).rand(4, 6)
