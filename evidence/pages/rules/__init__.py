"""The rules for pages, by subject. `evidence.pages.check` applies them.

A rule yields the line and the message of each problem; the message ends with what to do about it.
"""
