"""A functional model that takes a dict.

Tables with named columns, and KerasHub's text models.
"""

import keras
import numpy as np


def model():
    price, cost = keras.Input((4,), name="price"), keras.Input((4,), name="cost")
    x = keras.layers.Subtract(name="gain")([price, cost])
    x = keras.layers.Dense(4, activation="tanh", name="middle")(x)
    return keras.Model({"price": price, "cost": cost}, keras.layers.Dense(3, name="head")(x))


def data():
    random = np.random.RandomState(0)
    return {"price": random.rand(4, 4), "cost": random.rand(4, 4)}
