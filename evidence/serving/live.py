"""What a live page can ask for: run its blocks on any Keras, write down what they print, install a Keras."""

from __future__ import annotations

import queue
import secrets
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from evidence.findings.ranges import environment_name
from evidence.pages.blocks import Block, page_name
from evidence.running import installing
from evidence.running.environments import Environment
from evidence.running.runner import OUTPUT_BYTES
from evidence.serving.kerases import LIMITS, Kerases, Ticket
from evidence.serving.saved_pages import SavedPages, UnknownBlockError, outcome_as_json
from evidence.serving.served_site import ServedSite

Json = dict[str, Any]
CODE_CHARACTERS = 50_000
MOST_RUNS = 128  # unfinished ones: twice the number of environments
MOST_LISTENERS = 32
FEW = 2  # environments: these runs don't queue behind those on all environments
HEARTBEAT_SECONDS = 1.0  # how often to write something to a reader, to notice when they are gone


class RefusedError(Exception):
    """A refused request, with its HTTP status."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status


class Live:
    """Does what pages ask for. Each method takes a request; slow ones return their answers as they come.

    `RefusedError` says why a request is refused.
    """

    def __init__(
        self,
        site: ServedSite,
        kerases: Kerases,
        environments: Sequence[Environment],
        install: Callable[..., None] = installing.install,
    ) -> None:
        self.site, self._kerases, self._install = site, kerases, install
        self._environments = {environment.key: environment for environment in environments}
        pinned = next((each for each in environments if each.pinned and each.installed), None)
        self.pages = SavedPages(kerases, pinned, lambda path: self.publish({"event": "news", "page": page_name(path)}))
        self._lock = threading.Lock()  # guards what follows
        self._runs: dict[str, list[Ticket]] = {}
        self._listeners: set[queue.Queue[Json]] = set()
        self._installing: str | None = None
        self._for_few = ThreadPoolExecutor(16, thread_name_prefix="run")
        self._for_all = ThreadPoolExecutor(FEW, thread_name_prefix="run-all")

    def environments(self, request: Mapping[str, Any]) -> Json:
        """List the environments, and a run's limits."""
        rows = [
            {
                "key": each.key,
                "name": environment_name(each),
                "line": each.line,
                "installed": each.installed,
                "megabytes": installing.megabytes_to_install([each]),
                "command": each.install_command if each.pinned else None,  # A page can't install it.
            }
            for each in self._environments.values()
        ]
        limits = {"seconds": LIMITS.seconds, "memory": LIMITS.memory, "output": OUTPUT_BYTES}
        return {"environments": rows, "limits": limits}

    def page(self, request: Mapping[str, Any]) -> Json:
        """Return what a page's blocks do, and what is wrong with the page."""
        path = self._page(request)
        self.pages.opened(path)
        failures = [*([self.site.error] if self.site.error else []), *self.site.warnings_on(path)]
        return self.pages.look(path) | {"failures": failures}

    def take_over(self, request: Mapping[str, Any]) -> Json:
        """Write what a block printed into its page."""
        path = self._page(request)
        try:
            self.pages.take_over(path, text(request, "digest", 64))
        except UnknownBlockError as error:
            raise RefusedError(404, str(error)) from None
        except OSError as error:
            raise RefusedError(500, f"{page_name(path)} cannot be written: {error}") from None
        return {"written": page_name(path)}

    def run(self, request: Mapping[str, Any]) -> Iterator[Json]:
        """Run code in environments; yield the number of the run, then what each environment does."""
        code = text(request, "code", CODE_CHARACTERS)
        keys = request.get("environments")
        if not isinstance(keys, list) or not keys or len(keys) > len(self._environments):
            raise RefusedError(400, "`environments` must be a list of environments")
        chosen = [self._environment(key) for key in dict.fromkeys(map(str, keys))]
        if missing := [each.key for each in chosen if not each.installed]:
            raise RefusedError(409, f"{', '.join(missing)}: not installed")
        number, tickets = secrets.token_hex(8), [Ticket() for _ in chosen]
        with self._lock:
            if sum(map(len, self._runs.values())) + len(chosen) > MOST_RUNS:
                raise RefusedError(429, "Too much is running. Stop some of it, or wait.")
            self._runs[number] = tickets
        answers: queue.Queue[Json] = queue.Queue()
        pool = self._for_few if len(chosen) <= FEW else self._for_all
        block = Block("your code", 0, code, None)
        for environment, ticket in zip(chosen, tickets, strict=True):
            pool.submit(self._run, environment, block, ticket, answers)
        return self._answers_of(number, len(chosen), answers)

    def stop(self, request: Mapping[str, Any]) -> Json:
        """Stop a run."""
        number = text(request, "run", 64)
        with self._lock:
            tickets = self._runs.get(number, [])
        for ticket in tickets:
            ticket.stop()
        return {"stopped": len(tickets)}

    def install(self, request: Mapping[str, Any]) -> Iterator[Json]:
        """Install an environment; yield what its installer prints, then whether it succeeded."""
        environment = self._environment(text(request, "environment", 100))
        if environment.pinned:
            raise RefusedError(409, f"This server runs on it. Install it in a terminal: {environment.install_command}")
        megabytes, free = installing.megabytes_to_install([environment]), installing.megabytes_free()
        if megabytes > free:
            raise RefusedError(507, f"It needs {megabytes / 1000:.1f} GB, and {free / 1000:.1f} GB are free.")
        with self._lock:
            if self._installing:
                raise RefusedError(429, f"{self._installing} is being installed. Wait for it.")
            self._installing = environment.key
        answers: queue.Queue[Json] = queue.Queue()
        # It continues if the page is closed: half an installation is useless.
        threading.Thread(target=self._install_one, args=(environment, answers)).start()
        return until_end(answers)

    def events(self, request: Mapping[str, Any]) -> Iterator[Json]:
        """Yield the changes to the site."""
        listener: queue.Queue[Json] = queue.Queue(1000)
        with self._lock:
            if len(self._listeners) >= MOST_LISTENERS:
                raise RefusedError(429, "Too many pages are open.")
            self._listeners.add(listener)
        return self._events_for(listener)

    def publish(self, event: Json) -> None:
        """Tell all open pages something."""
        with self._lock:
            for listener in self._listeners:
                if not listener.full():  # Its page is long gone.
                    listener.put(event)

    def close(self) -> None:
        with self._lock:
            tickets = [ticket for run in self._runs.values() for ticket in run]
        for ticket in tickets:
            ticket.stop()
        self._kerases.close()
        for pool in self._for_few, self._for_all:
            pool.shutdown(cancel_futures=True)
        self.pages.close()

    def _page(self, request: Mapping[str, Any]) -> Path:
        """Return the Markdown file of the page at an address of the site: no other path is ever read or written."""
        path = self.site.source_of(text(request, "address", 1000))
        if path is None:
            raise RefusedError(404, "No page of the site has this address.")
        return path

    def _environment(self, key: str) -> Environment:
        if key not in self._environments:
            raise RefusedError(404, f"{key[:100]}: no such environment")
        return self._environments[key]

    def _run(self, environment: Environment, block: Block, ticket: Ticket, answers: queue.Queue[Json]) -> None:
        def report(state: str, output: str) -> None:
            answers.put({"environment": environment.key, "state": state, "output": output})

        try:
            outcome = self._kerases.run(environment, block, ticket, report)
            ended = {"state": "ended"} | outcome_as_json(outcome)
        except Exception as error:  # Whatever it is, the page should know.
            ended = {"state": "failed", "failure": str(error) or type(error).__name__}
        answers.put({"environment": environment.key} | ended)

    def _answers_of(self, number: str, left: int, answers: queue.Queue[Json]) -> Iterator[Json]:
        try:
            yield {"run": number}
            while left:
                answer = next_of(answers)
                left -= answer.get("state") in {"ended", "failed"}
                yield answer
        finally:  # even if the page is gone
            with self._lock:
                tickets = self._runs.pop(number)
            for ticket in tickets:
                ticket.stop()

    def _install_one(self, environment: Environment, answers: queue.Queue[Json]) -> None:
        try:
            recorded = installing.recorded_packages(environment)
            self._install(environment, recorded, report=lambda line: answers.put({"line": line}))
            end = {"end": "installed"}
        except (LookupError, OSError) as error:
            end = {"end": "failed", "failure": str(error)}
        finally:
            with self._lock:
                self._installing = None
        answers.put(end)
        self.publish({"event": "environments"})

    def _events_for(self, listener: queue.Queue[Json]) -> Iterator[Json]:
        try:
            yield {"event": "hello"}
            while True:
                yield next_of(listener)
        finally:
            with self._lock:
                self._listeners.discard(listener)


def text(request: Mapping[str, Any], name: str, most: int) -> str:
    """Return a text in a request; `RefusedError` if it is missing or too long."""
    value = request.get(name)
    if not isinstance(value, str) or len(value) > most:
        raise RefusedError(400, f"`{name}` must be a text of at most {most} characters")
    return value


def next_of(answers: queue.Queue[Json]) -> Json:
    """Wait for the next answer; return an empty one now and then."""
    try:
        return answers.get(timeout=HEARTBEAT_SECONDS)
    except queue.Empty:
        return {}


def until_end(answers: queue.Queue[Json]) -> Iterator[Json]:
    """Yield answers up to the one that marks the end."""
    answer: Json = {}
    while "end" not in answer:
        answer = next_of(answers)
        yield answer
