"""Between rows of measurements: a head's responses at low harmonics are met exactly."""

from __future__ import annotations

import numpy as np
import pytest

from engine.coordinates import to_cartesian
from engine.spatial.hrir import hrir_set, load_hrirs
from engine.spatial.meridians import between_rows, lattice_of, row_delays

RATE_HZ = 48_000
TAPS = 256
STEP_DEG = 10.0


def rows(lowest_deg: float, step_deg: float = STEP_DEG) -> np.ndarray:
    """(n, 3) directions in rows up to the pole, fewer in those near it."""
    heights = np.arange(lowest_deg, 90.1, step_deg)
    counts = [max(round(72 * np.cos(np.radians(height))), 1) for height in heights]
    return np.concatenate([
        to_cartesian(np.arange(n) * 360.0 / n, np.full(n, height))
        for height, n in zip(heights, counts, strict=True)
    ])  # fmt: skip


def delays_of(directions: np.ndarray) -> np.ndarray:
    """(n, 2) samples on the way to two places 9 cm beside the middle, in free air."""
    return 100.0 + directions[:, 1:2] * [-1.0, 1.0] * 0.09 / 343.0 * RATE_HZ


def free_responses(delays: np.ndarray) -> np.ndarray:
    """(n, 2, taps) pulses below 5 kHz after delays (n, 2)."""
    frequencies = np.fft.rfftfreq(TAPS, 1.0 / RATE_HZ)
    levels = np.cos(0.5 * np.pi * np.clip(frequencies / 5000.0, 0.0, 1.0)) ** 2
    turn = np.exp(-2j * np.pi * frequencies * delays[..., None] / RATE_HZ)
    return np.fft.irfft(levels * turn, TAPS)


def test_between_rows_responses_are_exact() -> None:
    directions = rows(-90.0)
    lattice = lattice_of(directions)
    assert lattice is not None
    assert len(lattice.missing) == 0
    # Whatever onsets alignment found.
    late = delays_of(directions) + np.random.default_rng(1).uniform(-1.0, 1.0, (len(directions), 2))
    found, heard, _ = between_rows(
        lattice, directions, free_responses(delays_of(directions)), late, RATE_HZ
    )
    heights = np.degrees(np.arcsin(found[:, 2]))
    finer = np.arange(-90.0, 90.0, 2.5)
    assert np.unique(np.round(heights, 6)) == pytest.approx(finer[finer % 10.0 != 0.0])
    true = free_responses(delays_of(found))
    assert 20 * np.log10(np.abs(heard - true).max() / np.abs(true).max()) < -55.0


def test_rows_from_unequal_distances_are_told() -> None:
    directions = rows(-40.0)
    lattice = lattice_of(directions)
    assert lattice is not None
    heights = np.degrees(np.arcsin(directions[:, 2])).round()
    uneven = np.random.default_rng(2).uniform(-4.0, 4.0, len(lattice.measured_deg))
    smooth = np.polyval(np.polyfit(lattice.measured_deg, uneven, 3), lattice.measured_deg)
    sides = directions[:, 1]
    ways = [np.where(side > 0.0, -side, -np.arcsin(side)) for side in (sides, -sides)]
    sphere = np.stack(ways, axis=1) * 0.0875 / 343.0 * RATE_HZ
    row = ((heights + 40.0) / STEP_DEG).astype(int)
    late = row_delays(lattice, directions, 60.0 + sphere + uneven[row, None], RATE_HZ)
    assert late.max() == 0.0
    assert late - late.mean() == pytest.approx(uneven - smooth, abs=1e-6)


@pytest.mark.parametrize(
    "directions",
    [rows(-90.0, 5.0), rows(-90.0, 15.0), rows(-40.0)[1:], rows(-40.0) * [1.0, 1.0, 0.9]],
)  # fmt: skip
def test_other_sets_are_left_alone(directions: np.ndarray) -> None:
    unit = directions / np.linalg.norm(directions, axis=1, keepdims=True)
    assert lattice_of(unit) is None


def test_measured_responses_stay_as_they_are() -> None:
    hrirs = load_hrirs("kemar", RATE_HZ)
    shared = hrirs.shared_delays_samples
    assert shared is not None
    assert np.ptp(shared) / RATE_HZ < 3e-4
    assert shared.max() <= 1e-9
    chosen = np.arange(0, hrirs.measured, 37)
    heard = hrirs.interpolate(hrirs.directions[chosen])
    wrong = np.abs(heard - hrirs.responses[chosen]).max()
    assert 20 * np.log10(wrong / np.abs(heard).max()) < -60.0


def test_what_rows_share_does_not_reach_between_the_ears() -> None:
    """A set whose rows were measured from unequal distances, brought nearer: equal ears."""
    directions = rows(-40.0)
    row = np.round(np.degrees(np.arcsin(directions[:, 2])) / STEP_DEG).astype(int) % 2
    even, uneven = (
        hrir_set("set", RATE_HZ, directions, free_responses(delays_of(directions) + late), 1.4)
        for late in (0.0, 4.0 * row[:, None])
    )
    places = to_cartesian([30.0, 80.0, 120.0], [12.0, 33.0, -25.0])
    between = [np.diff(one.apart(places, 0.3)[1], axis=1) for one in (even, uneven)]
    assert between[1] == pytest.approx(between[0], abs=1.0)
