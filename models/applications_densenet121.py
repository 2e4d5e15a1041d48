"""DenseNet121 from keras.applications.

Medical imaging: each layer is connected to all the layers before it in its block.
"""

import keras
import numpy as np

MIDDLE = "conv2_block1_1_relu"


def model():
    return keras.applications.DenseNet121(weights=None, input_shape=(32, 32, 3), classes=10)


def data():
    return np.random.RandomState(0).randint(0, 256, (4, 32, 32, 3)).astype("float32")
