"""With an Embedding that masks zeros.

Text of varying length: the mask travels with the tensor.
"""

import keras
import numpy as np


def model():
    return keras.Sequential(
        [
            keras.Input((5,), dtype="int32"),
            keras.layers.Embedding(10, 4, mask_zero=True, name="embedding"),
            keras.layers.LSTM(4, return_sequences=True, name="first"),
            keras.layers.Dropout(0.5, name="middle"),
            keras.layers.LSTM(4, name="last"),
            keras.layers.Dense(3, name="head"),
        ]
    )


def data():
    return np.array([[1, 2, 3, 0, 0], [4, 5, 0, 0, 0], [6, 7, 8, 9, 1], [2, 0, 0, 0, 0]])
