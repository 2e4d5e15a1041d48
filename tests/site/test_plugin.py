"""MkDocs finds the plugin, and loads nothing of ours in any other way."""

import sys
from pathlib import Path

from mkdocs.config import load_config

from evidence.files import ROOT
from evidence.site.plugin import EvidencePlugin


def test_mkdocs_finds_the_plugin_by_its_entry_point_and_runs_it_last():
    plugins = load_config(str(ROOT / "mkdocs.yml")).plugins
    assert type(plugins["evidence"]) is EvidencePlugin
    assert list(plugins)[-1] == "evidence"


def test_each_module_is_loaded_once():
    """MkDocs would load a file listed as a hook a second time, with separate state."""
    load_config(str(ROOT / "mkdocs.yml"))
    names = {}
    for name, module in sys.modules.items():
        if (file := getattr(module, "__file__", None)) and Path(file).is_relative_to(ROOT / "evidence"):
            names.setdefault(file, []).append(name)
    assert len(names) > 30
    assert not [twice for twice in names.values() if len(twice) > 1]
