"""Reads and writes the pages: their blocks, outputs and notes. Knows nothing of Keras."""
