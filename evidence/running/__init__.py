"""Runs blocks in environments and keeps what they did."""
