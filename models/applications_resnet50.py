"""ResNet50 from keras.applications.

The default image backbone for ten years.
"""

import keras
import numpy as np

MIDDLE = "conv3_block1_1_relu"


def model():
    return keras.applications.ResNet50(weights=None, input_shape=(32, 32, 3), classes=10)


def data():
    return np.random.RandomState(0).randint(0, 256, (4, 32, 32, 3)).astype("float32")
