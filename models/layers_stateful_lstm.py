"""With a stateful LSTM.

Text and signals that arrive in pieces.
"""

import keras
import numpy as np


def model():
    return keras.Sequential(
        [
            keras.Input(batch_shape=(4, 5, 6)),
            keras.layers.LSTM(4, stateful=True, name="lstm"),
            keras.layers.Dense(4, activation="tanh", name="middle"),
            keras.layers.Dense(3, name="head"),
        ]
    )


def data():
    return np.random.RandomState(0).rand(4, 5, 6)
