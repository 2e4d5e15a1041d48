import pytest

from evidence.site.statements import called, label, statement_at, uses


@pytest.mark.parametrize(
    ("statement", "name"),
    [
        ('model.add(Dense(3, name="head"))', "add(head)"),
        ("model.add(InputLayer((4,)))", "add(InputLayer)"),
        ("model.layers.pop()", "layers.pop"),
        ("model.compile('sgd', 'mse')", "compile"),
        ('print("8 rows:", model.predict(eight, verbose=0).shape)', "predict(eight)"),
        ("model.fit(x, y, verbose=0)", "fit(x)"),
        ("model = Sequential()", "model"),
        ("layers = [Dense(1)]", "layers"),
        ("print(len(model.layers))", "print"),
        ("del x", "del x"),
    ],
)
def test_a_step_is_called_by_what_it_does_to_the_model(statement, name):
    assert label(statement, ["model"]) == name


def test_a_statement_is_found_by_its_line_whole():
    assert statement_at("a = 1\nb = [\n    2,\n]\n", 2) == "b = [\n    2,\n]"


def test_a_statement_uses_what_it_names():
    assert uses("x = model.layers", {"model"})
    assert not uses("x = models.layers", {"model"})
    assert called("f(g.h(1))") == ["f", "h"]
