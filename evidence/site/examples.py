"""Runs the examples and passes them to MkDocs as notebooks with their outputs.

mkdocs-jupyter renders the notebooks but doesn't run them: by default it ignores errors, and its cache doesn't know
which Keras produced a page. Here an example that raises ends the build, and the cache key of a run covers the example's
text and every installed package.
"""

from __future__ import annotations

import functools
import hashlib
import importlib.metadata
import logging
import os
import platform
import shutil
import tempfile
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path

import jupytext
import nbformat
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbconvert.preprocessors import CoalesceStreamsPreprocessor
from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell

from evidence.files import ROOT, replace_file
from evidence.running.execution import clean_environment
from evidence.site.notebooks import plots_of

EXAMPLES = ROOT / "examples"
CACHE = ROOT / ".cache" / "examples"
CELL_SECONDS = 300
# Several examples run at once, and threads that wait for each other are slower than a single one.
ONE_THREAD = {"TF_NUM_INTRAOP_THREADS": "1", "TF_NUM_INTEROP_THREADS": "1"}
PLOTS = Path(__file__).with_name("plots.matplotlibrc")
KERNEL = {"name": "python3", "display_name": "Python 3", "language": "python"}
NOT_RUN = "*This page was built without TensorFlow, so it does not show what the example prints and draws.*"
log = logging.getLogger("mkdocs.evidence")


def add_notebooks(files: Files, config: MkDocsConfig) -> None:
    """Add each example to the site, as a notebook with its outputs and as a script."""
    sources = sorted(EXAMPLES.glob("*.py"))
    installed_packages()  # once, not in each thread
    # One thread more than cores: otherwise the last example would run alone.
    with ThreadPoolExecutor((os.cpu_count() or 1) + 1) as pool:
        notebooks = list(pool.map(as_notebook, sources))
    for source, notebook in zip(sources, notebooks, strict=True):
        for path, folder in [
            (f"examples/{notebook.name}", notebook.parent.parent),
            (f"examples/{source.name}", ROOT),
        ]:
            files.append(File(path, str(folder), config.site_dir, config.use_directory_urls))


def point_edit_link_at_source(page: Page) -> None:
    """Point the edit link of a notebook's page at the example's script."""
    notebook = page.file.src_uri
    if notebook.endswith(".ipynb") and page.edit_url:
        page.edit_url = page.edit_url.replace(f"/docs/{notebook}", f"/{notebook.removesuffix('.ipynb')}.py")


def as_notebook(source: Path, cache: Path = CACHE) -> Path:
    """Return an example's notebook file with its outputs; run the example unless the run is cached.

    Without TensorFlow, the notebook has no outputs and says so. `PluginError`, which ends the build, names the line of
    the cell that raised.
    """
    name = f"examples/{source.stem}.ipynb"
    target = cache / run_key(source) / name
    if target.exists():
        return target
    notebook = jupytext.read(source)
    notebook.metadata["kernelspec"] = KERNEL
    if find_spec("tensorflow") is None:
        log.info("examples/%s is shown without outputs, because TensorFlow is not installed", source.name)
        notebook.cells.insert(1, new_markdown_cell(NOT_RUN))
        target = cache / "not-run" / name
    else:
        run(notebook, source)
        for old in cache.glob(f"*/{name}"):
            shutil.rmtree(old.parent.parent)
    target.parent.mkdir(parents=True, exist_ok=True)
    replace_file(target, nbformat.writes(notebook).encode())
    return target


def run(notebook: NotebookNode, source: Path) -> None:
    """Run a notebook's cells and put the outputs into them."""
    client = NotebookClient(notebook, timeout=CELL_SECONDS, kernel_name="python3", record_timing=False)
    plots = {"MPLBACKEND": "module://matplotlib_inline.backend_inline", "MATPLOTLIBRC": str(PLOTS)}
    variables = clean_environment() | ONE_THREAD | plots
    try:
        # ipykernel and TensorFlow write to standard error, which matters only if they die.
        with tempfile.TemporaryDirectory() as directory, tempfile.TemporaryFile("w+") as errors:
            try:
                client.execute(cwd=directory, env=variables, stderr=errors)
            except DeadKernelError:
                errors.seek(0)
                name = f"examples/{source.name}"
                end = f"{name}: its Python ended early:\n{errors.read()[-2000:]}\nRun it: python {name}"
                raise PluginError(end) from None
    except (CellExecutionError, CellTimeoutError) as error:
        raise PluginError(explain(source, notebook, error)) from None
    for cell in notebook.cells:
        if plots_of(cell) and "alt" not in cell.metadata:
            what = 'draws a plot without describing it: begin it with # %% alt="..."'
            raise PluginError(f"{location(source, cell)}: the cell that begins here {what}")
        if cell.cell_type == "code":
            # TensorFlow describes the machine on standard error, which isn't part of the example.
            cell.outputs = [output for output in cell.outputs if output.get("name") != "stderr"]
            # A loop's output arrives in parts. If nbclient joined them, it would move what follows a plot above it.
            CoalesceStreamsPreprocessor().preprocess_cell(cell, {}, 0)


def run_key(source: Path) -> str:
    """Identify everything that affects what an example prints and draws."""
    texts = [path.read_text(encoding="utf-8") for path in (source, Path(__file__), PLOTS)]
    parts = [source.stem, *texts, platform.python_version()]
    return hashlib.sha256("\n".join([*parts, *sorted(installed_packages())]).encode()).hexdigest()[:16]


@functools.cache
def installed_packages() -> set[str]:
    """Return all installed packages as `name==version`."""
    return {f"{package.metadata['Name']}=={package.version}" for package in importlib.metadata.distributions()}


def explain(source: Path, notebook: NotebookNode, error: CellExecutionError | CellTimeoutError) -> str:
    """Say in which cell an example failed, and how to run it again."""
    name = f"examples/{source.name}"
    if isinstance(error, CellTimeoutError):
        return f"{name}: a cell took more than {CELL_SECONDS} seconds\nRun it: python {name}"
    cells = (cell for cell in notebook.cells if cell.cell_type == "code")
    failed = next(cell for cell in cells if any(output.output_type == "error" for output in cell.outputs))
    what = f"{error.ename}: {error.evalue}"
    return f"{location(source, failed)}: the cell that begins here failed: {what}\nRun it: python {name}"


def location(source: Path, cell: NotebookNode) -> str:
    """Return where a cell begins: the example's path and the line."""
    before = source.read_text(encoding="utf-8").partition(cell.source)[0]
    line = before.count("\n") + 1
    return f"examples/{source.name}:{line}"
