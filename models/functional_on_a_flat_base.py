"""A functional model that goes on from a base's output.

`include_top=False`, then layers on `base.output`: base and head form one graph.
"""

import keras
import numpy as np


def model():
    image = keras.Input((8, 8, 3))
    x = keras.layers.Conv2D(4, 3, name="conv")(image)
    base = keras.Model(image, keras.layers.ReLU(name="relu")(x), name="base")
    x = keras.layers.GlobalAveragePooling2D(name="pool")(base.output)
    x = keras.layers.Dense(4, activation="tanh", name="middle")(x)
    return keras.Model(base.input, keras.layers.Dense(3, name="head")(x))


def data():
    return np.random.RandomState(0).rand(4, 8, 8, 3)
