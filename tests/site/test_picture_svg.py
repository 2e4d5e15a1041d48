"""Where the layers of a picture go, and how its arrows run."""

import re
from itertools import pairwise
from xml.etree import ElementTree

from evidence.pages.picture_reader import read_picture
from evidence.running.drawn_models import all_drawn_blocks
from evidence.site.picture_svg import lay_out, svg

PHONE = 402  # px: at 358, a phone's width, 12 px letters still have 10.7


def drawn(text):
    [panel] = read_picture(text.split("\n")).panels
    return lay_out(panel.graph)


def test_a_chain_is_a_row_and_each_layer_has_a_column_of_its_own():
    drawing = drawn("model: a -> b -> c")
    assert drawing.columns == {"a": 0, "b": 1, "c": 2}
    assert {*drawing.rows.values()} == {0}
    places = [(box.x, box.x + box.width) for box in drawing.boxes.values()]
    assert all(end < start for (_, end), (start, _) in pairwise(places))


def test_a_second_chain_has_a_row_of_its_own_if_it_names_a_new_layer():
    drawing = drawn("model: a -> b -> c -> d\na -> c\na -> e -> d")
    assert drawing.rows == {"a": 0, "b": 0, "c": 0, "d": 0, "e": 1}
    assert drawing.boxes["e"].y > drawing.boxes["a"].y + drawing.boxes["a"].height


def test_an_input_stands_left_of_what_takes_it():
    assert drawn("model: a -> b -> c -> d\nx -> d").columns["x"] == 2


def test_what_passes_over_layers_is_an_arc_and_a_longer_one_is_higher():
    drawing = drawn("model: a -> b -> c -> d; a -> c; a -> d")
    assert drawing.arcs == {("a", "c"): 1, ("a", "d"): 2}


def test_layers_inside_are_within_their_model_and_on_the_line_of_the_others():
    drawing = drawn("model: a -> base[x -> y] -> b")
    base, inside = drawing.boxes["base"], drawing.boxes["base"].inside
    assert base.width > inside.width and base.height > inside.height
    assert {box.y + box.axis for box in drawing.boxes.values()} == {base.y + base.axis}


def elements(text):
    picture = read_picture(text.split("\n"))
    return [ElementTree.fromstring(svg(picture, panel)) for panel in picture.panels]


def test_marks_are_classes_of_layers_and_of_arrows():
    old, new = elements("model: a -> b -> c\nnew: a -> d -> c")
    assert [(each.tag, each.get("class")) for each in old] == [
        *[("path", "removed"), ("g", None), ("g", "removed"), ("g", None)],
    ]
    assert [each.get("class") for each in new] == ["new", None, "new", None]
    assert [text.text for text in old.iter("text")] == ["a", "b", "c"]


def test_shared_layers_have_two_outlines():
    [one] = elements("model: one#1 -> b -> one#2")
    assert [len(layer.findall("rect")) for layer in one.findall("g")] == [2, 1, 2]
    one, _ = elements("model: a= -> b\ncut: a=")
    assert [len(layer.findall("rect")) for layer in one.findall("g")] == [2, 1]


def test_a_missing_path_is_crossed_out():
    [both] = elements("old, new: x -> y; z -/-> y")
    assert [path.get("class") for path in both.findall("path")] == [None, "gap"]


def test_the_layers_of_a_list_stand_in_a_row_without_arrows():
    [one] = elements("layers: a, b, -c")
    assert [(layer.tag, layer.get("class")) for layer in one] == [("g", None), ("g", None), ("g", "removed")]
    places = [(int(box.get("x")), int(box.get("y"))) for box in one.iter("rect")]
    assert places == sorted(places) and len({y for _, y in places}) == 1


def test_everything_is_within_the_picture():
    [model] = elements("model: a -> base[x -> long_name; x -> b] -> c; a -> c; d -> c")
    width, height = int(model.get("width")), int(model.get("height"))
    assert model.get("viewBox") == f"0 0 {width} {height}"
    for box in model.iter("rect"):
        x, y, w, h = (int(box.get(name)) for name in ("x", "y", "width", "height"))
        assert 0 < x < x + w < width and 0 < y < y + h < height


def test_it_is_told_in_words():
    [model] = elements("model: a -> b")
    assert (model.get("role"), model.get("aria-label")) == ("img", "model: from a to b.")


def test_the_pictures_of_the_pages_fit_a_phone_and_weigh_little():
    pictures = [each.picture for each in all_drawn_blocks()]
    assert len(pictures) > 10
    for text in [svg(picture, panel) for picture in pictures for panel in picture.panels]:
        assert int(re.search(r'width="(\d+)"', text)[1]) <= PHONE, f"too wide for a phone: {text}"
        assert len(text) < 3000
