"""`explain` finds what was broken on purpose, invents nothing, and changes nothing."""

import ast
import importlib.util
import json
import re
import subprocess
import sys
import types
from pathlib import Path

import pytest
from listed import BY_KEY, JAX, LAST_TF_KERAS

from evidence.files import DOCS
from evidence.pages.blocks import Block
from evidence.running.execution import clean_environment, with_the_guides_modules
from evidence.running.trials import MODELS

OPENVINO = next(environment for environment in BY_KEY.values() if environment.backend == "openvino")
BROKEN = Path(__file__).with_name("broken_models.py")
# What there is to know about the kinds of model. Nothing is wrong with any of them.
KINDS = {
    "applications_resnet50": [],
    "compiled_with_jit": [],
    "frozen_base": ["frozen"],
    "functional_chain": [],
    "functional_of_another_models_layers": ["several-chains"],
    "functional_on_a_flat_base": [],
    "functional_subclass": [],
    "functional_with_a_nested_base": ["nested"],
    "functional_with_a_shared_layer": ["inputs", "shared"],
    "functional_with_a_skip_connection": [],
    "functional_with_a_softmax_layer": [],
    "functional_with_dict_inputs": ["inputs"],
    "functional_with_dict_outputs": ["inputs"],
    "functional_with_its_layers_called_again": ["several-chains"],
    "functional_with_lists_of_one": ["list-of-one"],
    "functional_with_operations": ["operations"],
    "functional_with_several_inputs_and_outputs": ["inputs"],
    "keras_hub_backbone": ["inputs", "operations", "dropout"],
    "layers_adapted_normalization": ["normalization"],
    "layers_attention": [],
    "layers_augmentation": ["augmentation"],
    "layers_batchnorm_and_dropout": ["dropout"],
    "layers_bidirectional": [],
    "layers_custom_with_state": [],
    "layers_custom_without_get_config": [],
    "layers_embedding_with_a_mask": ["operations", "dropout"],
    "layers_lstm_with_states": ["inputs"],
    "layers_stateful_lstm": ["stateful"],
    "layers_timedistributed": [],
    "layers_wrapper": [],
    "mixed_precision": ["mixed-precision"],
    "quantized": ["quantized"],
    "sequential_after_pop_and_add": ["several-chains"],
    "sequential_around_a_functional_base": ["nested"],
    "sequential_around_a_sequential_base": ["nested"],
    "sequential_by_add": ["several-chains"],
    "sequential_ending_in_several_outputs": ["inputs"],
    "sequential_from_a_list": [],
    "sequential_loaded_from_a_keras_file": ["several-chains"],
    "sequential_loaded_from_an_h5_file": ["several-chains"],
    "sequential_of_another_models_layers": ["several-chains", "dropout"],
    "sequential_without_an_input": [],
    "trained": [],
    "with_lora": ["frozen", "lora"],
}
# Those to look at again after they have predicted and learned: with loops, branches, states or layers within layers.
# The others' functions are made the same way.
USED = {
    "functional_with_a_nested_base",
    "functional_with_a_shared_layer",
    "functional_with_dict_inputs",
    "functional_with_operations",
    "layers_augmentation",
    "layers_embedding_with_a_mask",
    "layers_stateful_lstm",
    "layers_wrapper",
    "mixed_precision",
    "quantized",
    "sequential_of_another_models_layers",
    "with_lora",
}
# Models to look at on other Kerases, too, if they are installed. The same things are wrong there.
ELSEWHERE = [
    "a_layer_popped_after_predict",
    "a_rate_set_after_fit",
    "compiled_again_with_the_old_optimizer",
    "frozen_after_fit",
    "made_of_another_models_layers",
    "popped_after_everything",
    "the_private_list_popped",
    "two_layers_in_another_order",
]
NO_TRACES = {"stale-predict", "stale-evaluate", "stale-fit", "old-setting"}  # On JAX you can't look into them.
OF_OTHER_KERASES = {"hidden-traces", "stale-on-openvino", "several-chains-keras-2"}


def decorated():
    """Return the functions of `broken_models.py` that make a model, with their decorator and its codes."""
    functions = [node for node in ast.parse(BROKEN.read_text()).body if isinstance(node, ast.FunctionDef)]
    for function in functions:
        for decorator in function.decorator_list:
            yield function.name, decorator.func.id, sorted(argument.value for argument in decorator.args)


WRONG = {name: codes for name, kind, codes in decorated() if kind == "wrong"}
GOOD_TO_KNOW = {name: codes for name, kind, codes in decorated() if kind == "good_to_know"}
USED_KINDS = [f"{name}, used" for name in sorted(USED)]


@pytest.fixture(scope="module")
def explain():
    spec = importlib.util.spec_from_file_location("explain", DOCS / "explain.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


# What `tests/broken_models.py` prints as a script, given all kinds of model.
FILES = [("" if name in USED else "-") + str(MODELS / f"{name}.py") for name in KINDS]
CODE = "import runpy, sys\nsys.argv = {argv}\nrunpy.run_path(sys.argv[0], run_name='__main__')\n"
BLOCK = Block("docs/page.md", 1, CODE.format(argv=[str(BROKEN), *FILES]), None)


def blocks_in_keras(tests):
    return [BLOCK]


@pytest.fixture(scope="module")
def found(outcome_in_keras):
    """What `explain` found in each model, by the model's name."""
    outcome = outcome_in_keras(BLOCK)
    assert outcome.error is None, outcome.error
    return json.loads(outcome.output.splitlines()[-1])


def looked_at(environment, *arguments):
    """Return what `explain` found in an environment; skip the test if it isn't installed."""
    if not environment.installed:
        pytest.skip(f"{environment.key} is not installed")
    variables = clean_environment() | with_the_guides_modules(environment.variables)
    run = subprocess.run(
        [environment.interpreter, "-B", BROKEN, *arguments], env=variables, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout.splitlines()[-1])


def test_each_kind_of_model_is_known_here():
    large = {path.stem for path in MODELS.glob("applications_*.py")}
    assert {path.stem for path in MODELS.glob("*.py")} == set(KINDS) | large


@pytest.mark.parametrize("name", WRONG)
def test_what_is_broken_is_found_and_nothing_else(found, name):
    assert "error" not in found[name], found[name]["error"]
    assert sorted(found[name]["wrong"]) == WRONG[name], found[name]["sentences"]


@pytest.mark.parametrize("name", GOOD_TO_KNOW)
def test_what_is_good_to_know_is_found_and_nothing_is_wrong(found, name):
    assert "error" not in found[name], found[name]["error"]
    assert sorted(found[name]["codes"]) == GOOD_TO_KNOW[name], found[name]["sentences"]


@pytest.mark.parametrize("name", [*KINDS, *USED_KINDS])
def test_nothing_is_wrong_with_the_kinds_of_model(found, name):
    assert "error" not in found[name], found[name]["error"]
    assert found[name]["codes"] == KINDS[name.removesuffix(", used")], found[name]["sentences"]


@pytest.mark.parametrize("name", [*WRONG, *GOOD_TO_KNOW, *KINDS, *USED_KINDS])
def test_looking_changes_nothing(found, name):
    assert found[name].get("changed") == []


def test_what_is_broken_is_found_on_tf_keras_and_on_jax():
    for environment in LAST_TF_KERAS, JAX:
        found = looked_at(environment, *ELSEWHERE)
        assert list(found) == [name for name in [*WRONG, *GOOD_TO_KNOW] if name in ELSEWHERE]
        for name, each in found.items():
            wrong = set(WRONG.get(name, []))
            hidden = wrong & NO_TRACES if environment is JAX else set()
            assert set(each["wrong"]) == wrong - hidden, (environment.key, name, each["sentences"])
            assert not hidden or "hidden-traces" in each["codes"], (environment.key, name)
            assert each["changed"] == [], (environment.key, name)


def test_on_openvino_a_stale_predict_is_known_by_its_width():
    [found] = looked_at(OPENVINO, "a_layer_popped_after_predict").values()
    assert found["wrong"] == ["stale-on-openvino"]
    said = "`predict` still returns (None, 3), the model (None, 6). Make a new model of its layers."
    assert said in found["sentences"]


def test_each_sentence_is_said_of_some_model(found, explain):
    said = {code for each in found.values() for code in each["codes"]}
    assert set(explain.FAULTS) | set(explain.FACTS) == said | OF_OTHER_KERASES | {"kind"}


def test_the_kind_comes_first(found):
    sentences = {name: each["sentences"][0] for name, each in found.items()}
    assert sentences["a_layer_popped_after_predict"] == (
        "chain is a Sequential of 1 layer. It takes (None, 4) and returns (None, 6)."
    )
    assert "a functional model, a chain of 3 calls. It takes (None, 6)" in sentences["functional_chain"]
    assert "a functional model with branches, 4 calls." in sentences["functional_with_a_skip_connection"]
    assert sentences["functional_subclass"].startswith(
        "net is a functional model, a chain of 3 calls, of the class Net."
    )
    assert "takes a dict of price (None, 4), cost (None, 4)" in sentences["functional_with_dict_inputs"]
    assert sentences["a_subclassed_model_in_use"] == "net is a subclassed model, of the class Net."


def test_it_says_which_rows_are_stale(found):
    sentences = found["a_head_of_the_same_width_put_in_after_predict"]["sentences"]
    what = "runs layers that aren't in the model: head, and doesn't run new_head"
    assert f"`predict` is stale: the trace for 8 rows {what}. Compile again." in sentences


def test_each_address_is_a_section_of_the_guide(explain):
    for _, address in [*explain.FAULTS.values(), *explain.FACTS.values()]:
        page, _, section = address.partition("/#")
        text = (DOCS / f"{page}.md").read_text("utf-8")
        assert re.search(rf"^#+ .*\{{ ?#{section} ?\}}$", text, re.MULTILINE), address


def test_what_is_no_model_is_refused(explain):
    for thing in None, [], type("Model", (), {"__module__": "mine"})():
        with pytest.raises(TypeError, match=f"explain takes a Keras model, not a {type(thing).__name__}"):
            explain.explain(thing)


@pytest.mark.parametrize("version", ["2.9.0", "2.3.1", "1.2.2", "4.0.0"])
def test_another_keras_is_refused(explain, monkeypatch, version):
    keras = types.ModuleType("keras")
    keras.__version__ = version
    monkeypatch.setitem(sys.modules, "keras", keras)
    model = type("Model", (), {"__module__": "keras.engine.training"})()
    with pytest.raises(NotImplementedError, match=rf"This model belongs to keras\.engine\.training, {version}\."):
        explain.explain(model)


def test_wrong_things_are_printed_first_with_their_address(explain, monkeypatch, capsys):
    found = [
        explain.finding("kind", "mine", "a Sequential", ""),
        explain.finding("nested", "base"),
        explain.finding("float16-head", "head"),
    ]
    monkeypatch.setattr(explain, "findings", lambda model: found)
    monkeypatch.setattr(explain, "GUIDE", "https://example.org/")
    explain.explain(None)
    assert capsys.readouterr().out == (
        "mine is a Sequential.\n\n"
        "Wrong:\n- The model ends in float16, which has no numbers above 65504: head.\n"
        "  https://example.org/how-to/mixed-precision/#overflow\n\n"
        "Good to know:\n- Models inside it: base. `get_layer` doesn't find their layers.\n"
        "  https://example.org/how-to/nested-models/#get-layer\n"
    )


def test_it_needs_nothing_but_the_standard_library():
    imported = list(ast.walk(ast.parse((DOCS / "explain.py").read_text("utf-8"))))
    modules = [alias.name for node in imported if isinstance(node, ast.Import) for alias in node.names]
    modules += [node.module for node in imported if isinstance(node, ast.ImportFrom)]
    assert set(modules) <= sys.stdlib_module_names


def test_pythons_of_old_environments_can_read_it():
    ast.parse((DOCS / "explain.py").read_text("utf-8"), feature_version=(3, 7))
