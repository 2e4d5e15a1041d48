"""Keeps the Kerases in use warm, as many as memory allows."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import TimeoutError as NotYet
from dataclasses import dataclass, field

from evidence.pages.blocks import Block
from evidence.running.environments import Environment
from evidence.running.execution import Error, Limits, Outcome
from evidence.running.warm_keras import WarmKeras

LIMITS = Limits(seconds=60, memory=4e9)
MOST = 3  # warm at a time; TensorFlow and Keras take half a gigabyte each
IDLE_SECONDS = 600.0  # after which an unused Keras ends, except for the pinned one
WAIT_SECONDS = 0.1  # how often a waiting run checks whether it was stopped
STOPPED = Outcome("", Error("Stopped", "was stopped", None, ""), 0.0)

Report = Callable[[str, str], object]  # gets what a run is doing ("waiting", "importing", "running"), and its output


@dataclass
class Ticket:
    """Stops a run, whatever it is doing."""

    stopped: threading.Event = field(default_factory=threading.Event)

    def stop(self) -> None:
        self.stopped.set()


@dataclass
class Held:
    """A warm Keras, and its users."""

    keras: WarmKeras
    users: int = 0
    used: float = field(default_factory=time.monotonic)


class Kerases:
    """Starts a Keras on first use, and ends it when others need the room or nobody has used it for a while."""

    def __init__(
        self,
        start: Callable[[Environment], WarmKeras] | None = None,
        *,
        most: int = MOST,
        idle_seconds: float = IDLE_SECONDS,
    ) -> None:
        self._start = start or start_warm
        self._most, self._idle_seconds = most, idle_seconds
        self._changed = threading.Condition()  # guards what follows
        self._held: dict[Environment, Held] = {}
        self._closed = False

    def warm_up(self, environment: Environment) -> None:
        """Start a Keras before it is needed."""
        with contextlib.suppress(RuntimeError), self._borrowed(environment, Ticket()):
            pass

    def run(
        self, environment: Environment, block: Block, ticket: Ticket, report: Report = lambda state, output: None
    ) -> Outcome:
        """Run a block in an environment, and wait for its outcome.

        `RuntimeError` if that Keras cannot be imported, or its process ends.
        """
        report("waiting", "")
        with self._borrowed(environment, ticket) as keras:
            if keras is None:
                return STOPPED
            report("running" if keras.ready.done() else "importing", "")
            run = keras.submit(block, lambda output: report("running", output))
            while True:
                try:
                    return run.outcome.result(WAIT_SECONDS)
                except NotYet:
                    if not ticket.stopped.is_set():
                        continue
                    keras.stop(run)
                    if not keras.ready.done():  # It reads the order only then.
                        return STOPPED

    def end_idle(self) -> None:
        """End what nobody has used for a while."""
        with self._changed:
            for environment, held in list(self._held.items()):
                idle = time.monotonic() - held.used > self._idle_seconds
                if not held.keras.alive or (idle and not held.users and not environment.pinned):
                    self._end(environment)

    def close(self) -> None:
        with self._changed:
            self._closed = True
            for environment in list(self._held):
                self._end(environment)
            self._changed.notify_all()

    @contextlib.contextmanager
    def _borrowed(self, environment: Environment, ticket: Ticket) -> Iterator[WarmKeras | None]:
        """Lend a warm Keras, once there is room for it; `None` if the run is stopped first."""
        with self._changed:
            while not self._make_room(environment):
                if ticket.stopped.is_set() or self._closed:
                    break
                self._changed.wait(WAIT_SECONDS)
            held = None
            if not ticket.stopped.is_set() and not self._closed:
                if environment not in self._held:
                    self._held[environment] = Held(self._start(environment))
                held = self._held[environment]
                held.users += 1
        try:
            yield held.keras if held else None
        finally:
            with self._changed:
                if held:
                    held.users -= 1
                    held.used = time.monotonic()
                self._changed.notify_all()

    def _make_room(self, environment: Environment) -> bool:
        """Make room for a Keras, if need be by ending the least recently used one; return whether there is room."""
        if environment in self._held:
            if self._held[environment].keras.alive:
                return True
            self._end(environment)
        if len(self._held) < self._most:
            return True
        idle = [other for other, held in self._held.items() if not held.users]
        if not idle:
            return False
        self._end(min(idle, key=lambda other: (other.pinned, self._held[other].used)))
        return True

    def _end(self, environment: Environment) -> None:
        self._held.pop(environment).keras.close()


def start_warm(environment: Environment) -> WarmKeras:
    """Start the runner of an installed environment."""
    return WarmKeras(
        python=environment.interpreter,
        variables=environment.variables,
        module=environment.module,
        limits=LIMITS,
    )
