"""Measures the project and inspects the built site. Neither the build nor the blocks need it."""
