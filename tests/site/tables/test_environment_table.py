"""The table of environments says what runs in each, and when it was recorded."""

from bs4 import BeautifulSoup
from made_up import BLOCK, ENVIRONMENTS, JAX, OLD, TF, TF_KERAS, measured, on

from evidence.running.records import Run
from evidence.site.tables.environments import environment_table


def test_each_environment_has_a_row():
    measurements = measured({BLOCK: {"1.0": None}}, packages={"jax-3.2": ["jax==0.6", "numpy==2.0"]})
    record = measurements.record(*on("jax-3.2"))
    record.keras = "3.2.0.dev"
    record.run = Run("2026-11-23", "3.11.7", 1.4, 1.2)
    table = BeautifulSoup("".join(environment_table(measurements)), "html.parser")
    rows = table.select("tbody tr")
    assert len(table.thead.select("th")) == 4
    assert [heading.get_text() for heading in table.select("h2")] == [TF, JAX, TF_KERAS, OLD]
    assert [row["id"] for row in rows] == [environment.key.replace(".", "-") for environment in ENVIRONMENTS]
    texts = {row["id"]: [cell.get_text() for cell in row.select("th, td")] for row in rows}
    assert texts["jax-3-2"] == [
        "Keras 3.2.0 on JAX",
        "3.2.0.dev",
        "Python 3.11.7, JAX 0.6, NumPy 2.0",
        "2026-11-23, in 3\N{NO-BREAK SPACE}s",
    ]
    assert texts["3-2"] == ["Keras 3.2.0 on TensorFlow", "", "", ""]
    assert texts["1-0"] == ["Keras 1.0.0", "not measured here"]
    assert rows[-1].td["colspan"] == "3"
