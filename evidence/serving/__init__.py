"""Serves the site on this machine, where its blocks can be edited and run. Never part of the published site."""
