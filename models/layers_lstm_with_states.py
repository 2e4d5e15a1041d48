"""With an LSTM that hands on its states.

Encoder and decoder: sequence to sequence.
"""

import keras
import numpy as np


def model():
    source, target = keras.Input((None, 6), name="source"), keras.Input((None, 5), name="target")
    _, h, c = keras.layers.LSTM(4, return_state=True, name="encoder")(source)
    x = keras.layers.LSTM(4, return_sequences=True, name="decoder")(target, initial_state=[h, c])
    x = keras.layers.Dense(4, activation="tanh", name="middle")(x)
    return keras.Model([source, target], keras.layers.Dense(3, name="head")(x))


def data():
    random = np.random.RandomState(0)
    return [random.rand(4, 3, 6), random.rand(4, 2, 5)]
