"""Runs several pieces of code in one process, one after the other. It runs in an environment, on Keras 3."""

from __future__ import annotations

import contextlib
import io
import json
import signal

import keras


def print_outputs(codes: list[str], seconds: int) -> None:
    """Print what each piece of code prints, as a line of JSON; `null` if it raises an error.

    If one takes more than `seconds`, the process ends.
    """
    for code in codes:
        signal.alarm(seconds)
        reset_counts()
        printed = io.StringIO()
        try:
            with contextlib.redirect_stdout(printed):
                exec(compile(code, "code", "exec"), {"__name__": "__main__"})  # noqa: S102 (that is what it is for)
        except Exception:
            print("null", flush=True)
        else:
            print(json.dumps(printed.getvalue()), flush=True)
    signal.alarm(0)


def reset_counts() -> None:
    """Reset what is counted in a process: Keras's layers, for their names, and TensorFlow's traces; the fifth warns."""
    keras.backend.clear_session()
    if keras.backend.backend() == "tensorflow":
        with contextlib.suppress(AttributeError, ImportError):  # It's private. Without it, more trials run again alone.
            from tensorflow.python.eager.polymorphic_function import polymorphic_function

            polymorphic_function._frequent_tracing_detector_manager._detectors.clear()
