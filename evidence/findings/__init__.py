"""Compares the records: everything the site claims about Keras is worked out here."""
