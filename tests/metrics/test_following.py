"""Whether ears follow a mover: ranks of azimuth and interaural differences while it sounds."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import spearmanr

from engine.metrics.direction import (
    InterauralDifferences,
    interaural_differences,
    window_levels_dbfs,
)
from engine.metrics.following import active_windows, following, rank_correlation

WINDOWS = 40


def ears(itd_us: np.ndarray, ild_db: np.ndarray) -> InterauralDifferences:
    times_s = 0.05 * np.arange(len(itd_us))
    return InterauralDifferences(times_s, itd_us, itd_us, ild_db, np.zeros(len(itd_us)))


def test_a_mover_whose_differences_grow_with_its_azimuth_is_followed() -> None:
    azimuth_deg = np.linspace(-60.0, 60.0, WINDOWS)
    always = np.ones(WINDOWS, dtype=bool)
    found = following(azimuth_deg, ears(9.0 * azimuth_deg, np.tanh(azimuth_deg / 40.0)), always)
    assert (found.itd, found.ild) == pytest.approx((1.0, 1.0))
    assert found.followed
    assert found.active_s == pytest.approx(2.0)
    turned = following(azimuth_deg, ears(9.0 * azimuth_deg, -azimuth_deg), always)
    assert turned.worst == pytest.approx(-1.0)
    assert not turned.followed


def test_only_its_active_time_counts() -> None:
    azimuth_deg = np.linspace(-60.0, 60.0, WINDOWS)
    heard = azimuth_deg.copy()
    heard[:20] = -heard[:20]
    active = np.arange(WINDOWS) >= 20
    assert following(azimuth_deg, ears(heard, heard), active).followed
    assert not following(azimuth_deg, ears(heard, heard), ~active).followed


def test_what_is_too_short_or_still_has_no_correlation() -> None:
    azimuth_deg = np.linspace(-60.0, 60.0, WINDOWS)
    short = np.arange(WINDOWS) < 5
    found = following(azimuth_deg, ears(azimuth_deg, azimuth_deg), short)
    assert np.isnan(found.itd)
    assert found.worst == -1.0
    assert np.isnan(rank_correlation(np.ones(20), np.arange(20.0)))


def test_a_mover_is_active_where_it_is_seen_and_not_15_db_below() -> None:
    own = np.array([-40.0, -54.0, -56.0, -45.0, -40.0])
    rest = np.array([-50.0, -50.0, -50.0, -20.0, -50.0])
    seen = np.array([True, True, True, True, False])
    np.testing.assert_array_equal(
        active_windows(own, rest, seen), [True, True, False, False, False]
    )


def test_rank_correlations_are_scipys() -> None:
    rng = np.random.default_rng(2)
    a, b = rng.integers(0, 9, 50).astype(float), rng.normal(size=50)
    assert rank_correlation(a, b) == pytest.approx(spearmanr(a, b).statistic)


def test_window_levels_are_those_of_the_differences() -> None:
    noise = np.random.default_rng(3).normal(size=(2, 24_000))
    levels = window_levels_dbfs(noise, 48_000)
    np.testing.assert_allclose(levels, interaural_differences(noise, 48_000).level_dbfs)


def test_lags_are_found_to_an_eighth_of_a_sample() -> None:
    rate_hz, lag = 48_000, 13.375
    noise = np.random.default_rng(4).normal(size=rate_hz)
    hz = np.fft.rfftfreq(rate_hz, 1 / rate_hz)
    late = np.fft.irfft(np.fft.rfft(noise) * np.exp(-2j * np.pi * hz * lag / rate_hz))
    found = interaural_differences(np.stack([noise, late]), rate_hz).itd_us
    np.testing.assert_allclose(found, lag / rate_hz * 1e6, atol=1e6 / rate_hz / 8 + 1e-6)


def test_a_mover_that_only_one_of_both_time_differences_follows_is_not_followed() -> None:
    azimuth_deg = np.linspace(60.0, -60.0, 40)
    times_s = 0.05 * np.arange(40)
    still = np.full(40, 300.0)
    still[::2] = 310.0
    ears_apart = InterauralDifferences(times_s, azimuth_deg, still, azimuth_deg, np.zeros(40))
    assert following(azimuth_deg, ears_apart, np.ones(40, dtype=bool)).followed is False
