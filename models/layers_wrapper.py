"""With a layer in a wrapper.

GANs: SpectralNormalization around a convolution.
"""

import keras
import numpy as np


def model():
    return keras.Sequential(
        [
            keras.Input((8, 8, 3)),
            keras.layers.SpectralNormalization(keras.layers.Conv2D(4, 3), name="wrapped"),
            keras.layers.GlobalAveragePooling2D(name="pool"),
            keras.layers.Dense(4, activation="tanh", name="middle"),
            keras.layers.Dense(3, name="head"),
        ]
    )


def data():
    return np.random.RandomState(0).rand(4, 8, 8, 3)
