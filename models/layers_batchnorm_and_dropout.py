"""With BatchNormalization and Dropout.

Convolutional networks: layers that behave differently in training and in `predict`.
"""

import keras
import numpy as np


def model():
    return keras.Sequential(
        [
            keras.Input((8, 8, 3)),
            keras.layers.Conv2D(4, 3, name="conv"),
            keras.layers.BatchNormalization(name="norm"),
            keras.layers.ReLU(name="relu"),
            keras.layers.GlobalAveragePooling2D(name="pool"),
            keras.layers.Dropout(0.5, name="middle"),
            keras.layers.Dense(3, activation="softmax", name="head"),
        ]
    )


def data():
    return np.random.RandomState(0).rand(4, 8, 8, 3)
