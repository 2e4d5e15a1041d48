"""A phone breaks long lines of code between names, not within them."""

import pytest

from evidence.site.listings import breakable, lighten


@pytest.mark.parametrize(
    ("line", "indent", "breaks"),
    [
        ("model = keras.Sequential(layers)", 0, "model = keras.Sequential(layers)"),  # Its words are short.
        (
            "x = keras.layers.GlobalAveragePooling2D()(base(inputs))",
            0,
            "x = keras|.layers|.GlobalAveragePooling2D()(|base(|inputs))",
        ),
        ("    new = keras.Sequential(layers[:-1])", 4, "    new = keras.Sequential(layers[:-1])"),
        ("        new = keras.Sequential(layers[-1])", 8, "        new = keras|.Sequential(|layers[|-1])"),
        (
            'optimizer=keras.optimizers.Adam(<span class="mf">0.001</span>)',
            0,
            'optimizer=|keras|.optimizers|.Adam(|<span class="mf">0.001</span>)',
        ),
        ("keras.ops.equal(first_predictions&lt;second)", 0, "keras|.ops|.equal(|first_predictions&lt;second)"),
    ],
)
def test_a_line_may_break_between_names_only_where_a_phone_has_no_room(line, indent, breaks):
    assert breakable(line, indent).replace("<wbr>", "|") == breaks


def test_each_line_of_a_listing_may_break():
    line = "x = keras.layers.GlobalAveragePooling2D(name=1)"
    listing = (
        '<div class="language-python highlight"><pre><span></span><code>'
        f'<span id="__span-0-1">{line}\n</span><span id="__span-0-2">    {line}\n</span></code></pre></div>'
    )
    light = lighten(listing)
    assert light.count("<wbr>.GlobalAveragePooling2D(<wbr>name=<wbr>1)\n</span>") == 2
    assert light.replace("<wbr>", "").count(line) == 2
