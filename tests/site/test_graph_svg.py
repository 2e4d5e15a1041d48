from xml.etree import ElementTree

from evidence.site.graph_svg import Graph, draw

INPUT, ONE, ONE_AGAIN, HEAD = (0, 0), (1, 0), (1, 1), (2, 0)
# What Keras 3 has after `add` twice: the first call of "one" is left over.
ADDED = Graph(
    sources={INPUT: [], ONE: [INPUT], ONE_AGAIN: [INPUT], HEAD: [ONE_AGAIN]},
    names={INPUT: "input", ONE: "one", ONE_AGAIN: "one", HEAD: "<head>"},
    calls={ONE: 1, ONE_AGAIN: 2},
    outputs={HEAD: ["model"]},
    new={HEAD},
)


def test_what_leads_to_an_output_is_told_from_what_is_left_over():
    assert ADDED.reached() == {INPUT, ONE_AGAIN, HEAD}
    svg = ElementTree.fromstring(draw(ADDED))
    boxes = {"".join(group.itertext()): group.get("class") for group in svg.iter("g")}
    assert boxes == {"input": None, "onecall 1": "left", "onecall 2": None, "<head>model": "new"}
    assert sorted(path.get("class") or "" for path in svg.iter("path")) == ["", "", "left"]


def test_a_screen_reader_hears_both():
    assert ADDED.in_words() == "model: input, one (call 2), <head>. Left over: one (call 1)"
    assert ElementTree.fromstring(draw(ADDED)).get("aria-label") == ADDED.in_words()


def test_no_two_boxes_overlap_and_all_lie_within():
    two = Graph(
        {(0, 0): [], (1, 0): [(0, 0)], (2, 0): [], (3, 0): [(2, 0)]},
        dict.fromkeys([(0, 0), (1, 0), (2, 0), (3, 0)], "x"),
    )
    for graph in ADDED, two:
        svg = ElementTree.fromstring(draw(graph))
        places = [group.get("transform") for group in svg.iter("g")]
        assert len(set(places)) == len(graph.sources)
        width, height = map(float, svg.get("viewBox").split()[2:])
        for group in svg.iter("g"):
            x, y = map(float, group.get("transform")[10:-1].split())
            rectangle = group.find("rect")
            assert x + float(rectangle.get("width")) <= width
            assert y + float(rectangle.get("height")) <= height


def test_a_source_lies_left_of_what_takes_from_it():
    skip = Graph({INPUT: [], ONE: [INPUT], HEAD: [ONE, INPUT]}, {INPUT: "input", ONE: "one", HEAD: "add"})
    columns = skip.columns()
    assert [columns[node] for node in (INPUT, ONE, HEAD)] == [0, 1, 2]


def test_what_has_no_connection_is_drawn_below():
    other = (3, 0)
    graph = Graph({INPUT: [], ONE: [INPUT], other: []}, {INPUT: "a", ONE: "b", other: "c"})
    assert graph.rows() == {INPUT: 0, ONE: 0, other: 1}
