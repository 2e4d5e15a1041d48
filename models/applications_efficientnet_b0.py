"""EfficientNetB0 from keras.applications.

The usual first choice for images. It contains a Normalization and, with ImageNet weights, a second Rescaling.
"""

from unittest import mock

import keras
import numpy as np
from keras.src.applications import efficientnet

MIDDLE = "block2a_expand_activation"


def model():
    no_download = mock.patch.object(efficientnet.file_utils, "get_file")
    with no_download, mock.patch.object(keras.Model, "load_weights"):
        base = keras.applications.EfficientNetB0(
            weights="imagenet", include_top=False, input_shape=(32, 32, 3), pooling="avg"
        )
    x = keras.layers.Dropout(0.2, name="top_dropout")(base.output)
    return keras.Model(base.input, keras.layers.Dense(10, activation="softmax", name="predictions")(x))


def data():
    return np.random.RandomState(0).randint(0, 256, (4, 32, 32, 3)).astype("float32")
