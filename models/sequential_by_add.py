"""A Sequential made by add.

You write `model.add` line by line. On Keras 3, each `add` calls all layers again.
"""

import keras
import numpy as np


def model():
    model = keras.Sequential()
    model.add(keras.Input((6,)))
    model.add(keras.layers.Dense(5, activation="relu", name="first"))
    model.add(keras.layers.Dense(5, activation="tanh", name="middle"))
    model.add(keras.layers.Dense(3, activation="softmax", name="head"))
    return model


def data():
    return np.random.RandomState(0).rand(4, 6)
