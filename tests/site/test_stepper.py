"""The steps of a program: what each changed, in lanes."""

import re

import pytest
from made_up import measured

from evidence.pages.blocks import WATCHED, Block
from evidence.running import steps
from evidence.running.records import RecordedOutcome
from evidence.site.step_lanes import START, lanes
from evidence.site.stepper import stepper, variants

CODE = f"""{WATCHED}
model = Sequential()
model.add(Dense(6, name="features"))
print(model.predict(eight).shape)
model.pop()
x = 1
"""
BLOCK = Block("docs/page.md", 1, CODE, "")
LAYERS = [["features", "Dense"], ["head", "Dense"]]
CHAIN = [[0, 0, [], "?x4"], [1, 0, [[0, 0]], "?x3"]]


def model(**values):
    return {"class": "Sequential", "built": True, "layers": [0, 1], "outputs": [[1, 0]], "functions": {}} | values


def step(model, *, line=2, printed="", layers=LAYERS, nodes=CHAIN):
    return {"line": line, "printed": printed, "layers": layers, "nodes": nodes, "models": {"model": model}}


def lane(name, before, after, statement="model.pop()"):
    return lanes([after])[name](before, after, statement)


def test_the_list_marks_what_came_and_what_went():
    html = lane("List", step(model()), step(model(layers=[0])))
    assert html == "<span>features</span> <del>head</del>"
    assert lane("List", START, step(model(layers=[0]))) == "<ins>features</ins>"
    assert lane("List", START, step(model(layers=[]))) == "empty"


def test_the_list_says_what_layers_hides():
    html = lane("List", START, step(model(list=[1, 0], layers=[0])))
    assert html == "<ins>head <small>private</small></ins> <ins>features</ins>"


@pytest.mark.parametrize(
    ("copy", "html"),
    [
        ([0], "<span>features</span> <del>head</del>"),
        ([0, 1, 2], "<span>features</span> <span>head</span> <ins>new</ins>"),
        ([], "<del>features</del> <del>head</del>"),
    ],
)
def test_a_copy_stands_below_the_list_with_what_was_done_to_it(copy, html):
    same = step(model(), layers=[*LAYERS, ["new", "Dense"]])
    drawn = lane("List", same, same | {"copies": {"model": copy}})
    assert drawn == f'<span>features</span> <span>head</span> <span class="copy">a copy: {html}</span>'


def predict(*traces, runs="traces"):
    return {"predict": {"runs": runs, "traces": list(traces)}}


WIDE, NARROW = ["8x4", "8x3", [0, 1]], ["?x4", "?x6", [0]]


def test_a_trace_is_stale_once_the_model_has_other_layers():
    fits = step(model(functions=predict(WIDE)))
    assert lane("Traces", START, fits) == "<ins><code>predict</code> 8×4 → 8×3 with features, head</ins>"
    popped = step(model(layers=[0], outputs=[[0, 0]], functions=predict(WIDE)))
    html = lane("Traces", fits, popped)
    assert html == "<span><code>predict</code> 8×4 → 8×3 with features, head <em>stale</em></span>"


def test_a_graph_of_keras_2_is_stale_once_the_model_has_another_width():
    graph = predict(["?x4", "?x6"], runs="graph")
    assert "<em>stale" in lane("Traces", START, step(model(functions=graph)))
    assert "<em>stale" not in lane("Traces", START, step(model(outputs=[[0, 0]], functions=predict(["?x4", "?x4"]))))


def test_the_trace_that_ran_is_marked_even_if_it_is_an_old_one():
    state = step(model(layers=[0], outputs=[[0, 0]], functions=predict(WIDE, NARROW)))
    html = lane("Traces", state, state | {"ran": {"model": {"predict": [0]}}}, "model.predict(eight)")
    assert "→ 8×3 with features, head <strong>ran now</strong> <em>stale</em></span>" in html
    assert html.count("ran now") == 1


def test_where_it_is_not_known_which_trace_ran_none_is_marked():
    state = step(model(functions=predict(WIDE)))
    for statement in "model.predict(eight)", "model.pop()":
        assert "ran now" not in lane("Traces", state, state, statement)
    other = state | {"models": {"base": model(functions=predict(WIDE)), "cut": model(functions=predict(WIDE))}}
    html = lane("Traces", other, other | {"ran": {"cut": {"predict": [0]}}}, "cut.predict(eight)")
    assert html.count("ran now") == 1 and html.index("<code>cut") < html.index("ran now")


def test_a_new_trace_is_marked_and_one_that_compile_dropped_is_named():
    one, two = (step(model(functions=predict(*traces))) for traces in ([WIDE], [WIDE, NARROW]))
    assert "<ins><code>predict</code> ?×4 → ?×6" in lane("Traces", one, two)
    dropped = lanes([one])["Traces"](one, step(model()), "model.compile()")
    assert dropped == "<del><code>predict</code></del>"


def test_jax_says_how_many_traces_and_pytorch_that_there_is_none():
    jax = step(model(functions={"predict": {"runs": "traces", "traces": 2}}))
    assert lane("Traces", START, jax) == "<ins><code>predict</code> has 2 traces</ins>"
    torch = step(model(functions={"predict": {"runs": "python"}}))
    assert lane("Traces", START, torch) == "<ins><code>predict</code> runs Python each time</ins>"


@pytest.mark.parametrize(
    ("layers", "runs", "words"),
    [
        (LAYERS, "traces", "No Python ran: the old trace answered"),
        (LAYERS, "graph", "No Python ran: the graph answered"),
        ([["features", "Dense", 2], ["head", "Dense", 1]], "traces", "Python ran features 2 times, head"),
    ],
)
def test_what_runs_a_model_says_which_layers_python_ran(layers, runs, words):
    state = step(model(functions=predict(WIDE[:2], runs=runs)), layers=layers)
    assert f'<span class="ran">{words}</span>' in lane("Traces", START, state, "model.predict(x)")
    assert "Python ran" not in lane("Traces", START, state, "model.pop()")


def test_the_optimizer_says_whose_weights_it_keeps_values_for():
    adam = {"class": "Adam", "variables": 6, "slots": {"0": 2, "1": 2, "None": 1}}
    html = lane("Optimizer", START, step(model(layers=[0], optimizer=adam)))
    assert html == (
        "Adam keeps <ins>2 weights of features</ins> <ins>2 weights of head <em>not in the model</em></ins> "
        "<ins>1 weight of another layer <em>not in the model</em></ins>"
    )


def test_a_graph_is_drawn_and_its_absence_said():
    assert lane("Graph", START, step(model())).startswith("<ins><svg")
    assert lane("Graph", step(model()), step(model())).startswith("<span><svg")
    assert lane("Graph", START, step(model(), nodes=[])) == "none: a call runs the list"


def test_lanes_that_stay_empty_are_left_out():
    assert list(lanes([step(model())])) == ["List", "Graph"]
    full = step(model(functions=predict(WIDE), optimizer={"class": "SGD", "slots": {"0": 1}}), printed="1\n")
    assert list(lanes([full])) == ["List", "Graph", "Traces", "Optimizer", "Prints"]


def test_several_models_are_named():
    both = step(model()) | {"models": {"base": model(), "cut": model(layers=[0])}}
    html = lanes([both])["List"](START, both, "x")
    assert re.findall(r"<code>(\w+)</code>", html) == ["base", "cut"]


@pytest.fixture
def program(monkeypatch):
    """Steps of BLOCK on Keras 3 on TensorFlow, different ones on JAX, none elsewhere."""
    known = {
        "a" * 16: [
            step(model(layers=[]), line=2, nodes=[]),
            step(model(), line=4, printed="(8, 3)\n"),
            step(model(), line=6),
        ],
        "b" * 16: [step(model(layers=[0]), line=2)],
    }
    monkeypatch.setattr(steps, "load", lambda block, digest: known[digest])
    outcomes = {key: RecordedOutcome("", steps="a" * 16) for key in ("3.2", "3.1", "3.0")}
    outcomes |= {key: RecordedOutcome("", steps="b" * 16) for key in ("jax-3.2", "jax-3.0")}
    return measured({BLOCK: outcomes})


def test_environments_that_take_the_same_steps_share_them(program):
    found = variants(BLOCK, program)
    assert [[environment.key for environment in variant.environments] for variant in found] == [
        ["3.2", "3.1", "3.0"],
        ["jax-3.2", "jax-3.0"],
    ]


def test_the_page_has_the_steps_of_one_and_links_to_the_others(program):
    html = "".join(stepper(BLOCK, program))
    assert 'data-on="0-2"' in html
    assert '<li data-on="3-4"><a data-steps="steps/' in html
    assert html.count("<li data-line") == 2, "a step that changes nothing and prints nothing is left out"
    assert 'data-label="model"' in html
    assert 'data-label="predict(eight)"' in html
