"""Comparing the panels of a picture shows what was removed and what is new."""

from evidence.pages.picture_reader import read_picture


def marks(text):
    """Return the marks of the layers and of the connections, by panel; those without are left out."""
    picture = read_picture(text.split("\n"))
    return [
        {layer.name: mark for layer in panel.graph.every_layer() if (mark := picture.mark_of_layer(panel, layer))}
        | {edge: mark for edge in panel.graph.every_edge() if (mark := picture.mark_of_edge(panel, edge))}
        for panel in picture.panels
    ]


def test_what_only_the_last_panel_lacks_is_removed_and_what_it_alone_has_is_new():
    assert marks("model: a -> b -> c\nnew: a -> d -> c") == [
        {"b": "removed", ("a", "b"): "removed", ("b", "c"): "removed"},
        {"d": "new", ("a", "d"): "new", ("d", "c"): "new"},
    ]


def test_a_connection_of_kept_layers_may_be_new():
    assert marks("model: a -> b -> c\nnew: a -> c")[1] == {("a", "c"): "new"}


def test_layers_of_models_inside_are_compared_too():
    assert marks("model: a -> base[x -> b]\ncut: x -> b") == [
        {"a": "removed", "base": "removed", ("a", "base"): "removed"},
        {},
    ]


def test_a_model_that_becomes_a_layer_is_not_new():
    assert marks("first: a -> b\nsecond: c\njoined: a -> b -> second[c]") == [{}, {}, {("b", "second"): "new"}]


def test_a_single_panel_and_a_picture_of_sharing_have_no_marks():
    assert marks("model: a -> b") == [{}]
    assert marks("model: a= -> b\ncut: a=") == [{}, {}]


def test_a_list_says_itself_what_it_has_lost():
    assert marks("copy: a, -b\nmodel: a -> b") == [{"b": "removed"}, {}]


def test_a_path_leads_along_several_connections():
    [panel] = read_picture(["model: a -> b -> c; d -> c"]).panels
    pairs = [("a", "c"), ("a", "a"), ("c", "a"), ("a", "d")]
    assert [panel.graph.leads(*pair) for pair in pairs] == [True, True, False, False]
