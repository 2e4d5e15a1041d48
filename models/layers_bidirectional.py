"""With a Bidirectional LSTM.

Text classifiers and taggers.
"""

import keras
import numpy as np


def model():
    return keras.Sequential(
        [
            keras.Input((5, 6)),
            keras.layers.Bidirectional(keras.layers.LSTM(2), name="both"),
            keras.layers.Dense(4, activation="tanh", name="middle"),
            keras.layers.Dense(3, name="head"),
        ]
    )


def data():
    return np.random.RandomState(0).rand(4, 5, 6)
