"""EfficientNetB0 of keras.applications.

The usual first choice for images: it holds a Rescaling and a Normalization.
"""

import keras
import numpy as np

MIDDLE = "block2a_expand_activation"


def model():
    return keras.applications.EfficientNetB0(weights=None, input_shape=(32, 32, 3), classes=10)


def data():
    return np.random.RandomState(0).randint(0, 256, (4, 32, 32, 3)).astype("float32")
