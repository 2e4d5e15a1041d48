"""Small pieces of HTML: escaped, cut, counted."""

import pytest
from made_up import ENVIRONMENTS, on

from evidence.site import html


@pytest.mark.parametrize(
    ("keys", "ranges"),
    [
        (["3.2"], "0"),
        (["3.2", "3.1"], "0-1"),
        (["3.2", "3.0", "jax-3.2", "1.0"], "0 2-3 8"),
        ([environment.key for environment in ENVIRONMENTS], "0-8"),
        ([], ""),
    ],
)
def test_environments_are_ranges_of_places(keys, ranges):
    assert html.data_on(on(*keys), ENVIRONMENTS) == f' data-on="{ranges}"'
    assert html.data_on(reversed(on(*keys)), ENVIRONMENTS) == f' data-on="{ranges}"'


def test_code_in_markdown_is_marked_and_all_is_escaped():
    assert (
        html.code_spans('a < `b > c` and `` d ``, `"e"`')
        == 'a &lt; <code>b &gt; c</code> and <code>d</code>, <code>"e"</code>'
    )
    assert html.code("a < 'b'") == "<code>a &lt; 'b'</code>"


def test_nouns_are_counted():
    assert [html.counted(number, "page") for number in (0, 1, 2)] == ["0 pages", "1 page", "2 pages"]


def test_a_slug_is_for_an_id():
    assert html.slug("Keras 3 on `tf.keras`_x!") == "keras-3-on-tf-keras-x"


def test_a_long_text_is_cut():
    assert html.shortened("abcd", 4) == "abcd"
    assert html.shortened("abcde", 4) == "abcd…"
