"""A functional model that calls a base as one layer.

The transfer-learning guide on keras.io: `base(inputs, training=False)`.
"""

import keras
import numpy as np


def model():
    image = keras.Input((8, 8, 3))
    x = keras.layers.Conv2D(4, 3, name="conv")(image)
    base = keras.Model(image, keras.layers.BatchNormalization(name="norm")(x), name="base")
    inputs = keras.Input((8, 8, 3))
    x = keras.layers.GlobalAveragePooling2D(name="pool")(base(inputs, training=False))
    x = keras.layers.Dense(4, activation="tanh", name="middle")(x)
    return keras.Model(inputs, keras.layers.Dense(3, name="head")(x))


def data():
    return np.random.RandomState(0).rand(4, 8, 8, 3)
