"""A functional model made of another model's layers, on an input of its own.

You inserted or removed a layer with `clone_model(clone_function=lambda layer: layer)`, or by calling the layers on a
new `Input`.
"""

import keras
import numpy as np


def model():
    inputs = keras.Input((6,))
    x = keras.layers.Dense(5, activation="relu", name="first")(inputs)
    x = keras.layers.Dense(5, name="removed")(x)
    x = keras.layers.Dense(5, activation="tanh", name="middle")(x)
    old = keras.Model(inputs, keras.layers.Dense(3, name="head")(x))
    inputs = x = keras.Input((6,))
    for layer in old.layers[1:]:
        if layer.name != "removed":
            x = layer(x)
    return keras.Model(inputs, x)


def data():
    return np.random.RandomState(0).rand(4, 6)
