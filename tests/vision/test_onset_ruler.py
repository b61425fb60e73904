"""The ruler of contacts: onsets of a sound are its blows, not the rustle before them."""

from __future__ import annotations

import numpy as np

from benchmarks.contact_eval import in_step
from benchmarks.sound_onsets import onsets_s

RATE = 24_000


def blows(times_s: list[float], noise: float) -> np.ndarray:
    generator = np.random.default_rng(3)
    sound = noise * generator.normal(size=6 * RATE)
    for time_s in times_s:
        start = round(time_s * RATE)
        burst = generator.normal(size=RATE // 5) * np.exp(-np.arange(RATE // 5) / (0.03 * RATE))
        sound[start : start + len(burst)] += burst
    return sound


def test_every_blow_is_an_onset_and_noise_is_none() -> None:
    times = [0.5, 1.1, 1.9, 2.05, 3.0, 4.4, 5.2]
    np.testing.assert_allclose(onsets_s(blows(times, 0.02), RATE), times, atol=0.02)


def test_a_rustle_just_before_a_blow_does_not_hide_it() -> None:
    times = [0.6, 1.6, 2.6, 3.6, 4.6]
    sound = blows(times, 0.01)
    for time_s in times:
        start = round((time_s - 0.08) * RATE)
        sound[start : start + RATE // 50] += 0.1 * np.random.default_rng(1).normal(size=RATE // 50)
    heard = onsets_s(sound, RATE)
    assert all(np.abs(heard - t).min() < 0.02 for t in times)


def test_silence_has_no_onsets() -> None:
    assert len(onsets_s(np.zeros(RATE), RATE)) == 0


def test_sound_that_is_late_throughout_is_told() -> None:
    seen = np.array([0.5, 1.3, 2.9, 4.0])
    best, lag_s = in_step(seen + 0.1, seen)
    assert best == 1.0
    assert 0.03 <= lag_s <= 0.12
