"""A block's models are recorded after each of its statements."""

from dataclasses import replace

import pytest

from evidence.pages.blocks import WATCHED, Block, all_blocks
from evidence.running import records, steps
from evidence.running.environments import read_environments
from evidence.running.execution import Execution, Limits
from evidence.running.steps import load

# The parts of Keras that the watch reads: layers with nodes, tensors with a history, a model with a list.
MADE_UP = """
class Tensor:
    def __init__(self, shape, history):
        self.shape, self._keras_history = shape, history
class Node:
    def __init__(self, layer, parents, shape):
        self.operation, self.parent_nodes = layer, parents
        self.output_tensors = [Tensor(shape, (layer, len(layer._inbound_nodes)))]
class Dense:
    def __init__(self, name):
        self.name, self._inbound_nodes, self.weights = name, [], []
    def call(self, x):
        return x
class Sequential:
    name = "model"
    built = True
    def __init__(self):
        self._layers, self.outputs = [], []
    @property
    def layers(self):
        return self._layers[:]
    def add(self, layer):
        parents = [self._layers[-1]._inbound_nodes[-1]] if self._layers else []
        node = Node(layer, parents, (None, 3))
        layer._inbound_nodes.append(node)
        self._layers.append(layer)
        self.outputs = node.output_tensors
    def __call__(self, x):
        for layer in self._layers:
            x = layer.call(x)
        return x
    @property
    def optimizer(self):
        raise RuntimeError("not compiled")
model = Sequential()
"""
HEADER = f"{WATCHED}\n{MADE_UP}"
FIRST = HEADER.count("\n") + 1  # the line after the header


def run(code, fork=True):
    block = Block("docs/page.md", 10, HEADER + code, None)
    with Execution([block], imports=["json"], limits=Limits(seconds=30), fork=fork) as execution:
        return execution.outcome(block)


@pytest.mark.parametrize("fork", [True, False])
def test_a_step_follows_each_statement_that_leaves_a_model(fork):
    outcome = run('model.add(Dense("one"))\nprint("called", model(1))\nmodel.layers.pop()\n', fork)
    assert (outcome.error, outcome.output) == (None, "called 1\n")
    made, added, called, popped = outcome.steps
    assert [step["line"] for step in outcome.steps] == [FIRST - 1, FIRST, FIRST + 1, FIRST + 2]
    assert made["models"]["model"] == {
        "class": "Sequential",
        "built": True,
        "layers": [],
        "outputs": [],
        "functions": {},
    }
    assert added["models"]["model"]["layers"] == [0]
    assert added["models"]["model"]["outputs"] == [[0, 0]]
    assert added["nodes"] == [[0, 0, [], "?x3"]]
    assert added["layers"] == [["one", "Dense"]]
    assert called["layers"] == [["one", "Dense", 1]], "the statement ran its call once"
    assert called["printed"] == "called 1\n"
    assert popped["models"] == called["models"]
    assert popped["layers"] == [["one", "Dense"]], "the statement ran no call"


def test_a_node_says_what_it_takes_from():
    outcome = run('model.add(Dense("one"))\nmodel.add(Dense("two"))\n')
    assert outcome.steps[-1]["nodes"] == [[0, 0, [], "?x3"], [1, 0, [[0, 0]], "?x3"]]


def test_a_layer_that_was_removed_stays_known():
    outcome = run('model.add(Dense("one"))\nmodel._layers.pop()\n')
    last = outcome.steps[-1]
    assert (last["models"]["model"]["layers"], last["layers"]) == ([], [["one", "Dense"]])


def test_a_step_has_the_copy_that_layers_returned_as_the_statement_left_it():
    outcome = run(
        'model.add(Dense("one"))\nmodel.layers.pop()\nx = 1\nmodel.layers.append(Dense("two"))\n'
        "Sequential.layers = property(lambda self: self._layers)\nlayers = model.layers\n"
        "def layers(): return model.inside()\nSequential.inside = lambda self: self.layers\nlayers()\n"
    )
    added, popped, nothing, appended, *own = outcome.steps[1:]
    assert "copies" not in added
    assert popped["copies"] == {"model": []}
    assert "copies" not in nothing
    assert appended["copies"] == {"model": [0, 1]}
    assert appended["layers"][1] == ["two", "Dense"]
    assert not [step for step in own if "copies" in step], "the model's own list, or none that the program read"


# A function with traces, like TensorFlow's: each signature has one, which `_call_flat` runs.
TRACED = """
class Trace:
    def __init__(self, rows, columns):
        self.name = f"trace_{columns}"
        self.structured_input_signature = Tensor((rows, 4), None)
        self.structured_outputs = Tensor((rows, columns), None)
    def _call_flat(self):
        return self.structured_outputs.shape
class Function:
    def __init__(self):
        self.traces = {}
    def _list_all_concrete_functions(self):
        return list(self.traces.values())
    def __call__(self, rows):
        return self.traces.setdefault(rows, Trace(rows, 3 + len(self.traces)))._call_flat()
Sequential.predict_function = Function()
"""


def test_a_step_says_which_traces_the_statement_ran():
    outcome = run(
        f"{TRACED}run = model.predict_function\nrun(8)\nrun(5)\nrun(8)\nx = 1\n"
        "other = Sequential()\nrun = other.predict_function = Function()\nrun(8), run(2)\n"
    )
    eight, five, eight_again, nothing, *_, both = outcome.steps[-7:]
    assert eight["models"]["model"]["functions"] == {"predict": {"runs": "traces", "traces": [["8x4", "8x3", []]]}}
    assert [step.get("ran") for step in (eight, five, eight_again)] == [
        {"model": {"predict": [place]}} for place in (0, 1, 0)
    ]
    assert "ran" not in nothing
    assert both["ran"] == {"other": {"predict": [0, 1]}}, "only the model whose traces they are"


def test_traces_that_nobody_sees_run_are_not_said_to():
    outcome = run(f"{TRACED}Trace._call = Trace._call_flat\ndel Trace._call_flat\nTrace(8, 3)._call()\n")
    assert not [step for step in outcome.steps if "ran" in step]


def test_the_steps_end_where_the_block_raises_with_its_line():
    outcome = run('model.add(Dense("one"))\nraise ValueError("no")\nmodel.add(Dense("two"))\n')
    assert (outcome.error.type, outcome.error.line) == ("ValueError", 10 + FIRST + 1)
    assert len(outcome.steps[-1]["models"]["model"]["layers"]) == 1


def test_a_syntax_error_is_one_with_its_line_and_no_steps():
    outcome = run("x = = 1\n")
    assert (outcome.error.type, outcome.error.line, list(outcome.steps)) == ("SyntaxError", 10 + FIRST, [])


def test_a_block_that_is_not_watched_has_no_steps():
    block = Block("docs/page.md", 10, "print(1)\n", None)
    with Execution([block], imports=["json"]) as execution:
        assert execution.outcome(block).steps is None


def test_the_record_names_its_steps_and_those_that_no_record_names_go(tmp_path, monkeypatch):
    outcome = run('model.add(Dense("one"))\n')
    monkeypatch.setattr(records, "FOLDER", tmp_path)
    block = Block("docs/page.md", 10, HEADER, None)
    recorded = records.recorded(block, outcome)
    steps.save(block.digest, outcome.steps)
    steps.save("other", [])
    records.save_all([records.Record("tf-2.15", packages=["keras==1"], outcomes={block.digest: recorded})], [block])
    steps.remove_unnamed()
    assert [path.name for path in (tmp_path / "steps").iterdir()] == [block.digest]
    load.cache_clear()
    assert load(block.digest, recorded.steps) == list(outcome.steps)
    load.cache_clear()


def test_the_steps_of_a_block_in_two_kerases_are_two_files_that_people_can_read(tmp_path, monkeypatch):
    monkeypatch.setattr(records, "FOLDER", tmp_path)
    for printed in "µ", "±":
        steps.save("block", [{"line": 1, "printed": printed}, {"line": 2, "printed": ""}])
    texts = sorted(path.read_text(encoding="utf-8") for path in (tmp_path / "steps/block").iterdir())
    assert [text.count("\n") for text in texts] == [4, 4]
    assert "±" in texts[0] and "µ" in texts[1]


def test_each_record_names_steps_that_are_there_and_all_that_are_there_are_named():
    watched = {block.digest for block in all_blocks() if block.watched}
    named = set()
    for key, record in records.load_all().items():
        for digest, outcome in record.outcomes.items():
            assert (digest in watched) == (outcome.steps is not None), f"{digest} in {key}"
            if outcome.steps:
                named.add((digest, outcome.steps))
    assert named == {(path.parent.name, path.stem) for path in steps.folder().glob("*/*.json")}


def watched_blocks():
    return [block for block in all_blocks() if block.watched]


def unwatched(block):
    return replace(block, code=block.code.replace(WATCHED, "#"))


def blocks_in_keras(tests):
    return [*watched_blocks(), *map(unwatched, watched_blocks())]


def test_the_pinned_keras_takes_the_steps_that_are_recorded(outcome_in_keras):
    [pinned] = [environment for environment in read_environments().values() if environment.pinned]
    ran = {block.digest: records.recorded(block, outcome_in_keras(block)).steps for block in watched_blocks()}
    recorded = records.load(pinned.key).outcomes
    assert ran == {digest: recorded[digest].steps for digest in ran}


def test_watching_a_block_does_not_change_what_it_does(outcome_in_keras):
    for block in watched_blocks():
        outcome = outcome_in_keras(unwatched(block))
        assert (outcome.error, outcome.steps) == (None, None)
        assert outcome.output == block.expected_output, f"{block.page}:{block.line}"
