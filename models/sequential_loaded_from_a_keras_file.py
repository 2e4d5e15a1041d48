"""A Sequential loaded from a .keras file.

You saved a model yesterday.
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
            keras.layers.Dense(3, activation="softmax", name="head"),
        ]
    )
    with tempfile.TemporaryDirectory() as folder:
        model.save(f"{folder}/model.keras")
        return keras.models.load_model(f"{folder}/model.keras")


def data():
    return np.random.RandomState(0).rand(4, 6)
