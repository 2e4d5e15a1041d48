"""What the search reads in a table."""

from evidence.site.tables_in_search import ParserOfRows

TABLE = """<h1 id="page">Page</h1>
<table>
<thead><tr><th>Old</th><th>New</th></tr></thead>
<tbody>
<tr>
<td><code>a</code>, <code>b</code></td>
<td>c</td>
</tr>
</tbody>
</table>
<table data-search-exclude=""><tr><td>d</td><td>e</td></tr></table>
<p>End</p>"""


def test_a_row_is_a_paragraph_and_its_cells_are_apart():
    parser = ParserOfRows()
    parser.feed(TABLE)
    text = " ".join("".join(parser.data[0].text).split())
    assert text == "<p>Old · New</p> <p> <code>a</code>, <code>b</code> · c </p> <p>End</p>"
