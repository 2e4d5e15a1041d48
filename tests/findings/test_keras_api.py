"""The table of methods and attributes matches the newest Keras, in both directions."""

import json

import pytest

from evidence.findings import keras_api
from evidence.findings.keras_api import Member
from evidence.pages.blocks import Block, all_blocks

# Some attributes exist only on instances, and some only after a model has a graph.
PROGRAM = """
import json, keras
inputs = keras.Input((4,))
objects = {
    "Layer": [keras.layers.Layer, keras.layers.Layer()],
    "Model": [keras.Model, keras.Model(inputs, keras.layers.Dense(3)(inputs))],
    "Sequential": [keras.Sequential, keras.Sequential([keras.Input((4,)), keras.layers.Dense(3)])],
}
public = {
    class_name: sorted({name for instance in instances for name in dir(instance) if name[0] != "_"})
    for class_name, instances in objects.items()
}
print(json.dumps(public))
"""


BLOCK = Block("docs/page.md", 1, PROGRAM, None)


def blocks_in_keras(tests):
    return [BLOCK]


@pytest.fixture
def installed(outcome_in_keras):
    """The public names of each class of the installed Keras."""
    return {class_name: set(names) for class_name, names in json.loads(outcome_in_keras(BLOCK).output).items()}


def listed(class_name):
    """The names listed for a class and its base classes."""
    classes = keras_api.CLASSES[keras_api.CLASSES.index(class_name) :]
    return {member.name for member in keras_api.members() if member.defined_in in classes}


def test_every_name_of_keras_is_in_the_lists(installed):
    functional = {"operations", "output_names"}  # a Sequential has none
    assert installed["Layer"] == listed("Layer")
    assert installed["Model"] == listed("Model")
    assert installed["Sequential"] == listed("Sequential") - functional


def test_each_name_is_listed_once():
    names = [member.name for member in keras_api.members()]
    assert len(names) == len(set(names))


def test_what_is_covered_is_used_on_a_page_and_what_is_not_says_why():
    used = keras_api.blocks_using(all_blocks())
    assert not [member.name for member in keras_api.members() if member.covered and member.name not in used]
    assert all(member.text.strip() for member in keras_api.members())


CODE = """
class A:
    size = 1
    def call(self, x):
        return self.head.pop(x)
class B:
    def fit(self):
        pass
def build():
    A()
"""


def test_a_member_is_used_as_an_attribute_or_by_defining_it_in_a_class():
    blocks = [Block(page, 1, CODE, None) for page in ("a.md", "b.md", "a.md")] + [Block("b.md", 9, "x.pop", None)]
    counts = {"a.md": 2, "b.md": 1}
    assert keras_api.blocks_using(blocks) == {
        "call": counts,
        "fit": counts,
        "head": counts,
        "pop": {"a.md": 2, "b.md": 2},
    }


def test_members_are_listed_by_class_the_covered_first_then_by_name(tmp_path):
    path = tmp_path / "api.toml"
    path.write_text(
        '[Layer.covered]\nb = "B."\na = "A."\n'
        '[Sequential.not-covered]\nz = "é"\n[Sequential.covered]\nc = "C."\n[Model]\n',
        encoding="utf-8",
    )
    assert keras_api.members(path) == [
        Member("c", "Sequential", True, "C."),
        Member("z", "Sequential", False, "é"),
        Member("a", "Layer", True, "A."),
        Member("b", "Layer", True, "B."),
    ]
