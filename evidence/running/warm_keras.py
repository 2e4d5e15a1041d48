"""A Keras that stays imported: blocks run in forks of it as they come, until it closes."""

from __future__ import annotations

import json
import os
import sys
import tempfile
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from evidence.pages.blocks import Block
from evidence.running.execution import KERAS_IMPORTS, Limits, Outcome, as_on_a_page, outcome_of, start_runner


@dataclass(frozen=True)
class Run:
    """A block that was given to a warm Keras."""

    index: int
    outcome: Future[Outcome]  # `RuntimeError` if the runner itself fails
    on_output: Callable[[str], object] = field(compare=False)  # is called with what was printed so far


class WarmKeras:
    """A runner that keeps running. It runs `jobs` blocks at a time; others have to wait."""

    def __init__(
        self,
        *,
        python: str | Path = sys.executable,
        variables: Mapping[str, str] | None = None,
        imports: Sequence[str] = KERAS_IMPORTS,
        module: str = "keras",
        limits: Limits,
        jobs: int | None = None,
        fork: bool = sys.platform == "linux",
    ) -> None:
        self.ready: Future[float] = Future()  # the seconds that the import took; `RuntimeError` if it failed
        self._lock = threading.Lock()  # guards what follows
        self._runs: dict[int, Run] = {}  # that have not ended
        self._orders: list[str] | None = []  # kept until the runner reads them; `None` once it does
        self._count = 0
        self._ended = False
        self._home = tempfile.TemporaryDirectory(prefix="home-")
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 (closed with the runner)
        self._process = start_runner(python, self._home.name, variables, self._errors)
        request = {
            "blocks": [],
            "imports": list(imports),
            "module": module,
            "jobs": jobs or os.cpu_count() or 1,
            "timeout": limits.seconds,
            "memory": limits.memory,
            "fork": fork,
            "stays": True,
        }
        write_line(self._stdin, json.dumps(request))
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    @property
    def alive(self) -> bool:
        return not self._ended and self._process.poll() is None

    @property
    def busy(self) -> bool:
        return bool(self._runs)

    def submit(self, block: Block, on_output: Callable[[str], object] = lambda text: None) -> Run:
        """Run a block as soon as there is room for it; `RuntimeError` if the runner has ended."""
        with self._lock:
            if self._ended:
                raise RuntimeError("the runner has ended")
            self._count += 1
            run = self._runs[self._count] = Run(self._count, Future(), on_output)
            self._order({"index": run.index, "page": block.page, "line": block.line, "code": block.code})
        return run

    def stop(self, run: Run) -> None:
        """End a run at once. Its outcome, an error of type `Stopped`, has what it printed up to then."""
        with self._lock:
            if run.index in self._runs:
                self._order({"stop": run.index})

    def close(self) -> None:
        """End the runner and the blocks that still run."""
        self._process.terminate()
        self._process.wait()
        self._reader.join()
        self._errors.close()
        self._home.cleanup()

    @property
    def _stdin(self) -> IO[str]:
        assert self._process.stdin  # It is a pipe.
        return self._process.stdin

    def _order(self, order: Mapping[str, Any]) -> None:
        line = json.dumps(order)
        if self._orders is None:
            write_line(self._stdin, line)
        else:
            self._orders.append(line)  # While it imports Keras it reads nothing, and a pipe holds little.

    def _read(self) -> None:
        """Pass on what the runner reports, as it comes; runs in a thread."""
        assert self._process.stdout
        try:
            for line in self._process.stdout:
                self._take(json.loads(line))
        except (OSError, ValueError):
            pass  # The runner ended, perhaps in the middle of a line; its standard error says why.
        self._process.wait()
        self._errors.seek(0)
        printed = self._errors.read().decode("utf-8", "replace")[-4000:]
        with self._lock:
            self._ended = True
            left, self._runs = list(self._runs.values()), {}
        failure = RuntimeError(f"the runner ended early:\n{printed}")
        for run in left:
            run.outcome.set_exception(failure)
        if not self.ready.done():
            self.ready.set_exception(failure)
        self._stdin.close()

    def _take(self, result: dict[str, Any]) -> None:
        if "import_seconds" in result:
            with self._lock:
                for order in self._orders or []:
                    write_line(self._stdin, order)
                self._orders = None
            self.ready.set_result(result["import_seconds"])
        elif "so_far" in result:
            self._runs[result["index"]].on_output(as_on_a_page(result["so_far"]))
        else:
            with self._lock:
                run = self._runs.pop(result["index"])
            run.outcome.set_result(outcome_of(result))


def write_line(stdin: IO[str], line: str) -> None:
    """Write a line at once, if the runner still reads. If not, the way it ended says why."""
    try:
        stdin.write(line + "\n")
        stdin.flush()
    except (OSError, ValueError):
        pass
