"""The description of a picture is read as chains, and an error says what to write instead."""

import pytest

from evidence.pages.picture_reader import PictureError, read_picture


def graphs(text):
    return {panel.title: panel.graph for panel in read_picture(text.split("\n")).panels}


def test_chains_of_each_panel_are_layers_and_edges():
    both = graphs("model: a -> b -> c\n       a -> c\n\nnew:   a -> c")
    assert both["model"].chains == [["a", "b", "c"], ["a", "c"]]
    assert both["model"].edges == [("a", "b"), ("b", "c"), ("a", "c")]
    assert [*both["model"].layers] == ["a", "b", "c"]
    assert both["new"].edges == [("a", "c")]


def test_a_semicolon_ends_a_chain_as_a_line_does():
    assert graphs("model: a -> b; a -> c") == graphs("model: a -> b\na -> c")


def test_a_model_in_brackets_is_a_layer_with_layers():
    [graph] = graphs("model: a -> base[x -> conv; x -> add] -> head").values()
    assert graph.edges == [("a", "base"), ("base", "head")]
    assert graph.layers["base"].inside.edges == [("x", "conv"), ("x", "add")]
    assert [layer.name for layer in graph.every_layer()] == ["a", "base", "x", "conv", "add", "head"]
    assert [*graph.every_edge()] == [("a", "base"), ("base", "head"), ("x", "conv"), ("x", "add")]


def test_calls_of_one_layer_have_numbers():
    [graph] = graphs("model: one#1 -> relu -> one#2").values()
    assert [(layer.name, layer.call) for layer in graph.layers.values()] == [("one", 1), ("relu", None), ("one", 2)]


def test_marks_and_gaps_and_several_variables_are_read():
    graph = graphs("old, inputs: x -> head=\ninputs -/-> head")["old, inputs"]
    assert graph.layers["head"].same and not graph.layers["x"].same
    assert (graph.edges, graph.gaps) == ([("x", "head")], [("inputs", "head")])


def test_commas_make_a_list_and_a_panel_may_show_an_attribute():
    graph = graphs("model.layers: a, b, -c")["model.layers"]
    assert (graph.listed, graph.edges) == ([("a", "b"), ("b", "c")], [])
    assert [layer.name for layer in graph.layers.values() if layer.lost] == ["c"]


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("", 1, "no panel has begun"),
        ("a -> b", 1, "no panel has begun. Begin with the variable of a model: `model: a -> b`."),
        ("model:\nnew: a", 1, "this model has no layers"),
        ("model: a\n  b -> -> c", 2, "a layer is missing"),
        ("model: a ->\nnew: a", 1, "a layer is missing"),
        ("model: a -> b!", 1, "`!` is neither a layer nor an arrow"),
        ("model: a -- b", 1, "`-- b` is neither a layer nor an arrow"),
        ("model: a\n b -> c -> b", 2, "in a circle by way of `b`. Number a layer's calls: `b#1`."),
        ("model: a[b -> c", 1, "`a[` is never closed"),
        ("model: a -> b]", 1, "this `]` closes nothing"),
        ("model: a[] -> b", 1, "this model has no layers"),
        ("model: a -> b\na -> b", 2, "two chains have the same connection"),
        ("layers: a, b -> c", 1, "a list has one line, without arrows, and each layer once"),
        ("layers: a, b, a", 1, "a list has one line, without arrows, and each layer once"),
        ("layers: a, b\nc", 2, "a list has one line, without arrows, and each layer once"),
        ("layers: a,", 1, "a layer is missing"),
        ("model: a -> -b", 1, "only a list can have lost a layer"),
        ("model: a -> b -> c\na -/-> c", 2, "other chains lead from `a` to `c`"),
    ],
)
def test_an_error_names_the_line_and_what_to_write(text, line, message):
    with pytest.raises(PictureError) as error:
        read_picture(text.split("\n"))
    assert message in str(error.value)
    assert error.value.line == line


def test_a_picture_without_lines_is_empty():
    with pytest.raises(PictureError, match="the picture is empty"):
        read_picture([])
