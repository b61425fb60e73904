"""Spectra that are kept beside their set: the same to the bit, and of nothing else."""

from __future__ import annotations

from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest

from engine.realtime.snapshot import BinauralPlan
from engine.spatial import binaural, decoders, equal_loudness, kept_tables
from engine.spatial.binaural import binaural_plan
from engine.spatial.decoders import field_decoder
from engine.spatial.equal_loudness import ears_gain
from engine.spatial.fibonacci import fibonacci_sphere
from engine.spatial.hrir import HrirSet
from engine.spatial.kept_tables import belongs_to


def small_set(folder: Path) -> HrirSet:
    """A head of noise, the same every time, kept in a file of the folder (which is not written)."""
    rng = np.random.default_rng(4)
    late = rng.uniform(0.0, 30.0, (80, 2))
    responses = rng.normal(size=(80, 2, 96)) * np.exp(-np.arange(96) / 12.0)
    made = HrirSet("small", 48_000, fibonacci_sphere(80), responses, late, 80, 1.4)
    return belongs_to(made, folder / "set.npz")


def assert_same(one: BinauralPlan, other: BinauralPlan) -> None:
    for field in fields(BinauralPlan):
        mine, theirs = getattr(one, field.name), getattr(other, field.name)
        np.testing.assert_array_equal(mine, theirs)
        if isinstance(mine, np.ndarray):
            assert mine.dtype == theirs.dtype
    assert other.spectra.ctypes.data % 64 == 0


@pytest.mark.parametrize("near_m", [(), (0.75, 0.4)])
def test_what_was_kept_is_what_was_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, near_m: tuple[float, ...]
) -> None:
    made = binaural_plan(small_set(tmp_path), near_m)
    (tables,) = tmp_path.iterdir()
    with monkeypatch.context() as nothing_new:
        nothing_new.setattr(binaural, "_fill", lambda *_: pytest.fail("it was made again"))
        assert_same(made, binaural_plan(small_set(tmp_path), near_m))
    tables.write_bytes(tables.read_bytes()[:-1000])
    assert_same(made, binaural_plan(small_set(tmp_path), near_m))
    np.savez(tables, spectra=made.spectra[:-1])
    assert_same(made, binaural_plan(small_set(tmp_path), near_m))


def test_other_distances_are_other_tables(tmp_path: Path) -> None:
    hrirs = small_set(tmp_path)
    assert binaural_plan(hrirs, (0.4,)).radii_m.tolist() == [1.0, 0.4]
    assert binaural_plan(hrirs, (0.75,)).radii_m.tolist() == [1.0, 0.75]
    assert len(list(tmp_path.iterdir())) == 2


def test_a_set_that_is_derived_keeps_nothing(tmp_path: Path) -> None:
    hrirs = small_set(tmp_path)
    plan = binaural_plan(replace(hrirs, responses=0.5 * hrirs.responses))
    assert not list(tmp_path.iterdir())
    np.testing.assert_array_equal(plan.spectra, 0.5 * binaural_plan(hrirs).spectra)


def test_what_is_large_is_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_tables, "MOST_BYTES", 100_000)
    binaural_plan(small_set(tmp_path))
    assert not list(tmp_path.iterdir())


def test_decoders_are_kept_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = field_decoder(small_set(tmp_path), 1)
    others = (
        field_decoder(small_set(tmp_path), 1, "virtual_loudspeakers"),
        field_decoder(small_set(tmp_path), 1, cuton=900.0),
    )
    assert len(list(tmp_path.iterdir())) == 3
    monkeypatch.setattr(decoders, "_made", lambda *_: pytest.fail("it was made again"))
    np.testing.assert_array_equal(made, field_decoder(small_set(tmp_path), 1))
    assert not any(np.array_equal(made, other) for other in others)


def test_a_head_s_gain_is_kept_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = ears_gain(small_set(tmp_path))
    monkeypatch.setattr(equal_loudness, "_ears_gain", lambda _: pytest.fail("it was made again"))
    assert ears_gain(small_set(tmp_path)) == made
