"""Examples run as scripts, and one that raises never becomes a page."""

import nbformat
import pytest
from mkdocs.exceptions import PluginError

from evidence.files import ROOT
from evidence.site import examples

SOURCES = sorted((ROOT / "examples").glob("*.py"))
FAILING = "# %% [markdown]\n# # Title\n\n# %%\nx = 1\n\n# %%\nprint(x)\nassert x == 2, 'one'\n"


@pytest.fixture(autouse=True)
def with_tensorflow(monkeypatch):
    """Run the examples here even if TensorFlow is not installed: only the real ones need it."""
    monkeypatch.setattr(examples, "find_spec", lambda name: name)


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.stem)
def test_runs_as_a_script(scripts, source):
    assert scripts.error(source) is None
    assert "assert" in source.read_text(encoding="utf-8"), "an example asserts what it shows"


def test_an_example_that_raises_ends_the_build_and_leaves_nothing(tmp_path):
    source = tmp_path / "wrong.py"
    source.write_text(FAILING)
    with pytest.raises(
        PluginError, match=r"examples/wrong\.py:8: .*AssertionError: one\nRun it: python examples/wrong"
    ):
        examples.as_notebook(source, tmp_path / "cache")
    assert not list((tmp_path / "cache").rglob("*.ipynb"))


def test_a_cell_that_never_ends_ends_the_build(tmp_path, monkeypatch):
    monkeypatch.setattr(examples, "CELL_SECONDS", 1)
    source = tmp_path / "endless.py"
    source.write_text("# %%\nwhile True:\n    pass\n")
    with pytest.raises(
        PluginError, match=r"examples/endless\.py: a cell took more than 1 seconds\nRun it: python exam"
    ):
        examples.as_notebook(source, tmp_path / "cache")


def test_a_python_that_ends_early_ends_the_build_with_what_it_said(tmp_path):
    source = tmp_path / "crash.py"
    source.write_text("# %%\nimport os\n\nos.write(2, b'no memory')\nos._exit(1)\n")
    with pytest.raises(
        PluginError,
        match=r"examples/crash\.py: its Python ended early:\n(.*\n)*.*no memory\nRun it: python examples/crash",
    ):
        examples.as_notebook(source, tmp_path / "cache")


def test_a_run_says_nothing_in_the_terminal(tmp_path, capfd):
    source = tmp_path / "loud.py"
    source.write_text("# %%\nimport os\n\nos.write(2, b'I0000 no GPU')\n")
    examples.as_notebook(source, tmp_path / "cache")
    assert capfd.readouterr().err == ""


def test_without_tensorflow_an_example_is_shown_without_outputs_and_says_so(tmp_path, monkeypatch):
    source, cache = tmp_path / "right.py", tmp_path / "cache"
    source.write_text(FAILING)
    run = cache / "of-a-full-install/examples/right.ipynb"
    run.parent.mkdir(parents=True)
    run.touch()
    monkeypatch.setattr(examples, "find_spec", lambda name: None)
    title, note, first, _ = nbformat.read(examples.as_notebook(source, cache), 4).cells
    assert title.source == "# Title"
    assert "without TensorFlow" in note.source
    assert (first.source, first.outputs) == ("x = 1", [])
    assert run.exists(), "A full install beside it has no need to run the example again."


def test_what_a_loop_prints_stands_together_and_what_is_shown_between_keeps_its_place(tmp_path):
    source = tmp_path / "loop.py"
    loop = "for letter in 'abc':\n    print(letter, flush=True)\n    print(0, file=sys.stderr, flush=True)\n"
    source.write_text(f"# %%\nimport sys\n\n{loop}display(1)\nprint('d')\n")
    cell = nbformat.read(examples.as_notebook(source, tmp_path / "cache"), 4).cells[0]
    assert [output.get("text") for output in cell.outputs] == ["a\nb\nc\n", None, "d\n"]


def test_a_plot_without_words_ends_the_build(needs_tensorflow, tmp_path):
    source = tmp_path / "mute.py"
    source.write_text("# %%\nimport matplotlib.pyplot as plt\n\nplt.plot([1, 2])\nplt.show()\n")
    with pytest.raises(PluginError, match=r"examples/mute\.py:2: the cell that begins here draws"):
        examples.as_notebook(source, tmp_path / "cache")


def test_a_run_is_kept_until_the_text_or_a_package_changes(tmp_path, monkeypatch):
    source = tmp_path / "right.py"
    source.write_text(FAILING.replace("== 2", "== 1"))
    notebook = examples.as_notebook(source, tmp_path / "cache")
    text = notebook.read_text(encoding="utf-8")
    assert '"text": [' in text and "1\\n" in text, "the notebook holds its outputs"
    made = notebook.stat().st_mtime_ns
    assert examples.as_notebook(source, tmp_path / "cache").stat().st_mtime_ns == made

    monkeypatch.setattr(examples, "installed_packages", lambda: {"keras==99"})
    again = examples.as_notebook(source, tmp_path / "cache")
    assert again != notebook and not notebook.exists()
