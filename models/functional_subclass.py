"""A functional model in a class of its own.

Every KerasHub backbone: a subclass of `keras.Model` with its own `get_config`.
"""

import keras
import numpy as np


@keras.saving.register_keras_serializable("models")
class Net(keras.Model):
    def __init__(self, width=5, **kwargs):
        inputs = keras.Input((6,))
        x = keras.layers.Dense(width, activation="relu", name="first")(inputs)
        x = keras.layers.Dense(width, activation="tanh", name="middle")(x)
        super().__init__(inputs, keras.layers.Dense(3, name="head")(x), **kwargs)
        self.width = width

    def get_config(self):
        return {"width": self.width, "name": self.name}


def model():
    return Net()


def data():
    return np.random.RandomState(0).rand(4, 6)
