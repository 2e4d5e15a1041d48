"""Runs the code blocks of the guide and shows, on its pages, what they did."""
