"""A Sequential loaded from an .h5 file.

You have an old .h5 file.
"""

import tempfile

import keras
import numpy as np


def model():
    model = keras.Sequential(
        [
            keras.Input((6,)),
            keras.layers.Dense(5, activation="relu", name="first"),
            keras.layers.Dense(5, activation="tanh", name="middle"),
            keras.layers.Dense(3, name="head"),
        ]
    )
    with tempfile.TemporaryDirectory() as folder:
        model.save(f"{folder}/model.h5")
        return keras.models.load_model(f"{folder}/model.h5")


def data():
    return np.random.RandomState(0).rand(4, 6)
