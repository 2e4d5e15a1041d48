"""Reads the warnings in what a block wrote to standard error.

It keeps only the first line of each: below it are values, and the line of Keras that warned, which moves with each
release. It leaves out what isn't about the model: what C++ logs about the machine, and TensorFlow's own deprecations,
which TensorFlow 1.15 logs for nearly every block ("From ...: calling Zeros.__init__ ... is deprecated").
"""

from __future__ import annotations

import re

PYTHON_WARNING = re.compile(r"(?:\S.*?:\d+: )?(\w*Warning: .*)")
LOGGED = re.compile(r"((?:WARNING|ERROR|CRITICAL):[\w.]+:(?!From \S+:\d+: ).*)")  # by absl, or by TensorFlow
EMPTY_FIRST_LINE = re.compile(r"^((?:WARNING|ERROR|CRITICAL):[\w.]+:)=*\n+", re.MULTILINE)  # or a rule of "="
CALLS = re.compile(r"\b\d+ out of the last \d+ calls")  # of a retraced function; each call after the fifth warns again
OF_THE_MACHINE = re.compile(r"Callbacks? method .* (?:is|are) slow compared")


def warnings_in(text: str) -> str | None:
    """Return the first lines of the warnings in a text, in order and without repeats; `None` if there is none."""
    found = []
    for line in EMPTY_FIRST_LINE.sub(r"\1", text).splitlines():
        match = PYTHON_WARNING.match(line) or LOGGED.match(line)
        if match and not OF_THE_MACHINE.search(match[1]):
            found.append(CALLS.sub("… out of the last … calls", match[1].rstrip()))
    return "\n".join(dict.fromkeys(found)) or None
