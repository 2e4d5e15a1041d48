"""With TimeDistributed.

Video: the same layer for each frame.
"""

import keras
import numpy as np


def model():
    return keras.Sequential(
        [
            keras.Input((5, 6)),
            keras.layers.TimeDistributed(keras.layers.Dense(4, activation="relu"), name="each_step"),
            keras.layers.TimeDistributed(keras.layers.Dense(4, activation="tanh"), name="middle"),
            keras.layers.GlobalAveragePooling1D(name="pool"),
            keras.layers.Dense(3, name="head"),
        ]
    )


def data():
    return np.random.RandomState(0).rand(4, 5, 6)
