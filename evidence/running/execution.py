"""Starts the runner in an environment, and returns what the blocks did."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Self

from evidence.files import DOCS
from evidence.pages.blocks import Block

RUNNER = Path(__file__).with_name("runner.py")
WATCH = Path(__file__).with_name("watch.py")
KERAS_IMPORTS = "keras", "keras.models", "keras.layers"


@dataclass(frozen=True)
class Limits:
    """What a block may use before it is stopped."""

    seconds: float = 90
    memory: float = 4e9  # bytes, resident; checked only on Linux, and not in processes that the block starts


@dataclass(frozen=True)
class Error:
    """The error that ended a block."""

    type: str  # `Stopped` if the block broke a limit, crashed or ended its process
    message: str
    line: int | None  # on the page; `None` if it is unknown where a block was stopped
    traceback: str  # within the page; if the block was stopped, the end of its standard error


@dataclass(frozen=True)
class Outcome:
    """What one block did in one environment."""

    output: str
    error: Error | None
    seconds: float  # wall time, including its fork
    steps: Sequence[Mapping[str, Any]] | None = None  # if the block is watched: see watch.py
    stderr: str = ""  # what it wrote to standard error, unless it was stopped


class Execution:
    """Blocks that a runner runs in the background.

    `seconds`: limits for blocks that get less time than the others. `outcome(block)` waits for a block. `close()`, or
    leaving it as a context manager, ends the runner and the blocks that still run.
    """

    def __init__(
        self,
        blocks: Sequence[Block],
        *,
        seconds: Mapping[Block, float] | None = None,
        python: str | Path = sys.executable,
        variables: Mapping[str, str] | None = None,
        imports: Sequence[str] = KERAS_IMPORTS,
        module: str = "keras",
        limits: Limits = Limits(),
        jobs: int | None = None,
        fork: bool = sys.platform == "linux",
    ) -> None:
        self._futures: dict[Block, Future[Outcome]] = {block: Future() for block in blocks}
        self.import_seconds: float | None = None
        self.versions: dict[str, str] = {}  # of keras and python, once there is an outcome
        self._ready = threading.Event()  # The runner has imported Keras, or failed.
        self._home = tempfile.TemporaryDirectory(prefix="home-")
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 (closed with the execution)
        self._process = start_runner(python, self._home.name, variables, self._errors)
        request = {
            "blocks": [
                {"page": block.page, "line": block.line, "code": block.code}
                | ({"watch": str(WATCH)} if block.watched else {})
                | ({"timeout": seconds[block]} if seconds and block in seconds else {})
                for block in self._futures
            ],
            "imports": list(imports),
            "module": module,
            "jobs": jobs or os.cpu_count() or 1,
            "timeout": limits.seconds,
            "memory": limits.memory,
            "fork": fork,
        }
        self._reader = threading.Thread(target=self._read, args=(json.dumps(request),), daemon=True)
        self._reader.start()

    def has(self, block: Block) -> bool:
        """Return whether a block is one of these."""
        return block in self._futures

    def outcome(self, block: Block) -> Outcome:
        """Wait for a block's outcome; `RuntimeError` if the runner itself failed."""
        return self._futures[block].result()

    def outcomes(self) -> Iterator[tuple[Block, Outcome]]:
        """Yield every block with its outcome, in the order of the blocks."""
        for block in self._futures:
            yield block, self.outcome(block)

    @property
    def left(self) -> int:
        """The number of blocks that have not ended."""
        return sum(not future.done() for future in self._futures.values())

    def add_job(self) -> None:
        """Let the runner run one more block at a time, once it has imported Keras. Does nothing on Windows."""
        self._ready.wait()
        if hasattr(signal, "SIGUSR2"):
            self._process.send_signal(signal.SIGUSR2)

    def close(self) -> None:
        self._process.terminate()
        self._process.wait()
        self._reader.join()
        self._errors.close()
        self._home.cleanup()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _read(self, request: str) -> None:
        """Send the runner its request, then pass on each outcome as it comes; runs in a thread."""
        blocks = list(self._futures)
        assert self._process.stdin and self._process.stdout  # Both are pipes.
        try:
            with self._process.stdin as stdin:
                stdin.write(request)
            for line in self._process.stdout:
                result = json.loads(line)
                if "import_seconds" in result:
                    self.import_seconds = result.pop("import_seconds")
                    self.versions = result
                    self._ready.set()
                    continue
                self._futures[blocks[result["index"]]].set_result(outcome_of(result))
        except (OSError, ValueError):
            pass  # The runner ended, perhaps in the middle of a line; its standard error says why.
        self._process.wait()
        self._ready.set()
        self._errors.seek(0)
        printed = self._errors.read().decode("utf-8", "replace")[-4000:]
        for future in self._futures.values():
            if not future.done():
                future.set_exception(RuntimeError(f"the runner ended early:\n{printed}"))


def start_runner(
    python: str | Path, home: str, variables: Mapping[str, str] | None, errors: IO[bytes]
) -> subprocess.Popen[str]:
    """Start the runner on an environment's Python; its standard error goes into a file."""
    return subprocess.Popen(
        [python, RUNNER],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=errors,
        text=True,
        encoding="utf-8",
        env=with_the_guides_modules(clean_environment() | at_home(home) | dict(variables or {})),
    )


def outcome_of(result: Mapping[str, Any]) -> Outcome:
    """Return the outcome in a line of the runner's results."""
    error = Error(**result["error"]) if result["error"] else None
    output, stderr = as_on_a_page(result["output"]), result.get("stderr", "")
    return Outcome(output, error, result["seconds"], result.get("steps"), stderr)


def as_on_a_page(output: str) -> str:
    """Return an output as a fence shows it: every line ends in `\\n`, including the last."""
    output = output.replace("\r", "\n")
    return output if not output or output.endswith("\n") else output + "\n"


def at_home(folder: str) -> dict[str, str]:
    """Return variables that make `folder` the home: the reader's ~/.keras/keras.json must have no effect."""
    # JAX spends most of its time compiling, and blocks compile much the same code, so they share a cache.
    jax_cache = {
        "JAX_COMPILATION_CACHE_DIR": str(Path(folder) / "jax"),
        "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0",
        "JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES": "-1",
    }
    return {"HOME": folder, "USERPROFILE": folder, "KERAS_HOME": folder} | jax_cache


def with_the_guides_modules(variables: dict[str, str]) -> dict[str, str]:
    """Return variables that let blocks import what readers download from the guide, `docs/explain.py`."""
    own = [variables["PYTHONPATH"]] if "PYTHONPATH" in variables else []
    return variables | {"PYTHONPATH": os.pathsep.join([*own, str(DOCS)])}


def clean_environment() -> dict[str, str]:
    """Return this process's variables, with those that would change a block's output removed or set.

    Blocks run without branch coverage, which would slow them down.
    """
    variables = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "COVERAGE"))}
    return variables | {
        "KERAS_BACKEND": "tensorflow",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "CUDA_VISIBLE_DEVICES": "-1",
        "MPLBACKEND": "Agg",
        "PYTHONIOENCODING": "utf-8",
        "PYTHONUTF8": "1",
    }
