"""A Sequential around a functional base.

Transfer learning: a model from keras.applications, then a head.
"""

import keras
import numpy as np


def model():
    image = keras.Input((8, 8, 3))
    x = keras.layers.Conv2D(4, 3, name="conv")(image)
    base = keras.Model(image, keras.layers.GlobalAveragePooling2D(name="pool")(x), name="base")
    return keras.Sequential(
        [
            keras.Input((8, 8, 3)),
            base,
            keras.layers.Dense(4, activation="tanh", name="middle"),
            keras.layers.Dense(3, name="head"),
        ]
    )


def data():
    return np.random.RandomState(0).rand(4, 8, 8, 3)
