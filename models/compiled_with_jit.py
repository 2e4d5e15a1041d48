"""A model compiled with jit_compile=True.

You want XLA.
"""

import keras
import numpy as np


def model():
    inputs = keras.Input((6,))
    x = keras.layers.Dense(5, activation="relu", name="first")(inputs)
    x = keras.layers.Dense(5, activation="tanh", name="middle")(x)
    model = keras.Model(inputs, keras.layers.Dense(3, name="head")(x))
    model.compile(optimizer="adam", loss="mse", jit_compile=True)
    model.fit(data(), np.ones((4, 3)), verbose=0)
    return model


def data():
    return np.random.RandomState(0).rand(4, 6)
