"""Imports Keras once, then runs each block in a process of its own.

Started as a script by the Python of an environment, so it is plain standard library and runs on Python 3.6.
It reads one JSON object from standard input (see `main`) and writes JSON lines to standard output: first
`{"import_seconds": ...}`, then one outcome for each block, in the order in which they end.

The children are forked from a parent that has only imported Keras: importing takes seconds, a fork a fraction of
one. The parent must never build a model: after that every child hangs on TensorFlow and JAX. Where forking is not
safe (macOS) or not there (Windows), each block gets a fresh interpreter.
"""

import importlib
import json
import linecache
import os
import signal
import subprocess
import sys
import tempfile
import time
import traceback
import types

POLL_SECONDS = 0.005
OUTPUT_BYTES = 1000000  # A block that prints more is stopped.
STDERR_BYTES = 4000  # The tail kept of what a block that was killed wrote on standard error.


def main():
    """Run the blocks of the request on standard input.

    The request is an object with `blocks` (a list of objects with `page`, `line` and `code`), `imports` (names of
    modules to import before forking), `jobs` (blocks at a time), `timeout` (seconds a block may take), `memory`
    (bytes of resident memory a block may use, Linux only) and `fork` (a boolean).
    """
    request = json.load(sys.stdin)
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(1))
    results = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # Whatever an import prints must not mix with the results.

    def report(result):
        results.write(json.dumps(result) + "\n")
        results.flush()

    start = time.time()
    if request["fork"]:
        for module in request["imports"]:
            importlib.import_module(module)
    report({"import_seconds": time.time() - start})

    waiting = list(enumerate(request["blocks"]))[::-1]
    running = []
    try:
        while waiting or running:
            while waiting and len(running) < request["jobs"]:
                index, block = waiting.pop()
                start_child = Forked if request["fork"] else Spawned
                running.append(start_child(index, block, request))
            time.sleep(POLL_SECONDS)
            for child in list(running):
                outcome = child.poll()
                if outcome is not None:
                    running.remove(child)
                    report(outcome)
    finally:
        for child in running:
            child.kill()


class Child:
    """A block that is being run: its process, its limits and the files it writes into.

    Files and not pipes: a block that prints more than a pipe holds is never kept waiting.
    """

    def __init__(self, index, block, request):
        self.index = index
        self.timeout = request["timeout"]
        self.memory = request["memory"]
        self.start = time.time()
        self.directory = tempfile.TemporaryDirectory(prefix="block-")
        self.files = [tempfile.TemporaryFile() for _ in ("stdout", "stderr", "result")]
        self.launch(block)

    def poll(self):
        """Return the block's outcome once it has ended or was stopped, `None` while it runs."""
        status = self.exit_status()
        killed = None
        if status is None:
            killed = self.limit_broken()
            if killed is None:
                return None
            self.kill()
        stdout, stderr, result = [self.read(file) for file in self.files]
        outcome = {
            "index": self.index,
            "output": stdout[:OUTPUT_BYTES],
            "seconds": time.time() - self.start,
        }
        if killed is None and result:
            outcome.update(json.loads(result))
        else:
            outcome["error"] = killed or death(status)
            outcome["error"]["traceback"] = stderr[-STDERR_BYTES:]
        for file in self.files:
            file.close()
        try:
            self.directory.cleanup()
        except OSError:
            pass  # Windows keeps files that a process just killed had open.
        return outcome

    def limit_broken(self):
        if time.time() - self.start > self.timeout:
            return stopped("did not end within {:g} seconds".format(self.timeout))
        if resident_bytes(self.pid) > self.memory:
            return stopped("used more than {:g} GB of memory".format(self.memory / 1e9))
        if os.fstat(self.files[0].fileno()).st_size > OUTPUT_BYTES:
            return stopped("printed more than {:g} MB".format(OUTPUT_BYTES / 1e6))
        return None

    @staticmethod
    def read(file):
        file.seek(0)
        # newline translation as on a terminal: what Windows prints ends in \r\n
        return file.read().decode("utf-8", "replace").replace("\r\n", "\n")


class Forked(Child):
    """A block in a fork of this process, in a session of its own, so that what it starts ends with it."""

    def launch(self, block):
        self.pid = os.fork()
        if self.pid:
            return
        try:
            os.setsid()
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            signal.alarm(int(self.timeout) + 10)  # Should this process's parent be gone.
            os.chdir(self.directory.name)
            os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
            os.dup2(self.files[0].fileno(), 1)
            os.dup2(self.files[1].fileno(), 2)
            sys.stdin = os.fdopen(0, "r")
            sys.stdout = os.fdopen(1, "w", 1, encoding="utf-8")
            sys.stderr = os.fdopen(2, "w", 1, encoding="utf-8")
            result = execute(block)
            self.files[2].write(json.dumps(result).encode())
            self.files[2].flush()
            os._exit(0)
        except SystemExit as exit:
            sys.stdout.flush()
            os._exit(exit.code if isinstance(exit.code, int) else 0 if exit.code is None else 1)
        except BaseException:
            traceback.print_exc()
            os._exit(1)

    def exit_status(self):
        pid, status = os.waitpid(self.pid, os.WNOHANG)
        if pid == 0:
            return None
        self.end_group()  # What the block started and left running.
        return -os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)

    def kill(self):
        self.end_group()
        try:
            os.kill(self.pid, signal.SIGKILL)  # A child that has not reached setsid() yet has no group.
            os.waitpid(self.pid, 0)
        except OSError:
            pass

    def end_group(self):
        try:
            os.killpg(self.pid, signal.SIGKILL)
        except OSError:
            pass


class Spawned(Child):
    """A block in a fresh interpreter: this file, started with `--block`."""

    def launch(self, block):
        command = [sys.executable, os.path.abspath(__file__), "--block", self.directory.name]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=self.files[0], stderr=self.files[1])
        self.pid = self.process.pid
        self.process.stdin.write(json.dumps(block).encode())
        self.process.stdin.close()

    def exit_status(self):
        status = self.process.poll()
        if status is not None:
            path = os.path.join(self.directory.name, ".result")
            if os.path.exists(path):
                with open(path, "rb") as file:
                    self.files[2].write(file.read())
        return status

    def kill(self):
        self.process.kill()
        self.process.wait()


def run_alone(directory):
    """Run the block on standard input in this interpreter; its result goes to `.result` in `directory`."""
    block = json.load(sys.stdin)
    sys.stdout = os.fdopen(1, "w", 1, encoding="utf-8")
    os.chdir(directory)
    result = execute(block)
    with open(os.path.join(directory, ".result"), "w") as file:
        json.dump(result, file)


def execute(block):
    """Run a block as a script and return `{"error": None}`, or the error that ended it.

    The block is compiled as if it stood alone in its page, so that line numbers are the page's.
    """
    page, code = block["page"], "\n" * block["line"] + block["code"]
    linecache.cache[page] = (len(code), None, code.splitlines(True), page)
    script = types.ModuleType("__main__")
    sys.modules["__main__"] = script
    sys.argv = [page]
    try:
        exec(compile(code, page, "exec"), script.__dict__)
        sys.stdout.flush()
    except SystemExit:
        raise
    except BaseException as error:
        sys.stdout.flush()
        return {"error": describe(error, page)}
    return {"error": None}


def describe(error, page):
    """Return type, message, line in the page, and the traceback within the page, of an error."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame[0] == page]
    if isinstance(error, SyntaxError) and error.filename == page:
        line = error.lineno
    else:
        line = frames[-1][1] if frames else None
    lines = ["Traceback (most recent call last):\n"] if frames else []
    lines += traceback.format_list(frames) + traceback.format_exception_only(type(error), error)
    return {
        "type": type(error).__name__,
        "message": str(error),
        "line": line,
        "traceback": "".join(lines),
    }


def death(status):
    """Describe the end of a process that left no result."""
    if status < 0:
        name = signal.Signals(-status).name
        return stopped("was killed by {}".format(name))
    return stopped("ended the interpreter with exit code {}".format(status))


def stopped(message):
    return {"type": "Stopped", "message": message, "line": None}


def resident_bytes(pid):
    """Return the resident memory of a process: TensorFlow maps far more than it uses. 0 where /proc is not there."""
    try:
        with open("/proc/{}/statm".format(pid)) as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, IndexError, ValueError):
        return 0


if __name__ == "__main__":
    if sys.argv[1:2] == ["--block"]:
        run_alone(sys.argv[2])
    else:
        main()
