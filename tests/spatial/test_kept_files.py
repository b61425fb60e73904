"""Arrays kept for the next process."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from engine.spatial import kept_files
from engine.spatial.kept_files import read_arrays, write_arrays

_ARRAYS = {"some": np.arange(1000.0), "more": np.float32([[1.0, 2.0]])}


def test_what_is_read_is_what_was_written(tmp_path: Path) -> None:
    write_arrays(tmp_path / "new" / "a.npz", _ARRAYS)
    found = read_arrays(tmp_path / "new" / "a.npz")
    assert found is not None
    assert list(found) == list(_ARRAYS)
    for name, values in _ARRAYS.items():
        np.testing.assert_array_equal(found[name], values)
        assert found[name].dtype == values.dtype


@pytest.mark.parametrize("damage", [b"", b"PK\x03\x04 no archive", None])
def test_what_is_damaged_is_none(tmp_path: Path, damage: bytes | None) -> None:
    write_arrays(tmp_path / "a.npz", _ARRAYS)
    whole = (tmp_path / "a.npz").read_bytes()
    flipped = bytearray(whole)
    flipped[2000] ^= 1
    (tmp_path / "a.npz").write_bytes(bytes(flipped) if damage is None else damage)
    assert read_arrays(tmp_path / "a.npz") is None
    assert read_arrays(tmp_path / "b.npz") is None


def test_the_least_used_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_files, "_MOST_BYTES", 20_000)
    for number, name in enumerate("abc"):
        write_arrays(tmp_path / f"{name}.npz", {"values": np.zeros(900)})
        if (tmp_path / f"{name}.npz").exists():
            os.utime(tmp_path / f"{name}.npz", (number, number))
    assert sorted(file.name for file in tmp_path.iterdir()) == ["b.npz", "c.npz"]
    assert read_arrays(tmp_path / "b.npz") is not None  # used now
    write_arrays(tmp_path / "d.npz", {"values": np.zeros(900)})
    assert sorted(file.name for file in tmp_path.iterdir()) == ["b.npz", "d.npz"]


def test_the_newest_stays_however_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_files, "_MOST_BYTES", 100)
    write_arrays(tmp_path / "a.npz", _ARRAYS)
    assert read_arrays(tmp_path / "a.npz") is not None


def test_a_folder_that_cannot_be_written_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    write_arrays(tmp_path / "file" / "a.npz", _ARRAYS)
    assert read_arrays(tmp_path / "file" / "a.npz") is None
