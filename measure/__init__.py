"""Measures the project and looks at the built site. Neither the build nor the blocks need it."""
