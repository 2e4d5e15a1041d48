"""Environments are found by name, and an error says what to do about it."""

import datetime
import os
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from types import SimpleNamespace

import pytest
from listed import JAX, SIBLING, SOME, TORCH

from evidence.__main__ import main
from evidence.files import ROOT
from evidence.running import environments, installing, packages, records
from evidence.running.environments import Environment, Installation, read_environments, running_python


def test_versions_are_exact():
    for environment in read_environments().values():
        assert all("==" in pin for pin in environment.pins), environment.key


def test_one_environment_is_pinned_and_it_is_what_requirements_txt_installs():
    [pinned] = [environment for environment in read_environments().values() if environment.pinned]
    assert f"\nkeras=={pinned.release}\n" in (ROOT / "requirements.txt").read_text()


def test_the_python_of_the_pinned_environment_is_the_one_that_is_listed(tmp_path, monkeypatch):
    """Not the one that runs this."""
    text = environments.ENVIRONMENTS_FILE.read_text(encoding="utf-8")
    assert text.count('pinned_python = "') == 1
    file = tmp_path / "environments.toml"
    file.write_text(re.sub(r'pinned_python = ".*"', 'pinned_python = "3.99"', text), encoding="utf-8")
    monkeypatch.setattr(environments, "ENVIRONMENTS_FILE", file)
    others = {environment.python for environment in read_environments().values() if not environment.pinned}
    pythons = {environment.python for environment in read_environments.__wrapped__().values()}
    assert pythons == others | {"3.99"}


LISTED = """
pinned_python = "3.11"
[[lines]]
name = "Keras 3 on JAX"
release_format = "Keras {}"
backend_name = "JAX"
backend = "jax"
package = "keras"
releases = [
  { key = "keras-3.2-jax", release = "3.2.0" },
  { key = "keras-3.1-jax", release = "3.1.0", installation = "jax", extra_packages = ["tree==1.0", "jax==0.4"] },
  { key = "keras-3.0-jax", release = "3.0.0", installation = "jax" },
]
[[lines]]
name = "tf.keras"
release_format = "tf.keras of TensorFlow {}"
backend = "tensorflow"
module = "tensorflow.keras"
releases = [
  { key = "tf-keras", release = "2.16", release_name = "tf_keras 2.16", installation = "tf", module = "tf_keras" },
  { key = "tf", release = "2.15", installation = "tf" },
]
[installations.jax]
python = "3.9"
megabytes = 5
installer = "pip"
packages = ["keras==3.0.0", "jax==0.4"]
[installations.tf]
python = "3.10"
megabytes = 7
packages = ["tensorflow==2.15"]
"""
LISTED = LISTED.replace("release = ", "released = 2026-12-01, release = ")


def test_an_environment_is_what_the_file_lists(tmp_path, monkeypatch):
    file = tmp_path / "environments.toml"
    file.write_text(LISTED)
    monkeypatch.setattr(environments, "ENVIRONMENTS_FILE", file)
    jax = Installation("jax", "3.9", ("keras==3.0.0", "jax==0.4"), 5, "pip")
    tf = Installation("tf", "3.10", ("tensorflow==2.15",), 7, "uv")
    tf_line = {
        "line": "tf.keras",
        "release_format": "tf.keras of TensorFlow {}",
        "backend_name": None,
        "backend": "tensorflow",
        "python": "3.10",
        "installation": tf,
        "own_packages": (),
        "released": datetime.date(2026, 12, 1),
    }
    newest = Environment(
        key="keras-3.2-jax",
        line="Keras 3 on JAX",
        release="3.2.0",
        released=datetime.date(2026, 12, 1),
        release_format="Keras {}",
        release_name="3.2.0",
        backend_name="JAX",
        backend="jax",
        module="keras",
        python="3.11",
        installation=None,
        own_packages=(),
    )
    middle = replace(newest, key="keras-3.1-jax", release="3.1.0", release_name="3.1.0", installation=jax, python="3.9")
    oldest = replace(middle, key="keras-3.0-jax", release="3.0.0", release_name="3.0.0")
    assert list(read_environments.__wrapped__().values()) == [
        newest,
        replace(middle, own_packages=("keras==3.1.0", "tree==1.0")),
        oldest,
        Environment("tf-keras", release="2.16", release_name="tf_keras 2.16", module="tf_keras", **tf_line),
        Environment("tf", release="2.15", release_name="2.15", module="tensorflow.keras", **tf_line),
    ]


def test_a_key_names_line_and_release():
    for environment in read_environments().values():
        release = ".".join(environment.release.split(".")[:2])
        assert release in environment.key
        assert not environment.backend_name or environment.backend in environment.key


def test_a_line_goes_from_the_newest_to_the_oldest():
    lines = {}
    for environment in read_environments().values():
        lines.setdefault(environment.line, []).append([int(part) for part in environment.release.split(".")])
    assert len(lines) == 7
    for releases in lines.values():
        assert releases == sorted(releases, reverse=True)


def test_an_installation_is_shared():
    shared = [
        environment for environment in read_environments().values() if environment.installation == SOME.installation
    ]
    assert len(shared) > 3
    assert len({environment.folder for environment in shared}) == len(shared)


def test_a_package_of_its_own_hides_that_of_the_installation():
    overridden = replace(SOME, installation=replace(SOME.installation, packages=("keras==3.0.0", "numpy==2.4.6")))
    assert overridden.pins == (f"keras=={SOME.release}", "numpy==2.4.6")
    assert overridden.variables["PYTHONPATH"].endswith(SOME.key)


def test_this_python_is_found():
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    assert installing.find_python(version) == sys.executable


def test_jax_0_4_computes_without_its_cache_which_mixes_up_equal_models():
    on_jax = [environment for environment in read_environments().values() if environment.backend == "jax"]
    switches = {environment.variables.get("JAX_ENABLE_COMPILATION_CACHE") for environment in on_jax}
    assert switches == {None, "false"}
    for environment in on_jax:
        assert ("JAX_ENABLE_COMPILATION_CACHE" in environment.variables) == (environment.installation.name == "jax-0.4")


def test_a_python_that_is_missing_is_said_so():
    with pytest.raises(LookupError, match=r"no Python 3\.1 here\. .* uv python install 3\.1"):
        installing.find_python("3.1")


def test_another_python_is_where_uv_finds_it(monkeypatch):
    """This one, as if another one ran."""
    monkeypatch.setattr(installing, "running_python", lambda: "3.99")
    monkeypatch.setenv("PATH", str(Path(sys.executable).parent), prepend=os.pathsep)
    python = Path(installing.find_python(running_python()))
    command = [python, "-c", "import sys; print('{}.{}'.format(*sys.version_info))"]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip() == running_python()


def test_free_space_is_in_megabytes(tmp_path, monkeypatch):
    monkeypatch.setattr(environments, "FOLDER", tmp_path / "new")
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: SimpleNamespace(free=3_000_000 if folder.exists() else 0))
    assert installing.megabytes_free() == 3.0
    assert installing.megabytes_free() == 3.0


def test_what_is_to_be_installed_counts_what_is_shared_once_and_what_is_there_not_at_all(installer):
    by_key = read_environments()
    sharing = [SOME, SIBLING]
    other = by_key["tf-2.15"]
    megabytes = SOME.installation.megabytes + other.installation.megabytes
    assert installing.megabytes_to_install([*sharing, other]) == megabytes
    installing.install(sharing[0])
    assert installing.megabytes_to_install(sharing) == 0


def test_a_missing_python_does_not_keep_others_from_being_installed(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(environments, "FOLDER", tmp_path)
    without = replace(SOME, installation=Installation("old", "3.1", ("keras==0.1",), 1))
    monkeypatch.setattr(environments, "read_environments", lambda: {"a": without, "b": without})
    assert main(["install"]) == 1
    assert capsys.readouterr().err.count("there is no Python 3.1 here") == 2


@pytest.fixture
def installer(tmp_path, monkeypatch):
    """Make `install` write stamps and install nothing; return the commands and the constraints of each."""
    commands = []

    def run(command, report):
        constraints = Path(command[command.index("--constraint") + 1]) if "--constraint" in command else None
        commands.append((list(map(str, command)), constraints.read_text().split() if constraints else None))
        for argument in command:
            if isinstance(argument, Path) and argument.is_relative_to(tmp_path) and argument.parent == tmp_path:
                argument.mkdir(exist_ok=True)

    monkeypatch.setattr(environments, "FOLDER", tmp_path)
    monkeypatch.setattr(installing, "find_python", lambda version: f"python{version}")
    monkeypatch.setattr(installing, "run", run)
    return commands


def test_what_does_not_fit_on_the_disk_is_said_before_anything_is_installed(installer, capsys, monkeypatch):
    monkeypatch.setattr(installing, "megabytes_free", lambda: 1000)
    assert main(["install"]) == 1
    captured = capsys.readouterr()
    assert re.search(r"2\d\.\d GB to install, 1\.0 GB free", captured.out)
    assert "Not enough disk space" in captured.err
    assert not installer


def not_listed(recorded):
    listed = {packages.package_name(pin) for pin in SOME.pins}
    return [package for package in recorded if packages.package_name(package) not in listed]


def test_what_is_listed_counts_more_than_what_was_recorded_before(tmp_path, monkeypatch):
    """As after a new release of a package that the installation lists: its record still has the old release."""
    monkeypatch.setattr(environments, "FOLDER", tmp_path)
    base = Installation("base", running_python(), ("six==1.17.0",), 1)
    environment = replace(SOME, installation=base, own_packages=())
    installing.install(environment, ["six==1.16.0"])
    assert environment.installed_packages() == ["six==1.17.0"]


def test_an_environment_gets_the_versions_of_its_record(installer):
    assert main(["install", SOME.key]) == 0
    [_, (base, constraints), (own, no_constraints)] = installer
    assert base[-2:] == list(SOME.installation.packages)
    hidden = {packages.package_name(pin) for pin in SOME.own_packages}
    assert hidden == {"keras"}
    recorded = records.load(SOME.key).packages
    assert constraints == not_listed(recorded)
    assert len(constraints) == len(recorded) - len(SOME.pins) > 20
    assert own[-1] == f"keras=={SOME.release}" and no_constraints is None


def test_an_environment_without_a_record_gets_the_versions_of_one_that_shares_its_installation(
    installer, tmp_path, monkeypatch
):
    record = records.load(SIBLING.key)
    monkeypatch.setattr(records, "FOLDER", tmp_path / "records")
    records.save_all([record], [])
    assert main(["install", SOME.key]) == 0
    assert installer[1][1] == not_listed(record.packages)


def test_an_environment_nobody_recorded_gets_the_newest_versions_that_fit(installer, tmp_path, monkeypatch):
    monkeypatch.setattr(records, "FOLDER", tmp_path / "records")
    assert main(["install", SOME.key]) == 0
    assert installer[1][1] == []


def test_what_is_installed_is_not_installed_again(installer, capsys):
    assert main(["install", SOME.key]) == 0
    installer.clear()
    assert main(["install", SOME.key]) == 0
    assert not installer
    assert capsys.readouterr().out.splitlines()[-2].startswith("0.0 GB to install")
    assert main(["install", SIBLING.key]) == 0
    assert [command[-1] for command, _ in installer] == [f"keras=={SIBLING.release}"]


def test_what_a_changed_list_no_longer_has_is_removed(installer):
    folders = SOME.installation.folder, SOME.folder
    for folder in folders:
        folder.mkdir()
        (folder / "old").touch()
        (folder / "installed").write_text("another list")
    assert main(["install", SOME.key]) == 0
    assert [sorted(path.name for path in folder.iterdir()) for folder in folders] == [["installed"], ["installed"]]
    assert SOME.installed


def test_pip_installs_where_uv_cannot(installer, monkeypatch):
    monkeypatch.delenv("UV_TORCH_BACKEND", raising=False)
    assert main(["install", TORCH.key]) == 0
    (venv, _), (base, constraints), *_ = installer
    assert venv == [f"python{TORCH.python}", "-m", "venv", str(TORCH.installation.folder)]
    assert base[1:5] == ["-m", "pip", "install", "--quiet"] and base[-1] == TORCH.installation.packages[-1]
    assert constraints


def test_uv_installs_pytorch_where_it_knows_which_build(installer, monkeypatch):
    monkeypatch.setenv("UV_TORCH_BACKEND", "cpu")
    assert main(["install", TORCH.key]) == 0
    (venv, _), (base, constraints), *_ = installer
    assert [Path(command[0]).stem for command in (venv, base)] == ["uv", "uv"]
    assert base[1:3] == ["pip", "install"] and base[-1] == TORCH.installation.packages[-1]
    assert constraints


def test_what_is_installed_is_listed_without_pip_and_without_cpu(tmp_path, monkeypatch):
    monkeypatch.setattr(environments, "FOLDER", tmp_path)
    environment = replace(SOME, key="one", installation=Installation("base", "3.9", (), 0))
    for folder, stamp in environment.stamps():
        folder.mkdir()
        (folder / "installed").write_text(stamp)
    shared = tmp_path / "base/lib/python3.9/site-packages"
    for folder, name, version in [
        (shared, "Torch", "2.0+cpu"),
        (shared, "keras", "3.0"),
        (shared, "pip", "24.0"),
        (shared, "wheel", "0.4"),
        (environment.folder, "keras", "3.1"),
    ]:
        metadata = folder / f"{name}-{version}.dist-info" / "METADATA"
        metadata.parent.mkdir(parents=True)
        metadata.write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
    assert environment.installed_packages() == ["keras==3.1", "torch==2.0"]
    alone = replace(environment, own_packages=())
    (tmp_path / "base/installed").write_text(alone.stamps()[0][1])
    assert alone.installed_packages() == ["keras==3.0", "torch==2.0"]
    assert not replace(alone, installation=Installation("base", "3.10", (), 0)).installed


def test_a_command_that_fails_is_shown_with_what_it_printed():
    with pytest.raises(OSError, match=r"-c .*\nended with exit code 3:\nout\nerr\n$"):
        installing.run([sys.executable, "-c", "import os; os.system('echo out; echo err >&2'); exit(3)"])


def test_a_release_is_installed_beside_what_it_runs_on(tmp_path, monkeypatch):
    """With a small package, and this Python."""
    monkeypatch.setattr(environments, "FOLDER", tmp_path)
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    base = Installation("base", version, ("six==1.16.0",), 1)
    environment = replace(SOME, installation=base, own_packages=("six==1.17.0",))
    known = ["six==1.15.0"]  # the record's version of its own packages doesn't count
    installing.install(environment, known)
    assert environment.installed
    assert environment.installed_packages() == ["six==1.17.0"]
    code = "import six; print(six.__version__)"
    command = [environment.interpreter, "-c", code]
    ended = subprocess.run(command, env=environment.variables, capture_output=True, text=True, check=True)
    assert ended.stdout == "1.17.0\n"
    assert not replace(environment, own_packages=("six==1.14.0",)).installed
    shutil.rmtree(environment.folder)
    assert not environment.installed


def test_what_the_record_knows_is_installed_again(tmp_path, monkeypatch):
    monkeypatch.setattr(environments, "FOLDER", tmp_path)
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    base = Installation("base", version, ("python-dateutil==2.9.0",), 1)
    environment = replace(SOME, installation=base, own_packages=())
    installing.install(environment, ["six==1.16.0", "never-heard-of==1.0"])
    assert environment.installed_packages() == ["python-dateutil==2.9.0", "six==1.16.0"]


def test_what_a_package_needs_is_listed_with_all_that_this_needs(tmp_path, monkeypatch):
    """And nothing that only an extra or another platform needs."""
    for name, version, needs in [
        ("First", "1.0", ["second_one>=1", 'elsewhere; sys_platform == "nowhere"', 'more; extra == "all"', "pip"]),
        ("second.one", "2.0", ["third", "First"]),
        ("third", "3.0", ['fourth; extra != "all"']),
        ("fourth", "4.0", []),
        ("pip", "4.0", []),
        ("unrelated", "5.0", []),
    ]:
        folder = tmp_path / f"{name}-{version}.dist-info"
        folder.mkdir()
        lines = ["Metadata-Version: 2.1", f"Name: {name}", f"Version: {version}"]
        (folder / "METADATA").write_text("\n".join([*lines, *(f"Requires-Dist: {need}" for need in needs), ""]))
    monkeypatch.syspath_prepend(tmp_path)
    expected = {"first==1.0", "second-one==2.0", "third==3.0", "fourth==4.0"}
    assert packages.installed_with_dependencies("first") == expected


def test_the_locked_packages_are_those_of_this_python(tmp_path, monkeypatch):
    file = tmp_path / "requirements.txt"
    lines = [
        "# A comment.",
        "a_b==1.0",
        "    # via c",
        f"c==1.0 ; python_full_version < '{running_python()}'",
        f"c==2.0 ; python_full_version >= '{running_python()}'",
        "d==3.0 ; sys_platform == 'nowhere'",
        "-e .",
    ]
    file.write_text("\n".join(lines))
    monkeypatch.setattr(packages, "REQUIREMENTS", file)
    assert packages.locked_packages() == {"a-b==1.0", "c==2.0"}


@pytest.mark.skipif(find_spec("tensorflow") is None, reason="asks what the installed TensorFlow needs")
def test_the_pinned_environment_lists_what_keras_needs():
    [pinned] = [environment for environment in read_environments().values() if environment.pinned]
    installed = pinned.installed_packages()
    names = {packages.package_name(pin) for pin in installed}
    assert {"keras", "tensorflow", "numpy", "h5py"} <= names
    assert "mkdocs" not in names
    assert installed == sorted(installed)


def test_without_tensorflow_the_pinned_environment_is_not_installed(capsys, monkeypatch):
    [pinned] = [environment for environment in read_environments().values() if environment.pinned]
    monkeypatch.setattr(environments, "is_installed", lambda name: name != "tensorflow")
    assert main(["record", pinned.key]) == 1
    assert capsys.readouterr().err == f"{pinned.key} is not installed: pip install -r requirements.txt\n"
    with pytest.raises(LookupError, match="is not installed: pip install"):
        pinned.installed_packages()
    assert main(["install", pinned.key]) == 1
    assert capsys.readouterr().err == f"{pinned.key}: requirements.txt installs it: pip install -r requirements.txt\n"


def test_a_package_is_installed_or_not():
    assert packages.is_installed("pytest")
    assert not packages.is_installed("no-such-package")


@pytest.mark.parametrize("command", ["install", "changes"])
def test_an_environment_that_does_not_exist_is_named(command, capsys):
    assert main([command, "keras-0.1"]) == 1
    printed = capsys.readouterr().err
    assert "keras-0.1: no such environment." in printed
    assert printed.rstrip().endswith("python -m evidence environments")


def test_what_is_not_installed_is_said_with_its_command(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(environments, "FOLDER", tmp_path)
    monkeypatch.setattr(records, "FOLDER", tmp_path)
    assert main(["record", JAX.key]) == 1
    assert f"not installed: python -m evidence install {JAX.key}" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())
