"""A model with frozen layers.

Transfer learning, before fine-tuning.
"""

import keras
import numpy as np


def model():
    model = keras.Sequential(
        [
            keras.Input((6,)),
            keras.layers.Dense(5, activation="relu", name="first"),
            keras.layers.Dense(5, activation="tanh", name="middle"),
            keras.layers.Dense(3, activation="softmax", name="head"),
        ]
    )
    model.layers[0].trainable = False
    return model


def data():
    return np.random.RandomState(0).rand(4, 6)
