"""With attention, called with keywords.

Transformers: `attention(query, value, use_causal_mask=True)`.
"""

import keras
import numpy as np


def model():
    inputs = keras.Input((5, 6))
    x = keras.layers.MultiHeadAttention(2, 3, name="attention")(inputs, inputs, use_causal_mask=True)
    x = keras.layers.Add(name="add")([inputs, x])
    x = keras.layers.LayerNormalization(name="middle")(x)
    x = keras.layers.GlobalAveragePooling1D(name="pool")(x)
    return keras.Model(inputs, keras.layers.Dense(3, name="head")(x))


def data():
    return np.random.RandomState(0).rand(4, 5, 6)
