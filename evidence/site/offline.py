"""Makes the site work from a folder, without a server, and packs it into a zip.

Material's plugin "offline", switched on by the variable OFFLINE, links to pages as files and puts the search index into
a script. Without a server, the search needs one more script. The plugin would load it from another host; here it's
part of the site.
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
# A Worker that browsers allow on pages opened from a folder.
SHIM = Path(__file__).parent / "vendor" / "iframe-worker.js"
FOR_SERVERS = "404.html", "sitemap.xml", "sitemap.xml.gz"


def is_offline(config: MkDocsConfig) -> bool:
    return bool(config.plugins["material/offline"].config["enabled"])


def search_without_server(config: MkDocsConfig) -> None:
    """Make the search load its script from the site; the plugin would load it from another host."""
    config.extra["polyfills"] = [SHIM.name]
    config.theme["features"].remove("navigation.instant")  # With it, Material tells no script that a page has loaded.


def prepare_files(files: Files, config: MkDocsConfig) -> None:
    """Add the script that the search needs without a server, and leave out an earlier zip."""
    files.append(File.generated(config, SHIM.name, abs_src_path=str(SHIM)))
    if earlier := published_zip(files):
        files.remove(earlier)


def published_zip(files: Files) -> File | None:
    """Return the zip in docs/ that is to be published with the pages, if there is one."""
    return files.get_file_from_path(f"{NAME}.zip")


def pack(target: Path) -> None:
    """Build the site and pack it into a zip with a folder; its index.html is the page to open.

    If MkDocs fails, `RuntimeError` has what it wrote to standard error.
    """
    with tempfile.TemporaryDirectory() as folder:
        site = Path(folder, NAME)
        command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(site)]
        variables = clean_environment() | {"OFFLINE": "true", "SITE_URL": ""}
        completed = subprocess.run(command, cwd=ROOT, env=variables, text=True, stderr=subprocess.PIPE, check=False)
        if completed.returncode:
            raise RuntimeError(f"The site cannot be built:\n{completed.stderr[-4000:].strip()}")
        for name in FOR_SERVERS:
            (site / name).unlink(missing_ok=True)
        archive = shutil.make_archive(f"{folder}/packed", "zip", folder, NAME)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(archive, target)
    print(f"{target}: {target.stat().st_size / 1e6:.1f} MB; unpack it and open {NAME}/index.html", file=sys.stderr)
