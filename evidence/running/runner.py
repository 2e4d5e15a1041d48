"""Imports Keras once, then runs each block in its own process.

An environment's Python, which has nothing else of this package, runs it as a script. So it is one file that needs only
the standard library, and runs on Python 3.6.

It reads one JSON object from standard input (see `main`) and writes JSON lines to standard output: first
`{"import_seconds": ..., "keras": its version, "python": its version}`, then the outcome of each block as it ends.
If the request says so, the runner stays, and takes more blocks.

It forks children from a parent that has only imported Keras: an import takes seconds, a fork a fraction of a second.
The parent must never build a model: after that, every child hangs on TensorFlow and JAX. Where forking is unsafe
(macOS) or missing (Windows), each block gets a new interpreter.
"""

import faulthandler
import gc
import importlib
import importlib.machinery
import importlib.util
import json
import linecache
import os
import re
import select
import signal
import subprocess
import sys
import tempfile
import threading
import time
import traceback
import types

POLL_SECONDS = 0.005
OUTPUT_BYTES = 1000000  # A block that prints more is stopped.
STDERR_BYTES = 4000  # How much of the end of a killed block's standard error is kept.
ANSWER_SECONDS = 5  # A block that is stopped gets this long to say where it was; it needs it only on a busy machine.
STOP_SECONDS = 0.3  # The same, for a block that somebody stops and waits for.
IDLE_SECONDS = 0.5  # How often an idle runner looks for signals.
PROGRESS_SECONDS = 0.2  # How often a runner that stays reports what a block has printed so far.
STOPPED = "was stopped"
GRACE_SECONDS = 10  # How long after its limit a block ends itself, in case the runner is gone.


def main():
    """Run the blocks of the request on standard input.

    The request is an object with `blocks` (a list of objects with `page`, `line`, `code` and, to watch its models,
    `watch`, the path of the watch), `imports` (names of modules to import before forking), `module` (what
    `import keras` should import), `jobs` (blocks at a time), `timeout` (seconds a block may take, unless it has a
    `timeout` of its own), `memory` (bytes of resident memory a block may use, Linux only) and `fork` (a boolean).
    Once the first line of results is written, every SIGUSR2 raises `jobs` by one.

    With `stays` the request is one line. More lines may follow: an object `{"index": ..., "page": ..., "line": ...,
    "code": ...}` is another block to run, and `{"stop": index}` stops one. What a block has printed is reported while
    it runs: `{"index": ..., "so_far": ...}`. The runner ends with its standard input.
    """
    more_jobs = []
    if hasattr(signal, "SIGUSR2"):
        signal.signal(signal.SIGUSR2, lambda number, frame: more_jobs.append(number))
    stdin = Lines()
    request = json.loads(stdin.first())
    stays = request.get("stays", False)
    results = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # What an import prints must not mix with the results.

    def report(result):
        results.write(json.dumps(result) + "\n")
        results.flush()

    start = time.time()
    rename(request["module"])
    if request["fork"]:
        for module in request["imports"]:
            importlib.import_module(module)
        if hasattr(gc, "freeze"):  # from Python 3.7 on
            # Otherwise every child's garbage collection walks through everything imported, and so copies its memory.
            gc.freeze()
    version = getattr(sys.modules.get("keras"), "__version__", None)
    report({"import_seconds": time.time() - start, "keras": version, "python": sys.version.split()[0]})

    # From here on these signals only end the loop: an exception could hit between a fork and its entry in `running`.
    signals = []
    for number in signal.SIGINT, signal.SIGTERM:
        signal.signal(number, lambda number, frame: signals.append(number))
    request["results"] = results.fileno()
    waiting = list(enumerate(request["blocks"]))[::-1]
    running = []
    try:
        while (not stdin.ended if stays else waiting or running) and not signals:
            while waiting and len(running) < request["jobs"] + len(more_jobs):
                index, block = waiting.pop()
                start_child = Forked if request["fork"] else Spawned
                running.append(start_child(index, block, request))
            if stays:
                for line in stdin.wait(POLL_SECONDS if running else IDLE_SECONDS):
                    obey(json.loads(line), waiting, running, report)
            else:
                time.sleep(POLL_SECONDS)
            for child in list(running):
                outcome = child.poll()
                if outcome is not None:
                    running.remove(child)
                    report(outcome)
                elif stays and child.has_more():
                    report({"index": child.index, "so_far": child.output()})
    finally:
        for child in running:
            child.kill()


def obey(message, waiting, running, report):
    """Queue another block, or stop one that is queued or runs."""
    if "stop" not in message:
        waiting.insert(0, (message["index"], message))
        return
    for entry in [entry for entry in waiting if entry[0] == message["stop"]]:
        waiting.remove(entry)
        error = {"type": "Stopped", "message": STOPPED, "line": None, "traceback": ""}
        report({"index": entry[0], "output": "", "seconds": 0.0, "error": error})
    for child in running:
        if child.index == message["stop"]:
            child.stopped = True


class Lines:
    """The lines of standard input, read without making running blocks wait.

    A thread reads only on Windows, which has no other way to wait for a pipe: a process with threads shouldn't fork.
    """

    def __init__(self):
        self.ended = False
        self.rest = b""
        self.lock = threading.Lock()
        self.thread = None

    def first(self):
        """Wait for the first line, or for the end of the input, and return it."""
        while b"\n" not in self.rest and not self.ended:
            self.read()
        line, _, self.rest = self.rest.partition(b"\n")
        return line.decode("utf-8")

    def wait(self, seconds):
        """Wait for more lines, but not longer than some seconds; return them."""
        if os.name == "nt":
            if not self.thread:
                self.thread = threading.Thread(target=self.read_to_the_end, daemon=True)
                self.thread.start()
            time.sleep(POLL_SECONDS)
        elif select.select([0], [], [], seconds)[0]:
            self.read()
        with self.lock:
            *lines, self.rest = self.rest.split(b"\n")
        return [line.decode("utf-8") for line in lines]

    def read(self):
        data = os.read(0, 1 << 16)
        with self.lock:
            self.rest += data
        self.ended = not data

    def read_to_the_end(self):
        while not self.ended:
            self.read()


def rename(module):
    """Make `import keras` import another module: `tensorflow.keras` or `tf_keras`."""
    if module == "tensorflow.keras":
        importlib.import_module(module)
        if "keras" in sys.modules:
            return complete(sys.modules[module], "keras")
    if module != "keras":
        sys.meta_path.insert(0, Renamed(module))


def complete(public, name):
    """Give a module of the package `keras` the names of its counterpart in `tensorflow.keras`.

    From TensorFlow 2.6 to 2.15 `tensorflow.keras` consists of that package, which must stay importable. Most names
    are in both. `keras.optimizers.Adam` isn't, up to 2.8, and is a different class on 2.11 and 2.12.
    """
    private = sys.modules.setdefault(name, public)
    for attribute, value in list(vars(public).items()):
        if attribute.startswith("_"):
            continue
        if isinstance(value, types.ModuleType):
            if "keras" in value.__name__ and private is not public:
                complete(value, name + "." + attribute)
                value = sys.modules[name + "." + attribute]
        if not isinstance(value, types.ModuleType) or not hasattr(private, attribute):
            setattr(private, attribute, value)


class Renamed(object):
    """Finds `keras` and its submodules in another module."""

    def __init__(self, module):
        self.module = module
        self.specs = {}

    def find_spec(self, name, path=None, target=None):
        if name != "keras" and not name.startswith("keras."):
            return None
        try:
            exists = importlib.util.find_spec(self.renamed(name)) is not None
        except (ImportError, ValueError):  # ValueError: a module without a spec
            exists = self.renamed(name) in sys.modules
        return importlib.machinery.ModuleSpec(name, self) if exists else None

    def renamed(self, name):
        return self.module + name[len("keras") :]

    def create_module(self, spec):
        dir(importlib.import_module(self.renamed(spec.name)))  # A lazy module loads when its names are listed,
        module = sys.modules[self.renamed(spec.name)]  # and puts the real module in its place.
        self.specs[id(module)] = module.__spec__
        sys.modules[spec.name] = module  # TensorFlow 2.0 wraps its modules, which then keep the spec they had.
        return module

    def exec_module(self, module):
        module.__spec__ = self.specs[id(module)]  # The import has set the spec of the other name.


class Child:
    """A running block: its process, its limits, and the files it writes to.

    They are files, not pipes: with a pipe, a block that prints more than it holds would have to wait.
    """

    def __init__(self, index, block, request):
        self.index = index
        self.page = block["page"]
        self.timeout = block.get("timeout", request["timeout"])
        self.memory = request["memory"]
        self.results = request["results"]
        self.module = request["module"]
        self.stopped = False  # by somebody who doesn't want to wait for it to end
        self.reported, self.reported_at = 0, time.time()  # bytes of output
        self.start = time.time()
        self.directory = tempfile.TemporaryDirectory(prefix="block-")
        os.mkdir(os.path.join(self.directory.name, "work"))
        self.stdout, self.stderr = tempfile.TemporaryFile(), tempfile.TemporaryFile()
        self.launch(block)

    def poll(self):
        """Return the block's outcome once it has ended or has been stopped, `None` while it runs."""
        status = self.exit_status()
        broken = self.limit_broken(status is None)
        if status is None:
            if broken is None:
                return None
            if not self.ends_saying_where(STOP_SECONDS if self.stopped else ANSWER_SECONDS):
                self.kill()
        outcome = {"index": self.index, "output": self.output(), "seconds": time.time() - self.start}
        try:
            with open(os.path.join(self.directory.name, "result")) as file:
                outcome.update(json.load(file))
        except (OSError, ValueError):
            broken = broken or death(status)
        if broken:
            stderr = text_of(self.stderr, max(0, size(self.stderr) - STDERR_BYTES), STDERR_BYTES)
            stderr = re.sub(r'  File ".*runner.py", line .*\n|\nExtension modules: .*\n', "", stderr)
            place = re.search(r'File "{}", line (\d+)'.format(re.escape(self.page)), stderr)
            outcome["error"] = {
                "type": "Stopped",
                "message": broken,
                "line": int(place.group(1)) if place else None,
                "traceback": stderr,
            }
        else:
            outcome["stderr"] = text_of(self.stderr, 0, OUTPUT_BYTES)
        self.stdout.close()
        self.stderr.close()
        try:
            self.directory.cleanup()
        except OSError:
            pass  # Windows holds on to files that a process had open when it was killed.
        return outcome

    def output(self):
        return text_of(self.stdout, 0, OUTPUT_BYTES)

    def has_more(self):
        """Return whether it has printed more; checks rarely, since reading it takes time."""
        if time.time() - self.reported_at < PROGRESS_SECONDS or size(self.stdout) == self.reported:
            return False
        if not hasattr(os, "pread"):
            return False
        self.reported, self.reported_at = size(self.stdout), time.time()
        return True

    def limit_broken(self, running):
        """Return which limit the block has broken, or that it was stopped; `None` if it may continue."""
        if max(size(self.stdout), size(self.stderr)) > OUTPUT_BYTES:
            return "printed more than {:g} MB".format(OUTPUT_BYTES / 1e6)
        if running and self.stopped:
            return STOPPED
        if running and time.time() - self.start > self.timeout:
            return "did not end within {:g} seconds".format(self.timeout)
        if running and resident_bytes(self.pid) > self.memory:
            return "used more than {:g} GB of memory".format(self.memory / 1e9)
        return None

    def ends_saying_where(self, seconds):
        """Make a block write its line to standard error and end; return whether it did so in time."""
        if not hasattr(faulthandler, "register"):
            return False
        os.kill(self.pid, signal.SIGUSR1)
        last = time.time() + seconds
        while time.time() < last:
            if self.exit_status() is not None:
                return True
            time.sleep(POLL_SECONDS)
        return False


def size(file):
    return os.fstat(file.fileno()).st_size


def text_of(file, start, length):
    if hasattr(os, "pread"):
        content = os.pread(file.fileno(), length, start)  # A block that still writes shares the file position.
    else:
        file.seek(start)
        content = file.read(length)
    # as a terminal shows it: lines that Windows prints end in \r\n
    return printable(content.decode("utf-8", "replace").replace("\r\n", "\n"))


class Forked(Child):
    """A block in a fork of this process, with its own session, so that whatever it starts ends with it."""

    def launch(self, block):
        self.pid = os.fork()
        if self.pid:
            return
        try:
            os.setsid()
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            signal.signal(signal.SIGINT, signal.default_int_handler)
            os.close(self.results)  # Whatever the block leaves running must not keep the reader waiting.
            os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
            os.dup2(self.stdout.fileno(), 1)
            os.dup2(self.stderr.fileno(), 2)
            run_here(block, self.directory.name, self.timeout)
        finally:
            os._exit(1)  # Whatever happens, the runner's own code must not continue in the child.

    def exit_status(self):
        pid, status = os.waitpid(self.pid, os.WNOHANG)
        if pid == 0:
            return None
        self.end_group()  # processes that the block started and left running
        return -os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)

    def kill(self):
        self.end_group()
        try:
            os.kill(self.pid, signal.SIGKILL)  # A child that hasn't reached setsid() has no group of its own.
            os.waitpid(self.pid, 0)
        except OSError:
            pass

    def end_group(self):
        try:
            os.killpg(self.pid, signal.SIGKILL)
        except OSError:
            pass


class Spawned(Child):
    """A block in a new interpreter: this file, started with `--block`."""

    def launch(self, block):
        command = [sys.executable, os.path.abspath(__file__), "--block", self.directory.name, str(self.timeout)]
        command.append(self.module)
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=self.stdout, stderr=self.stderr)
        self.pid = self.process.pid
        self.process.stdin.write(json.dumps(block).encode())
        self.process.stdin.close()

    def exit_status(self):
        return self.process.poll()

    def kill(self):
        self.process.kill()
        self.process.wait()


def run_here(block, directory, timeout):
    """Run a block in this process, write its result to a file in `directory`, and end the process."""
    status = 1
    try:
        faulthandler.enable(2)
        if hasattr(faulthandler, "register"):
            # `chain` keeps the signal's own effect: once the block has said where it was, it ends.
            faulthandler.register(signal.SIGUSR1, 2, chain=True)
        faulthandler.dump_traceback_later(timeout + GRACE_SECONDS, exit=True, file=2)
        sys.stdin = os.fdopen(0, "r")
        sys.stdout = os.fdopen(1, "w", 1, encoding="utf-8")
        sys.stderr = os.fdopen(2, "w", 1, encoding="utf-8")
        os.chdir(os.path.join(directory, "work"))
        # What it leaves, such as the code that TensorFlow converted, goes with its folder: no `atexit` runs here.
        tempfile.tempdir = os.environ["TMPDIR"] = directory
        sys.path.insert(0, "")
        process = os.getpid()
        result = execute(block)
        if os.getpid() == process:  # not in a fork that the block made
            with open(os.path.join(directory, "result"), "w") as file:
                json.dump(result, file)
        status = 0
    finally:
        os._exit(status)


def execute(block):
    """Run a block as a script; return `{"error": None}` or the error that ended it, with `steps` if it is watched.

    Empty lines before the block's code make its line numbers those of the page.
    """
    page, code = block["page"], "\n" * block["line"] + block["code"]
    linecache.cache[page] = (len(code), None, code.splitlines(True), page)
    script = types.ModuleType("__main__")
    sys.modules["__main__"] = script
    sys.argv = [page]
    stdout, error, steps = sys.stdout, None, []
    try:
        if block.get("watch"):
            for step in module_at(block["watch"]).run_watched(code, page, block["line"], script.__dict__):
                steps.append(step)
        else:
            exec(compile(code, page, "exec"), script.__dict__)
    except BaseException as raised:
        error = describe(raised, page)
    try:
        stdout.flush()
    except (OSError, ValueError):
        pass  # The block closed it.
    return {"error": error, "steps": steps} if block.get("watch") else {"error": error}


def module_at(path):
    """Import a file whose folder is not on Python's path."""
    spec = importlib.util.spec_from_file_location("watch", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def describe(error, page):
    """Return an error's type, message, line in the page, and traceback within the page."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame[0] == page]
    if isinstance(error, SyntaxError) and error.filename == page:
        line = error.lineno
    else:
        line = frames[-1][1] if frames else None
    lines = ["Traceback (most recent call last):\n"] if frames else []
    lines += traceback.format_list(frames) + traceback.format_exception_only(type(error), error)
    try:
        message = str(error)
    except BaseException:
        message = "<exception str() failed>"
    if isinstance(error, SystemExit):
        message = "the block ended the interpreter ({})".format(message or "without an exit code")
    return {
        "type": type(error).__name__,
        "message": printable(message),
        "line": line,
        "traceback": printable("".join(lines)),
    }


def printable(text):
    """Return text as a page can show it: without terminal colours, with control characters as escapes."""
    text = re.sub(r"\x1b\[[0-9;]*m", "", text)
    text = re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f]", lambda control: "\\x{:02x}".format(ord(control.group())), text)
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def death(status):
    """Describe the end of a process that left no result."""
    if status < 0:
        return "was killed by {}".format(signal.Signals(-status).name)
    return "ended the interpreter with exit code {}".format(status)


def resident_bytes(pid):
    """Return a process's resident memory, 0 without /proc. TensorFlow maps far more memory than it uses."""
    try:
        with open("/proc/{}/statm".format(pid)) as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, IndexError, ValueError):
        return 0


if __name__ == "__main__":
    del sys.path[0]  # This file's folder: its modules must not shadow packages that Keras imports.
    if sys.argv[1:2] == ["--block"]:
        rename(sys.argv[4])
        run_here(json.load(sys.stdin), sys.argv[2], float(sys.argv[3]))
    else:
        main()
