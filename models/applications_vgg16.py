"""VGG16 from keras.applications.

Style transfer, and half of all forum questions: one long chain.
"""

import keras
import numpy as np

MIDDLE = "block3_conv2"


def model():
    return keras.applications.VGG16(weights=None, input_shape=(32, 32, 3), classes=10)


def data():
    return np.random.RandomState(0).randint(0, 256, (4, 32, 32, 3)).astype("float32")
