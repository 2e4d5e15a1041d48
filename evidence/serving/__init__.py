"""Serves the site on this machine, with blocks to edit and run. Never part of the published site."""
