"""A Sequential around a Sequential base.

An encoder built separately, then a head.
"""

import keras
import numpy as np


def model():
    base = keras.Sequential(
        [
            keras.Input((6,)),
            keras.layers.Dense(5, activation="relu", name="inner"),
            keras.layers.Dense(4, name="inner_last"),
        ],
        name="base",
    )
    return keras.Sequential(
        [
            keras.Input((6,)),
            base,
            keras.layers.Dense(4, activation="tanh", name="middle"),
            keras.layers.Dense(3, name="head"),
        ]
    )


def data():
    return np.random.RandomState(0).rand(4, 6)
