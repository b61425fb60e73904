"""Nothing beyond full scale reaches a device; what is within it is not touched."""

import numpy as np
import pytest

from engine.realtime.safety_limiter import RELEASE_DB_PER_S, SafetyLimiter

RATE_HZ = 48_000


def noise(gain: float) -> np.ndarray:
    return (gain * np.random.default_rng(3).uniform(-1.0, 1.0, (4800, 2))).astype(np.float32)


def limited(samples: np.ndarray, block: int) -> np.ndarray:
    limiter, out = SafetyLimiter(RATE_HZ), samples.copy()
    for start in range(0, len(out), block):
        limiter.process(out[start : start + block])
    return out


def test_what_is_within_full_scale_passes_bit_for_bit() -> None:
    samples = noise(1.0)
    assert (limited(samples, 512) == samples).all()


def test_nothing_leaves_beyond_it_and_the_block_size_does_not_matter() -> None:
    samples = noise(40.0)
    samples[100] = np.inf
    samples[200] = np.nan
    out = limited(samples, 4800)
    assert np.isfinite(out).all()
    assert np.abs(out).max() <= 1.0
    assert (limited(samples, 64) == out).all()
    assert (limited(samples, 7) == out).all()


def test_channels_keep_their_balance_and_the_gain_comes_back() -> None:
    samples = np.full((RATE_HZ // 2, 2), 0.1, np.float32)
    samples[0] = (4.0, 1.0)
    out = limited(samples, 512)
    assert out[0] == pytest.approx([1.0, 0.25])
    back = round(20.0 * np.log10(4.0) / RELEASE_DB_PER_S * RATE_HZ)
    assert out[back // 2, 0] == pytest.approx(0.05, rel=0.01)
    assert (out[back + 2 :] == samples[back + 2 :]).all()
