"""With a custom layer that keeps a state.

A running mean, a memory, a codebook.
"""

import keras
import numpy as np


@keras.saving.register_keras_serializable("models")
class Centred(keras.layers.Layer):
    """Subtracts a mean that it follows in training."""

    def build(self, shape):
        self.mean = self.add_weight(shape=shape[-1:], initializer="zeros", trainable=False, name="mean_state")

    def call(self, x, training=None):
        if training:
            self.mean.assign(0.9 * self.mean + 0.1 * keras.ops.mean(x, axis=0))
        return x - self.mean


def model():
    inputs = keras.Input((6,))
    x = keras.layers.Dense(5, activation="relu", name="first")(inputs)
    x = Centred(name="centred")(x)
    x = keras.layers.Dense(5, activation="tanh", name="middle")(x)
    return keras.Model(inputs, keras.layers.Dense(3, name="head")(x))


def data():
    return np.random.RandomState(0).rand(4, 6)
