"""A model with LoRA.

You fine-tune a large model on a small machine.
"""

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
    model.layers[0].enable_lora(2)
    return model


def data():
    return np.random.RandomState(0).rand(4, 6)
