"""Compares what was recorded: everything that the site claims about Keras is worked out here."""
