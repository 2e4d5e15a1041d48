"""Lines of Keras that share pages are a family."""

from made_up import ENVIRONMENTS, on

from evidence.findings.families import FAMILIES, family, newest_family
from evidence.running.environments import read_environments


def test_each_line_belongs_to_a_family():
    assert [family(environment) for environment in ENVIRONMENTS] == (
        ["keras-3"] * 5 + ["tf-keras"] * 2 + ["keras-1-and-2"] * 2
    )
    assert {family(environment) for environment in read_environments().values()} == set(FAMILIES)


def test_the_newest_of_several_families_is_found():
    assert newest_family(on("1.0", "tf-2.14", "2.3")) == "tf-keras"
    assert newest_family(on("1.0", "tf-2.14", "jax-3.0")) == "keras-3"
    assert newest_family(on("1.0")) == "keras-1-and-2"
