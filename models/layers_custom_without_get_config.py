"""With a custom layer without get_config.

Research code: it trains, but can't be copied or saved.
"""

import keras
import numpy as np


class Scaled(keras.layers.Layer):
    def __init__(self, factor, **kwargs):
        super().__init__(**kwargs)
        self.factor = factor

    def call(self, x):
        return self.factor * x


def model():
    inputs = keras.Input((6,))
    x = keras.layers.Dense(5, activation="relu", name="first")(inputs)
    x = Scaled(2.0, name="scaled")(x)
    x = keras.layers.Dense(5, activation="tanh", name="middle")(x)
    return keras.Model(inputs, keras.layers.Dense(3, name="head")(x))


def data():
    return np.random.RandomState(0).rand(4, 6)
