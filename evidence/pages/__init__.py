"""Reads and writes pages: their blocks, expected outputs and notes. Knows nothing about Keras."""
