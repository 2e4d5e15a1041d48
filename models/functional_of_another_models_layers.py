"""A functional model made of another model's layers.

Whoever has inserted or removed a layer by calling the layers again, or by
`clone_model(clone_function=lambda layer: layer)`.
"""

import keras
import numpy as np


def model():
    inputs = keras.Input((6,))
    x = keras.layers.Dense(5, activation="relu", name="first")(inputs)
    x = keras.layers.Dropout(0.5, name="dropout")(x)
    x = keras.layers.Dense(5, activation="tanh", name="middle")(x)
    old = keras.Model(inputs, keras.layers.Dense(3, name="head")(x))
    x = inputs
    for layer in old.layers[1:]:
        if layer.name != "dropout":
            x = layer(x)
    return keras.Model(inputs, x)


def data():
    return np.random.RandomState(0).rand(4, 6)
