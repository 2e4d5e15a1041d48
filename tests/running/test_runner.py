"""Each block runs in its own process: what it does to itself doesn't affect any other."""

import os
import signal
import sys
import time
from pathlib import Path

import pytest

from evidence.pages.blocks import Block
from evidence.running.execution import Execution, Limits

# A page's blocks run in forks on Linux, in fresh interpreters elsewhere: both must work.
ways = pytest.mark.parametrize(
    "fork", [pytest.param(True, marks=pytest.mark.skipif(os.name == "nt", reason="Windows cannot fork")), False]
)


LIMITS = Limits(seconds=30)


def run(*codes, fork, line=10, limits=LIMITS):
    blocks = [Block("docs/page.md", line + 100 * number, code, None) for number, code in enumerate(codes)]
    with Execution(blocks, imports=["json"], limits=limits, fork=fork, jobs=2) as execution:
        return [execution.outcome(block) for block in blocks]


@ways
def test_a_block_is_a_fresh_interpreter(fork):
    first, second = run(
        "import json\njson.changed = x = 1\n"
        "class Thing:\n    pass\nprint(__name__, Thing.__module__, __import__('sys').modules['__main__'].x)",
        "import json\nprint(hasattr(json, 'changed'), 'x' in globals())",
        fork=fork,
    )
    assert (first.output, first.error) == ("__main__ __main__ 1\n", None)
    assert (second.output, second.error) == ("False False\n", None)


@ways
def test_an_error_has_type_message_line_and_the_traceback_within_the_page(fork):
    [outcome] = run("import json\n\ndef load():\n    return json.loads('{')\n\nprint('before')\nload()\n", fork=fork)
    assert outcome.output == "before\n"
    assert (outcome.error.type, outcome.error.line) == ("JSONDecodeError", 14)
    assert "Expecting property name" in outcome.error.message
    start = 'Traceback (most recent call last):\n  File "docs/page.md", line 17, in <module>\n    load()\n'
    assert outcome.error.traceback.startswith(start)
    assert 'File "docs/page.md", line 14, in load' in outcome.error.traceback
    assert "decoder.py" not in outcome.error.traceback


@ways
def test_a_syntax_error_has_its_line(fork):
    [outcome] = run("x = 1\ny = = 2\n", fork=fork)
    assert (outcome.error.type, outcome.error.line) == ("SyntaxError", 12)
    assert outcome.error.traceback.startswith('  File "docs/page.md", line 12\n')


ENDLESS = "while True:\n    pass"
HARMFUL = {
    "loops for ever": (ENDLESS, "did not end within 3 seconds"),
    "exits at once": ("import os\nos._exit(0)", "ended the interpreter with exit code 0"),
    "prints without end": ("while True:\n    print('x' * 10000)", "printed more than 1 MB"),
    "prints much at once": ("print('x' * 2000000)", "printed more than 1 MB"),
    "fills standard error": ("import sys\nwhile True:\n    sys.stderr.write('x' * 10000)", "printed more than 1 MB"),
}


@ways
@pytest.mark.parametrize(("code", "message"), HARMFUL.values(), ids=HARMFUL)
def test_a_block_that_misbehaves_is_stopped_and_harms_no_other(code, message, fork):
    limits = Limits(seconds=3) if code == ENDLESS else LIMITS
    bad, good = run(code, "import time\ntime.sleep(0.2)\nprint('here')", fork=fork, limits=limits)
    assert (bad.error.type, bad.error.message) == ("Stopped", message)
    assert (good.output, good.error) == ("here\n", None)
    assert 0.2 <= good.seconds < LIMITS.seconds
    if code == ENDLESS and os.name != "nt":  # Windows has no signal to ask it where it is.
        assert bad.error.line in {11, 12}
        assert "runner.py" not in bad.error.traceback


@ways
@pytest.mark.parametrize(("code", "message"), [("", "without an exit code"), ("3", "(3)")])
def test_a_block_that_exits_is_named_with_its_line(code, message, fork):
    bad, good = run(f"import sys\nsys.exit({code})", "print('here')", fork=fork)
    assert (bad.error.type, bad.error.line) == ("SystemExit", 12)
    assert message in bad.error.message
    assert good.output == "here\n"


STRANGE = {
    "forks": ("import os\nif os.fork():\n    assert os.wait()[1] == 0\nprint('end')", None),
    "closes its output": ("import sys\nsys.stdout.close()", None),
    "closes its output and exits": ("import sys\nsys.stdout.close()\nsys.exit()", "SystemExit"),
    "raises what cannot be told": ("class E(Exception):\n    def __str__(self):\n        1 / 0\nraise E", "E"),
    "raises a lone surrogate": ("raise ValueError('\\ud800')", "ValueError"),
    "starts a thread without end": (
        "import threading, time\nthreading.Thread(target=time.sleep, args=(60,)).start()",
        None,
    ),
    "removes its folder": ("import os, shutil\nshutil.rmtree(os.getcwd())", None),
}


@ways
@pytest.mark.skipif(os.name == "nt", reason="forks, and removes an open folder")
@pytest.mark.parametrize(("code", "error"), STRANGE.values(), ids=STRANGE)
def test_a_block_that_is_strange_gets_its_own_outcome(code, error, fork):
    strange, good = run(code, "print('here')", fork=fork)
    assert (strange.error.type if strange.error else None) == error
    assert (good.output, good.error) == ("here\n", None)


@ways
def test_what_a_block_writes_to_standard_error_is_apart_from_its_output(fork):
    warn = "import os, sys, warnings\nprint('out')\nwarnings.warn('no')\nos.write(2, b'from C\\n')\n"
    ended, raised, stopped = run(warn, warn + "raise ValueError", warn + "os._exit(0)", fork=fork)
    for outcome in ended, raised:
        assert outcome.output == "out\n"
        warning, *others = outcome.stderr.splitlines()
        assert warning.endswith("3: UserWarning: no")
        assert others == ["  warnings.warn('no')", "from C"]
    assert stopped.error.type == "Stopped"
    assert stopped.stderr == ""


@ways
def test_what_a_block_says_can_stand_on_a_page(fork):
    [printed, raised] = run(
        "print('\\033[1mbold\\033[0m \\a')", "raise ValueError('\\033[1mbold\\033[0m \\0')", fork=fork
    )
    assert printed.output == "bold \\x07\n"
    assert raised.error.message == "bold \\x00"


@pytest.mark.skipif(os.name == "nt", reason="Windows has no signals to ask with")
def test_a_block_that_is_stopped_may_say_late_where_it_was_or_not_at_all():
    """Late, as on a machine too busy to let it answer at once."""
    late = (
        "import signal, time\nsignal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1])\ntime.sleep(3)\n"
        "signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGUSR1])\ntime.sleep(60)"
    )
    deaf = "import os, signal, time\nsignal.signal(signal.SIGUSR1, signal.SIG_IGN)\nprint(os.getpid())\ntime.sleep(60)"
    answers, ignores, good = run(late, deaf, "print('here')", fork=True, limits=Limits(seconds=2))
    assert answers.error.line in {14, 15}
    assert (ignores.error.message, ignores.error.line) == ("did not end within 2 seconds", None)
    assert not is_running(int(ignores.output))
    assert good.output == "here\n"


@ways
@pytest.mark.skipif(os.name == "nt", reason="Windows has no signals to die of")
@pytest.mark.parametrize("name", ["SIGSEGV", "SIGTERM"])
def test_a_block_that_crashes_or_is_killed(fork, name):
    bad, good = run(f"import os, signal\nos.kill(os.getpid(), signal.{name})", "print('here')", fork=fork)
    assert bad.error.message == f"was killed by {name}"
    assert good.output == "here\n"


@pytest.mark.skipif(os.name == "nt", reason="Windows cannot fork")
def test_a_block_can_be_interrupted():
    [outcome] = run("import os, signal\nos.kill(os.getpid(), signal.SIGINT)", fork=True)
    assert (outcome.error.type, outcome.error.line) == ("KeyboardInterrupt", 12)


@ways
@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="memory is watched on Linux")
def test_a_block_that_eats_the_memory_is_stopped(fork):
    code = "x = []\nwhile True:\n    x.append(bytearray(b'x' * 10_000_000))"
    bad, good = run(code, "print('here')", fork=fork, limits=Limits(seconds=30, memory=500e6))
    assert bad.error.message == "used more than 0.5 GB of memory"
    assert good.output == "here\n"


@ways
def test_a_block_gets_no_input_and_a_folder_of_its_own(fork):
    code = "import os\nprint(os.listdir('.'))\nopen('x', 'w').close()\n"
    code += "try:\n    input()\nexcept EOFError:\n    print('end')"
    for outcome in run(code, code, fork=fork):
        assert (outcome.output, outcome.error) == ("[]\nend\n", None)


@ways
def test_temporary_files_that_a_block_leaves_go_with_its_folder(fork):
    code = "import subprocess, sys, tempfile\n_, name = tempfile.mkstemp()\nprint(name)\nsys.stdout.flush()\n"
    code += "subprocess.run([sys.executable, '-c', 'import tempfile; print(tempfile.mkdtemp())'])"
    [outcome] = run("import tempfile\ntempfile.gettempdir()\n" + code, fork=fork)
    left = outcome.output.split()
    assert len(left) == 2
    assert not [path for path in left if Path(path).exists()]


@ways
def test_what_other_programs_print_is_output_too(fork):
    code = "import subprocess, sys\nprint('a')\nsubprocess.run([sys.executable, '-c', 'print(1)'])\nprint('é')"
    [outcome] = run(code, fork=fork)
    assert outcome.output == "a\n1\né\n"


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="asks /proc; blocks are forked on Linux only")
def test_what_a_block_leaves_running_ends_with_it():
    [outcome] = run(
        "import subprocess, sys\nchild = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
        "print(child.pid)",
        fork=True,
    )
    assert not still_running([int(outcome.output)])


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="blocks are forked on Linux only")
def test_what_a_block_leaves_running_out_of_reach_keeps_nobody_waiting():
    code = "import os, time\npid = os.fork()\nif not pid:\n    os.setsid()\n    time.sleep(40)\n    os._exit(0)\n"
    code += "while os.getsid(pid) != pid:\n    time.sleep(0.01)\nprint(pid)"
    start = time.monotonic()
    [outcome] = run(code, fork=True)
    left = int(outcome.output)
    assert is_running(left)
    os.kill(left, signal.SIGKILL)
    assert time.monotonic() - start < 30


def still_running(pids):
    """Return which processes still run, and end them; a killed process needs a moment to end."""
    for _ in range(500):
        if not any(map(is_running, pids)):
            return []
        time.sleep(0.01)
    left = [pid for pid in pids if is_running(pid)]
    for pid in left:
        os.kill(pid, signal.SIGKILL)
    return left


def is_running(pid):
    """Return whether a process runs: a zombie (Z) doesn't."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


@pytest.mark.skipif(os.name == "nt", reason="Windows cannot fork: the runner itself imports nothing")
def test_what_an_import_prints_is_no_result(tmp_path):
    (tmp_path / "loud.py").write_text("print('loud', flush=True)")
    block, variables = Block("docs/page.md", 1, "print('here')", None), {"PYTHONPATH": str(tmp_path)}
    with Execution([block], imports=["loud"], variables=variables, limits=LIMITS, fork=True) as execution:
        assert execution.outcome(block).output == "here\n"


def test_a_runner_that_cannot_import_says_so():
    block = Block("docs/page.md", 1, "print(1)", None)
    failure = pytest.raises(RuntimeError, match="No module named 'no_such_module'")
    with Execution([block], imports=["no_such_module"], fork=True) as execution, failure:
        execution.outcome(block)


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="asks /proc")
@pytest.mark.parametrize("numbers", [[], [signal.SIGINT]], ids=["close", "interrupt, then close"])
def test_closing_ends_the_blocks_that_run(numbers, tmp_path):
    """And whatever those blocks started."""
    code = (
        "import os, subprocess, sys, time\nsleep = 'import time; time.sleep(60)'\n"
        "for pid in os.getpid(), subprocess.Popen([sys.executable, '-c', sleep]).pid:\n"
        f"    open(r'{tmp_path}/' + str(pid), 'w').close()\n"
        "time.sleep(60)"
    )
    blocks = [Block("docs/page.md", line, code, None) for line in range(8)]
    execution = Execution(blocks, imports=[], fork=True, jobs=4)
    for _ in range(3000):
        if len(list(tmp_path.iterdir())) == 8:
            break
        time.sleep(0.01)
    for number in numbers:
        execution._process.send_signal(number)
    start = time.monotonic()
    execution.close()
    assert time.monotonic() - start < 10
    assert not still_running([int(path.name) for path in tmp_path.iterdir()])


@pytest.mark.skipif(os.name == "nt", reason="Windows has no signal to tell it")
def test_a_job_is_added(tmp_path):
    """Two blocks wait for each other: run one at a time, neither would end."""
    code = (
        f"import pathlib, time\nhere = pathlib.Path(r'{tmp_path}')\n(here / '{{}}').touch()\n"
        "while len(list(here.iterdir())) < 2:\n    time.sleep(0.01)"
    )
    blocks = [Block("docs/page.md", number, code.format(number), None) for number in (1, 2)]
    with Execution(blocks, imports=["json"], limits=LIMITS, fork=True, jobs=1) as execution:
        execution.add_job()
        assert [execution.outcome(block).error for block in blocks] == [None, None]
        assert not execution.left


@ways
def test_the_runner_s_own_folder_holds_no_modules_of_a_block(fork):
    """Keras 1.2 imports a package `tables`, TensorFlow one called `markdown`; modules here have both names."""
    [outcome] = run(
        "import sys\nprint(sys.path[0] == '')\nprint([p for p in sys.path if p.endswith('evidence')])", fork=fork
    )
    assert outcome.output == "True\n[]\n"


@ways
def test_keras_can_be_made_to_mean_another_module(fork):
    code = (
        "import keras\nfrom keras.decoder import JSONDecoder\nimport keras.encoder\nimport json\n"
        "print(keras is json, JSONDecoder is json.JSONDecoder, json.__spec__.name, keras.encoder.__spec__.name)"
    )
    block = Block("docs/page.md", 1, code, None)
    with Execution([block], imports=["keras"], module="json", limits=LIMITS, fork=fork) as execution:
        assert execution.outcome(block).output == "True True json json.encoder\n"
        assert execution.versions["python"] == sys.version.split()[0]
        assert 0 <= execution.import_seconds < 60


@ways
def test_a_keras_that_tensorflow_keras_consists_of_gets_the_public_names(fork, tmp_path):
    """A miniature of what TensorFlow 2.6 to 2.15 have."""
    modules = {
        "keras/__init__.py": "from keras import optimizers\n__version__ = '2.6'\nboth = 'private'",
        "keras/optimizers.py": "SGD = 'private SGD'",
        "tensorflow/__init__.py": "",
        "tensorflow/keras/__init__.py": (
            "import json, keras\nfrom tensorflow.keras import backend, optimizers\n"
            "both = 'public'\nInput = 'Input'\n_hidden = 1"
        ),
        "tensorflow/keras/backend.py": "from tensorflow import keras\nname = 'backend'",
        "tensorflow/keras/optimizers.py": "SGD, Adam = 'public SGD', 'Adam'",
    }
    for name, text in modules.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    code = (
        "import json as standard\nimport keras, keras.backend\nfrom keras.optimizers import Adam, SGD\n"
        "print(keras.both, keras.Input, Adam, SGD, keras.backend.name)\n"
        "print(keras.json is standard, hasattr(keras, '_hidden'))"
    )
    block = Block("docs/page.md", 1, code, None)
    variables = {"PYTHONPATH": str(tmp_path)}
    with Execution(
        [block], imports=["keras"], module="tensorflow.keras", variables=variables, limits=LIMITS, fork=fork
    ) as execution:
        outcome = execution.outcome(block)
    assert execution.versions["keras"] == "2.6"
    assert (outcome.output, outcome.error) == ("public Input Adam public SGD backend\nTrue False\n", None)


@ways
def test_a_module_that_the_other_keras_lacks_cannot_be_imported(fork):
    block = Block("docs/page.md", 1, "import keras.nothing", None)
    with Execution([block], imports=["keras"], module="json", limits=LIMITS, fork=fork) as execution:
        error = execution.outcome(block).error
    assert (error.type, error.message) == ("ModuleNotFoundError", "No module named 'keras.nothing'")


@ways
def test_what_the_reader_has_set_for_python_does_not_count(fork, monkeypatch):
    monkeypatch.setenv("PYTHONOPTIMIZE", "2")
    monkeypatch.setenv("PYTHONWARNINGS", "error")
    code = "import os\nprint(sorted(name for name in os.environ if name.startswith('PYTHON')), __debug__)"
    [outcome] = run(code, fork=fork)
    # The path is the guide's own, so that blocks find explain.py.
    assert outcome.output == "['PYTHONIOENCODING', 'PYTHONPATH', 'PYTHONUTF8'] True\n"


def test_what_the_reader_has_set_for_keras_does_not_count():
    code = "import os\nprint(os.listdir(os.path.expanduser('~')), os.environ['KERAS_HOME'] == os.path.expanduser('~'))"
    [outcome] = run(code, fork=False)
    assert outcome.output == "[] True\n"


@ways
def test_a_block_can_import_what_readers_download(fork):
    code = "import os\nfrom explain import explain\nprint(explain.__name__, os.listdir('.'))"
    [outcome] = run(code, fork=fork)
    assert (outcome.output, outcome.error) == ("explain []\n", None)
