"""Makes the site work from a folder, without a server, and packs it.

Material's plugin "offline", switched on by the variable OFFLINE, gives pages the names of files and puts the search's
index into a script. Here its search gets what lets it run without a server, which the plugin would load from a host.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

from evidence.files import ROOT
from evidence.running.execution import clean_environment

NAME = "keras-layer-surgery"
SHIM = Path(__file__).parent / "vendor" / "iframe-worker.js"  # a Worker that browsers allow to pages of a folder
FOR_SERVERS = "404.html", "sitemap.xml", "sitemap.xml.gz"


def is_offline(config: MkDocsConfig) -> bool:
    return config.plugins["material/offline"].config.enabled


def search_without_server(config: MkDocsConfig) -> None:
    """Have the search take its script from the site, where the plugin names a host."""
    config.extra["polyfills"] = [SHIM.name]
    config.theme["features"].remove("navigation.instant")  # With it, Material tells no script that a page is there.


def prepare_files(files: Files, config: MkDocsConfig) -> None:
    """Add what the search needs without a server, and leave out an earlier zip."""
    files.append(File.generated(config, SHIM.name, abs_src_path=str(SHIM)))
    if old := files.get_file_from_path(f"{NAME}.zip"):  # put among the pages to be published with them
        files.remove(old)


def pack(target: Path) -> None:
    """Build the site and write it into a zip; its folder holds an index.html to open.

    `RuntimeError` holds what MkDocs said where it failed.
    """
    with tempfile.TemporaryDirectory() as folder:
        site = Path(folder, NAME)
        command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(site)]
        variables = clean_environment() | {"OFFLINE": "true", "SITE_URL": ""}
        ended = subprocess.run(command, cwd=ROOT, env=variables, text=True, stderr=subprocess.PIPE, check=False)
        if ended.returncode:
            raise RuntimeError(f"The site cannot be built:\n{ended.stderr[-4000:].strip()}")
        for name in FOR_SERVERS:
            (site / name).unlink(missing_ok=True)
        made = shutil.make_archive(f"{folder}/packed", "zip", folder, NAME)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(made, target)
    print(f"{target}: {target.stat().st_size / 1e6:.1f} MB; unpack it and open {NAME}/index.html", file=sys.stderr)
