"""The rules of a page, by what they are about. `evidence.pages.check` applies them.

A rule yields the line and the text of what is wrong; the text ends with what to do about it.
"""
