"""A KerasHub backbone.

BERT, Gemma or ViT from KerasHub: a functional subclass with a dict as input and a dict as output.
"""

import keras_hub
import numpy as np

MIDDLE = "transformer_layer_0"


def model():
    return keras_hub.models.BertBackbone(
        vocabulary_size=20, num_layers=2, num_heads=2, hidden_dim=8, intermediate_dim=8, max_sequence_length=6
    )


def data():
    random = np.random.RandomState(0)
    return {
        "token_ids": random.randint(0, 20, (4, 6)),
        "segment_ids": np.zeros((4, 6), "int32"),
        "padding_mask": np.ones((4, 6), "int32"),
    }
