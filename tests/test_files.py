"""A file is replaced as a whole or not at all."""

import os
import stat

import pytest

from evidence import files


def test_a_file_gets_its_new_content_and_keeps_its_permissions(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b"old")
    path.chmod(0o600)
    files.replace_file(path, b"new\r\n")
    assert path.read_bytes() == b"new\r\n"
    assert os.name == "nt" or stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_a_new_file_can_be_read_by_all(tmp_path):
    path = tmp_path / "file"
    files.replace_file(path, b"new")
    assert os.name == "nt" or stat.S_IMODE(path.stat().st_mode) == 0o644


@pytest.mark.parametrize("error", [OSError, KeyboardInterrupt])
def test_a_file_that_cannot_be_replaced_stays_and_leaves_nothing_beside_it(tmp_path, monkeypatch, error):
    def fail(*_):
        raise error

    path = tmp_path / "file"
    path.write_bytes(b"old")
    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(error):
        files.replace_file(path, b"new")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_modification_times_are_in_nanoseconds_and_in_order(tmp_path):
    paths = [tmp_path / "b", tmp_path / "a"]
    for number, path in enumerate(paths, 1):
        path.touch()
        os.utime(path, ns=(0, number * 10**9))
    assert files.modification_times(paths) == (10**9, 2 * 10**9)
    with pytest.raises(FileNotFoundError):
        files.modification_times([tmp_path / "missing"])
