"""Between the measurements of a row: a head's responses at low harmonics are met exactly."""

from __future__ import annotations

import numpy as np
import pytest

from engine.coordinates import to_cartesian, to_spherical
from engine.spatial.hrir import load_hrirs
from engine.spatial.rows import SPACING_DEG, between_measurements

RATE_HZ = 48_000
TAPS = 256


def harmonic_responses(azimuths_deg: np.ndarray) -> np.ndarray:
    """(n, 2, taps) pulses below 6 kHz that come and go in 0.3 ms as they turn around: what a
    free field does at two places 9 cm beside the middle."""
    azimuths = np.radians(azimuths_deg)
    frequencies = np.fft.rfftfreq(TAPS, 1.0 / RATE_HZ)
    levels = np.cos(0.5 * np.pi * np.clip(frequencies / 6000.0, 0.0, 1.0)) ** 2
    way_s = np.stack([-np.sin(azimuths), np.sin(azimuths)], axis=-1) * 0.09 / 343.0
    turn = np.exp(-2j * np.pi * frequencies * (way_s[..., None] + 100.0 / RATE_HZ))
    return np.fft.irfft(levels * turn, TAPS)


@pytest.mark.parametrize("count", [36, 60, 45])
@pytest.mark.parametrize("elevation_deg", [0.0, 30.0])
def test_between_close_measurements_responses_are_exact(count: int, elevation_deg: float) -> None:
    azimuths = np.arange(count) * 360.0 / count
    row = to_cartesian(azimuths, np.full(count, elevation_deg))
    # Whatever onsets alignment found.
    onsets = 100.0 + np.random.default_rng(1).uniform(-2.0, 2.0, (count, 2))
    found, heard, late = between_measurements(row, harmonic_responses(azimuths), onsets, RATE_HZ)
    angles = to_spherical(found)
    assert angles[:, 1] == pytest.approx(elevation_deg, abs=1e-9)
    everywhere = np.sort(np.concatenate([angles[:, 0] % 360.0, azimuths]))
    step_deg = 360.0 / len(everywhere)
    assert np.diff(everywhere) == pytest.approx(step_deg, abs=1e-6)
    assert step_deg * np.cos(np.radians(elevation_deg)) < SPACING_DEG + 0.3
    true = harmonic_responses(angles[:, 0])
    worst = np.abs(heard - true).max() / np.abs(true).max()
    assert 20 * np.log10(worst) < -60.0
    assert late.shape == (len(found), 2)


@pytest.mark.parametrize("azimuths", [
    np.arange(72) * 2.5,  # half a row
    np.concatenate([np.arange(40) * 5.0, 200.0 + np.arange(16) * 10.0]),  # uneven
    np.arange(24) * 15.0,  # coarse
    np.arange(144) * 2.5,  # fine already
])  # fmt: skip
def test_other_rows_are_left_alone(azimuths: np.ndarray) -> None:
    row = to_cartesian(azimuths, np.zeros(len(azimuths)))
    onsets = np.full((len(row), 2), 100.0)
    found, heard, _ = between_measurements(row, harmonic_responses(azimuths), onsets, RATE_HZ)
    assert len(found) == len(heard) == 0


def test_half_a_row_of_kemar_predicts_the_other_half_where_it_tells_it() -> None:
    hrirs = load_hrirs("kemar", RATE_HZ)
    angles = to_spherical(hrirs.directions[: hrirs.measured])
    row = np.flatnonzero(np.abs(angles[:, 1]) < 0.1)
    row = row[np.argsort(angles[row, 0])]
    kept, left = row[::2], row[1::2]
    found, heard, _ = between_measurements(
        hrirs.directions[kept], hrirs.responses[kept], hrirs.delays_samples[kept], RATE_HZ
    )
    nearest = np.argmax(hrirs.directions[left] @ found.T, axis=1)
    assert np.einsum("ni,ni->n", hrirs.directions[left], found[nearest]) == pytest.approx(1.0)
    frequencies = np.fft.rfftfreq(1024, 1.0 / RATE_HZ)
    band = (frequencies > 200.0) & (frequencies < 5000.0)
    levels = [
        20 * np.log10(np.abs(np.fft.rfft(r, 1024))[..., band])
        for r in (heard[nearest], hrirs.responses[left])
    ]
    assert np.sqrt(np.mean((levels[0] - levels[1]) ** 2)) < 0.2
