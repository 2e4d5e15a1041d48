"""A small site, with environments that run on the Python of the tests and import next to nothing."""

import dataclasses

from made_up import environment

from evidence.files import ROOT
from evidence.running.execution import Limits
from evidence.running.warm_keras import WarmKeras

SETTINGS = f"""
site_name: Site
theme:
  name: material
  custom_dir: "{(ROOT / "theme").as_posix()}"
  features: [content.code.copy, navigation.instant]
  palette:
    - {{ media: "(prefers-color-scheme)", scheme: default, toggle: {{ icon: material/brightness-auto, name: Light }} }}
    - media: "(prefers-color-scheme: light)"
      scheme: default
      toggle: {{ icon: material/weather-sunny, name: Dark }}
    - media: "(prefers-color-scheme: dark)"
      scheme: slate
      toggle: {{ icon: material/weather-night, name: System }}
plugins: [search, offline: {{ enabled: false }}, evidence]
repo_url: https://example.org/
extra_css: [guide.css]
extra_javascript:
  - my-keras/remembered.js
  - my-keras/on-the-page.js
  - my-keras/dialog.js
  - links-under-blocks.js
  - keyboard-and-screen-readers.js
markdown_extensions:
  - attr_list
  - pymdownx.highlight: {{ pygments_lang_class: true, line_spans: __span }}
  - pymdownx.superfences
  - evidence.site.extension
"""
PINNED = dataclasses.replace(environment("pinned", "Keras 3", "3.2.0"), installation=None)
OTHER = environment("other", "Keras 3", "3.1.0")
MISSING = environment("missing", "Keras 1 and 2", "1.0.0")


class Installed(type(OTHER)):
    """An environment that counts as installed, whatever is on this machine."""

    installed = True


def installed(original):
    fields = {field.name: getattr(original, field.name) for field in dataclasses.fields(original)}
    return Installed(**fields)


ENVIRONMENTS = [installed(PINNED), installed(OTHER), MISSING]


def start(environment):
    """Start the runner without Keras; a variable tells a block which environment it is in."""
    variables = {"ENVIRONMENT": environment.key}
    return WarmKeras(imports=["json"], variables=variables, limits=Limits(seconds=20), jobs=2)


def write_page(project, name, body):
    (project / f"docs/{name}.md").write_text(f"---\ndescription: A page\n---\n{body}\n", encoding="utf-8")


def block(code, output=None):
    shown = f"\n<!--pytest-codeblocks:expected-output-->\n\n```text\n{output}\n```\n" if output else ""
    return f"```python\n{code}\n```\n{shown}"
