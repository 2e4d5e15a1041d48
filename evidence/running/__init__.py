"""Runs blocks in environments and records what they did."""
