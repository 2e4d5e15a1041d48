"""A picture in words, and what its marks mean."""

import pytest

from evidence.pages.picture_reader import read_picture
from evidence.site.picture_words import in_words, legend, with_words


def words(text):
    picture = read_picture(text.split("\n"))
    return [in_words(picture, panel) for panel in picture.panels]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("model: a", ["model: a."]),
        ("model: a -> b; c -> b", ["model: from a to b; from c to b."]),
        ("model: a -> b\nnew: a -> c", ["model: from a to b (removed).", "new: from a to c (new)."]),
        (
            "model: a -> b -> c\nnew: a -> c",
            ["model: from a to b (removed) to c.", "new: from a to c (new connection)."],
        ),
        ("model: base[x -> y] -> head", ["model: from base (inside: from x to y) to head."]),
        ("model: one#1 -> one#2", ["model: from one (call 1) to one (call 2)."]),
        ("a: x= -> y\nb: x=", ["a: from x (shared) to y.", "b: x (shared)."]),
        ("layers: a, -b\nmodel: a -> b", ["layers: a, b (removed).", "model: from a to b."]),
        ("old, new: x -> y; z -/-> y", ["old, new: from x to y; from z, but no path to y."]),
    ],
)
def test_each_panel_is_told(text, told):
    assert words(text) == told


@pytest.mark.parametrize(
    ("text", "meanings"),
    [
        ("model: a -> b", ""),
        ("model: a -> b\nnew: a", "Dashed: left out."),
        ("model: a -> b -> c\nnew: a -> c", "Dashed: left out. Filled or thick: new."),
        ("a: x= -> y\nb: x=", "Doubled: the same layer in both models."),
        ("layers: a, -b\nmodel: a -> b", "Dashed: removed from that list."),
        ("model: one#1 -> one#2", "Doubled: one layer, called several times."),
        ("old, new: x -> y; z -/-> y", "Crossed out: no path."),
    ],
)
def test_the_legend_has_the_marks_that_there_are(text, meanings):
    assert legend(read_picture(text.split("\n"))) == meanings


def test_markdown_has_sentences_in_place_of_pictures():
    page = "Text.\n\n```picture\nmodel: a -> b\nnew: a\n```\n\nMore."
    assert with_words(page) == "Text.\n\n- model: from a to b (removed).\n- new: a.\n\nMore."
    assert with_words(page.replace("new: a", "new: ->")) == page.replace("new: a", "new: ->")
