"""A lossy encoder's overshoots are found where they are, and lowered there and nowhere else."""

from __future__ import annotations

import numpy as np
import pytest

from engine.deliver.encoder_trim import MARGIN_DB, EncoderTrim, ExcessMeter

RATE_HZ = 48_000
HOP = RATE_HZ // 10


def excess_db(samples: np.ndarray, block: int, ceiling_dbtp: float = -1.0) -> np.ndarray:
    meter = ExcessMeter(len(samples), RATE_HZ, ceiling_dbtp)
    for start in range(0, samples.shape[1], block):
        meter.add(samples[:, start : start + block])
    return meter.excess_db()


@pytest.mark.parametrize("block", [7, 1024, 30_000])
def test_the_excess_is_that_between_samples_in_its_tenth_of_a_second(block: int) -> None:
    """A tone at a quarter of the rate, sampled 45 degrees off its peaks: 3 dB above its samples."""
    samples = np.zeros((2, 10 * HOP))
    burst = slice(6 * HOP + 1000, 6 * HOP + 1400)
    tone = np.sin(0.5 * np.pi * np.arange(400) + 0.25 * np.pi) * np.hanning(400)
    samples[1, burst] = tone
    found = excess_db(samples, block)
    assert np.flatnonzero(found).tolist() == [6]
    assert found[6] == pytest.approx(1.0, abs=0.1)
    assert len(found) == 10


def test_what_keeps_the_ceiling_has_no_excess() -> None:
    assert not excess_db(0.5 * np.ones((6, 3 * HOP)), 4096).any()
    assert not excess_db(np.zeros((6, 0)), 1).any()


def test_only_what_was_too_high_is_lowered_smoothly_and_again_where_it_stays_so() -> None:
    trim = EncoderTrim()
    blocks = [np.ones((2, 5000), np.float32) for _ in range(20)]
    assert all(
        one is other for one, other in zip(trim.applied(blocks, RATE_HZ), blocks, strict=True)
    )
    excess = np.zeros(20)
    excess[9] = 1.2
    trim.lower(excess)
    once = np.concatenate(list(trim.applied(blocks, RATE_HZ)), axis=1)
    gains_db = 20 * np.log10(once[0].astype(float))
    assert gains_db[9 * HOP : 10 * HOP] == pytest.approx(-1.2 - MARGIN_DB, abs=1e-3)
    assert np.abs(np.diff(gains_db)).max() < 1e-3
    assert not gains_db[: 7 * HOP].any()
    assert not gains_db[12 * HOP :].any()
    trim.lower(excess)
    assert trim.most_db == pytest.approx(2 * (1.2 + MARGIN_DB))
