"""The table of methods and attributes is the newest Keras', in both directions."""

import json
import subprocess
import sys

import pytest

from evidence.findings import keras_api
from evidence.pages.blocks import page_paths
from evidence.pages.lint import read_page
from evidence.running.execution import clean_environment

# Some attributes exist only on objects, and some only once there is something to tell.
PROGRAM = """
import json, keras
inputs = keras.Input((4,))
objects = {
    "Layer": [keras.layers.Layer, keras.layers.Layer()],
    "Model": [keras.Model, keras.Model(inputs, keras.layers.Dense(3)(inputs))],
    "Sequential": [keras.Sequential, keras.Sequential([keras.Input((4,)), keras.layers.Dense(3)])],
}
public = {of: {name for each in those for name in dir(each) if name[0] != "_"} for of, those in objects.items()}
print(json.dumps({of: sorted(found) for of, found in public.items()}))
"""


@pytest.fixture(scope="module")
def installed():
    """The public names of each class of the installed Keras, asked in a process of its own."""
    command = [sys.executable, "-c", PROGRAM]
    ended = subprocess.run(command, env=clean_environment(), text=True, capture_output=True, check=True)
    return {of: set(names) for of, names in json.loads(ended.stdout.splitlines()[-1]).items()}


def listed(of):
    """The names in the list of a class and of those that it stands on."""
    below = keras_api.CLASSES[keras_api.CLASSES.index(of) :]
    return {each.name for each in keras_api.members() if each.of in below}


def test_every_name_of_keras_is_in_the_lists(installed):
    functional = {"operations", "output_names"}  # a Sequential has none
    assert installed["Layer"] == listed("Layer")
    assert installed["Model"] == listed("Model")
    assert installed["Sequential"] == listed("Sequential") - functional


def test_each_name_is_listed_once():
    names = [each.name for each in keras_api.members()]
    assert len(names) == len(set(names))


def test_what_is_covered_is_used_on_a_page_and_what_is_not_says_why():
    uses = keras_api.uses(block for path in page_paths() for block in read_page(path)[0])
    assert not [each.name for each in keras_api.members() if each.covered and each.name not in uses]
    assert all(each.text.strip() for each in keras_api.members())


def test_uses_are_attributes_and_methods_of_classes():
    code = "class A:\n    def call(self, x):\n        return self.head.pop(x)\nmodel = A()\n"
    assert {"call", "pop", "head"} <= keras_api.attribute_names(code)
    assert "model" not in keras_api.attribute_names(code)
