"""The limiter holds its ceiling, keeps time and image, and leaves quiet sound alone."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.deliver.limiter import TruePeakLimiter
from engine.deliver.loudness import TruePeakMeter
from engine.errors import ShapeError

RATE_HZ = 48_000


def limit(sound: np.ndarray, ceiling_dbtp: float, block: int = 4_096) -> np.ndarray:
    limiter = TruePeakLimiter(sound.shape[0], RATE_HZ, ceiling_dbtp)
    parts = [
        limiter.process(sound[:, start : start + block])
        for start in range(0, sound.shape[1], block)
    ]
    return np.concatenate([*parts, limiter.flush()], axis=1)


def true_peak_dbtp(sound: np.ndarray) -> float:
    meter = TruePeakMeter(sound.shape[0])
    meter.add(sound)
    return meter.true_peak_dbtp


def bursts(seed: int, channels: int = 2) -> np.ndarray:
    """Noise with hard clicks, steps and full-band tones: everything limiters trip over."""
    random = np.random.default_rng(seed)
    samples = 24_000
    sound = 0.3 * random.normal(0, 1, (channels, samples))
    sound[:, random.integers(0, samples, 20)] = random.choice([-4.0, 4.0], (channels, 20))
    sound[0, 5_000:7_000] += 3.0
    sound[-1, 9_000:15_000] += 5 * np.sin(np.arange(6_000) * random.uniform(0.01, 2.8))
    return sound.astype(np.float32)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("ceiling_dbtp", [-1.0, -2.0, -9.0])
def test_the_ceiling_holds(seed: int, ceiling_dbtp: float) -> None:
    sound = bursts(seed)
    limited = limit(sound, ceiling_dbtp)
    assert limited.shape == sound.shape
    assert true_peak_dbtp(limited) <= ceiling_dbtp


def test_quiet_sound_passes_bit_for_bit() -> None:
    sound = np.clip(bursts(1), -0.2, 0.2)
    np.testing.assert_array_equal(limit(sound, -1.0, 333), sound)


def test_away_from_a_peak_nothing_changes_and_time_is_kept() -> None:
    sound = np.full((2, 48_000), 0.1, np.float32)
    sound[0, 24_000] = 2.0
    limited = limit(sound, -1.0)
    changed = np.flatnonzero(limited[1] != sound[1])
    assert changed.min() > 24_000 - 0.0055 * RATE_HZ
    assert changed.max() < 24_000 + 0.3 * RATE_HZ
    assert np.argmax(np.abs(limited[0])) == 24_000


def test_channels_share_one_gain() -> None:
    sound = bursts(3)
    sound[1] = 0.5 * sound[0]
    limited = limit(sound, -1.0)
    np.testing.assert_allclose(limited[1], 0.5 * limited[0], rtol=1e-5, atol=1e-7)


@given(block=st.integers(1, 6_000))
@settings(max_examples=8, deadline=None)
def test_blocks_do_not_matter(block: int) -> None:
    sound = bursts(4)[:, 4_000 : 6_000 if block < 50 else 24_000]
    np.testing.assert_allclose(limit(sound, -1.0, block), limit(sound, -1.0), atol=1e-6)


def test_reduction_is_told_and_shapes_are_checked() -> None:
    limiter = TruePeakLimiter(1, RATE_HZ, -1.0)
    limiter.process(np.full((1, 9_600), 2.0, np.float32))
    limiter.flush()
    assert 7.0 < limiter.reduction_db < 9.0
    with pytest.raises(ShapeError):
        limiter.process(np.zeros((2, 10)))
