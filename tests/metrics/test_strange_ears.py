"""The stranger's measure hears plain shifts and gains, and what crosses is told from what sways."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.clips_elsewhere import crosses
from benchmarks.stranger import _differences, _ranks
from engine.project.model import Track, TrackId, Trajectory

RATE_HZ = 48_000


@pytest.mark.parametrize("late", [-20, 0, 13])
@pytest.mark.parametrize("softer_db", [0.0, 6.0])
def test_a_shift_and_a_gain_are_read_off(late: int, softer_db: float) -> None:
    noise = np.random.default_rng(3).standard_normal(RATE_HZ)
    right = np.roll(noise, late) * 10.0 ** (-softer_db / 20.0)
    _, itd_s, ild_db, _ = _differences(np.stack([noise, right]), RATE_HZ)
    assert np.median(itd_s) == pytest.approx(late / RATE_HZ, abs=2e-6)
    assert np.median(ild_db) == pytest.approx(softer_db, abs=0.1)


def test_too_few_windows_or_no_change_give_no_correlation() -> None:
    rising = np.arange(8.0)
    assert _ranks(rising, rising**3) == pytest.approx(1.0)
    assert np.isnan(_ranks(rising[:5], rising[:5]))
    assert np.isnan(_ranks(rising, np.ones(8)))


def track(azimuth_deg: np.ndarray) -> Track:
    times = np.linspace(0.0, 4.0, len(azimuth_deg))
    angle = np.radians(azimuth_deg)
    positions = np.stack([5 * np.cos(angle), 5 * np.sin(angle), np.full(len(angle), -1.0)], axis=1)
    return Track(
        id=TrackId("t"), name="t", trajectory=Trajectory.from_arrays(times, positions),
        start_s=0.0, end_s=4.0,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("azimuth_deg", "expected"),
    [
        (np.linspace(30, -30, 41), True),
        (np.linspace(30, 0, 41), False),
        (30 * np.sin(np.linspace(0, 12, 41)), False),
        (np.linspace(170, 230, 41), True),
    ],
)
def test_what_goes_forty_degrees_mostly_one_way_crosses(azimuth_deg, expected: bool) -> None:
    assert crosses(track(azimuth_deg)) is expected
