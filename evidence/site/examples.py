"""Runs the examples and hands them to MkDocs as notebooks with their outputs.

mkdocs-jupyter renders the notebooks. It does not run them: by default it lets errors pass, and its cache does not
know under which Keras a page was made. Here an example that raises ends the build, and a run is kept under a name
that tells the example's text and every installed package.
"""

from __future__ import annotations

import functools
import hashlib
import importlib.metadata
import os
import platform
import shutil
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import jupytext
import nbformat
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError
from nbconvert.preprocessors import CoalesceStreamsPreprocessor

from evidence.files import ROOT
from evidence.running.execution import clean_environment
from evidence.site.notebooks import draws

EXAMPLES = ROOT / "examples"
CACHE = ROOT / ".cache" / "examples"
CELL_SECONDS = 300


def add_notebooks(files: Files, config: MkDocsConfig) -> None:
    """Add each example as an executed notebook and as a script."""
    sources = sorted(EXAMPLES.glob("*.py"))
    installed_packages()  # once, not in each thread
    # One more than there are cores: the last would run alone.
    with ThreadPoolExecutor((os.cpu_count() or 1) + 1) as pool:
        notebooks = list(pool.map(executed, sources))
    for source, notebook in zip(sources, notebooks, strict=True):
        for path, folder in [
            (f"examples/{notebook.name}", notebook.parent.parent),
            (f"examples/{source.name}", ROOT),
        ]:
            files.append(File(path, str(folder), config.site_dir, config.use_directory_urls))


def point_edit_link_at_source(page: Page) -> None:
    """Point a notebook page's edit link at the example."""
    notebook = page.file.src_uri
    if notebook.endswith(".ipynb") and page.edit_url:
        page.edit_url = page.edit_url.replace(f"/docs/{notebook}", f"/{notebook.removesuffix('.ipynb')}.py")


def executed(source: Path, cache: Path = CACHE) -> Path:
    """Return the notebook of an example with its outputs, run unless this Python and these packages have.

    `PluginError`, which ends the build, names the line of the cell that raised.
    """
    folder = cache / run_key(source) / "examples"
    target = folder / f"{source.stem}.ipynb"
    if target.exists():
        return target
    notebook = jupytext.read(source)
    notebook.metadata["kernelspec"] = {
        "name": "python3",
        "display_name": "Python 3",
        "language": "python",
    }
    client = NotebookClient(notebook, timeout=CELL_SECONDS, kernel_name="python3", record_timing=False)
    variables = clean_environment() | {"MPLBACKEND": "module://matplotlib_inline.backend_inline"}
    try:
        with tempfile.TemporaryDirectory() as directory:
            client.execute(cwd=directory, env=variables)
    except (CellExecutionError, CellTimeoutError) as error:
        raise PluginError(failure(source, notebook, error)) from None
    for cell in filter(draws, notebook.cells):
        if "alt" not in cell.metadata:
            what = 'draws and says nothing to those who cannot see it: begin it with # %% alt="..."'
            raise PluginError(f"{place(source, cell)}: the cell that begins here {what}")
    for cell in (cell for cell in notebook.cells if cell.cell_type == "code"):
        # TensorFlow tells standard error what machine it runs on: nothing of the example's.
        cell.outputs = [each for each in cell.outputs if each.get("name") != "stderr"]
        # What a loop prints comes in parts. nbclient's own joining would put what follows a plot above it.
        CoalesceStreamsPreprocessor().preprocess_cell(cell, {}, 0)
    for old in cache.glob(f"*/examples/{target.name}"):
        shutil.rmtree(old.parent.parent)
    folder.mkdir(parents=True)
    unfinished = target.with_suffix(".unfinished")
    nbformat.write(notebook, unfinished)
    unfinished.replace(target)
    return target


def run_key(source: Path) -> str:
    """Identify all that decides what an example prints and draws."""
    texts = [path.read_text(encoding="utf-8") for path in (source, Path(__file__))]
    parts = [source.stem, *texts, platform.python_version()]
    return hashlib.sha256("\n".join([*parts, *sorted(installed_packages())]).encode()).hexdigest()[:16]


@functools.cache
def installed_packages() -> set[str]:
    found = (each.metadata for each in importlib.metadata.distributions())
    return {f"{each['Name']}=={each['Version']}" for each in found}


def failure(source: Path, notebook, error: Exception) -> str:
    """Say at which cell an example failed, and how to see it again."""
    name = f"examples/{source.name}"
    if isinstance(error, CellTimeoutError):
        return f"{name}: a cell took more than {CELL_SECONDS} seconds\nRun it: python {name}"
    cells = (cell for cell in notebook.cells if cell.cell_type == "code")
    cell = next(cell for cell in cells if any(each.output_type == "error" for each in cell.outputs))
    what = f"{error.ename}: {error.evalue}"
    return f"{place(source, cell)}: the cell that begins here failed: {what}\nRun it: python {name}"


def place(source: Path, cell) -> str:
    """Return where a cell begins, as a path and a line."""
    before = source.read_text(encoding="utf-8").partition(cell.source)[0]
    line = before.count("\n") + 1
    return f"examples/{source.name}:{line}"
