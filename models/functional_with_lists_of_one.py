"""A functional model whose input and output are lists of one.

You write `keras.Model([inputs], [outputs])` or `keras.Model(model.inputs, model.outputs)`.
"""

import keras
import numpy as np


def model():
    inputs = keras.Input((6,))
    x = keras.layers.Dense(5, activation="relu", name="first")(inputs)
    x = keras.layers.Dense(5, activation="tanh", name="middle")(x)
    return keras.Model([inputs], [keras.layers.Dense(3, name="head")(x)])


def data():
    return [np.random.RandomState(0).rand(4, 6)]
