"""HRIR sets that were made ready before: the same to the bit, and never something old."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest

from engine.spatial import hrir, kept_hrirs
from engine.spatial.hrir import KEMAR, HrirSet, load_hrirs


def loaded(rate_hz: int = 48_000) -> HrirSet:
    hrir._load.cache_clear()
    return load_hrirs(KEMAR, rate_hz)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(kept_hrirs.VARIABLE, str(tmp_path / "hrirs"))
    return tmp_path / "hrirs"


def assert_same(one: HrirSet, other: HrirSet) -> None:
    for field in fields(HrirSet):
        if field.name != "nearer":
            np.testing.assert_array_equal(getattr(one, field.name), getattr(other, field.name))
    for name in ("triangles", "inverses", "neighbours", "lookup"):
        mine, theirs = getattr(one.triangulation, name), getattr(other.triangulation, name)
        np.testing.assert_array_equal(mine, theirs)
    assert len(one.nearer) == len(other.nearer)
    for mine, theirs in zip(one.nearer, other.nearer, strict=True):
        assert_same(mine, theirs)


def test_what_was_kept_is_what_was_made(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = loaded()
    (kept,) = folder.iterdir()
    monkeypatch.setattr(hrir, "_made", lambda *_: pytest.fail("it was made again"))
    assert_same(made, loaded())
    assert kept.stat().st_size > 1_000_000


def test_a_damaged_file_is_made_again(folder: Path) -> None:
    made = loaded()
    (kept,) = folder.iterdir()
    kept.write_bytes(kept.read_bytes()[:100_000])
    assert_same(made, loaded())
    np.savez(kept, facts=np.array('{"notes": [], "spheres": [{"measured": 3}]}'))
    assert_same(made, loaded())


def test_another_rate_and_another_program_are_others(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = Path(__file__)
    assert kept_hrirs.place_of(path, 48_000) == kept_hrirs.place_of(path, 48_000)
    assert kept_hrirs.place_of(path, 48_000) != kept_hrirs.place_of(path, 44_100)
    before = kept_hrirs.place_of(path, 48_000)
    monkeypatch.setattr(kept_hrirs, "_program", lambda: b"another")
    assert kept_hrirs.place_of(path, 48_000) != before


def test_a_folder_that_cannot_be_written_is_no_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_bytes(b"")
    monkeypatch.setenv(kept_hrirs.VARIABLE, str(tmp_path / "file" / "hrirs"))
    assert loaded().measured == 710


def test_the_user_can_keep_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(kept_hrirs.VARIABLE, "off")
    assert kept_hrirs.place_of(tmp_path, 48_000) is None
