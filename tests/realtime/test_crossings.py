"""No click where a source crosses the median plane, passes overhead, through the head, or jumps."""

import numpy as np
import pytest
from realtime_scenes import clip, fixed, render, snapshot, source

from engine.coordinates import to_cartesian
from engine.realtime.snapshot import HOP_SAMPLES, MotionPlan

RATE_HZ = 48_000
HOPS = 100
SAMPLES = HOPS * HOP_SAMPLES
TIMES = np.arange(0.0, SAMPLES, 64.0)
SHARE = TIMES / SAMPLES
NOTHING = 0.0 * SHARE
CIRCLE = np.pi * SHARE

PATHS = {
    "still": fixed(40.0),
    "median plane": MotionPlan(TIMES, to_cartesian(40.0 - 80.0 * SHARE, 0.0, 1.0)),
    "faster and slower": MotionPlan(
        TIMES, to_cartesian(40.0 * np.sin(4.0 * np.pi * SHARE), 10.0, 1.0)
    ),
    "overhead": MotionPlan(TIMES, np.stack([np.cos(CIRCLE), NOTHING, np.sin(CIRCLE)], axis=1)),
    "from ear to ear": MotionPlan(TIMES, np.stack([NOTHING + 0.01, 1 - 2 * SHARE, NOTHING], 1)),
    "through the face": MotionPlan(TIMES, np.stack([1 - 2 * SHARE, NOTHING, NOTHING], axis=1)),
    "a jump": MotionPlan(
        np.array([0.0, 12_000.0, 12_001.0, SAMPLES]),
        to_cartesian(np.array([60.0, 60.0, -100.0, -100.0]), 0.0, 1.0),
    ),
}


def soft_noise_and_tone() -> np.ndarray:
    """(1, samples) noise and a tone with nothing above 8 kHz, where a click is seen."""
    spectrum = np.fft.rfft(np.random.default_rng(0).standard_normal(SAMPLES))
    frequency_hz = np.fft.rfftfreq(SAMPLES, 1.0 / RATE_HZ)
    edge = 0.5 + 0.5 * np.cos(np.pi * np.clip((frequency_hz - 6000.0) / 2000.0, 0.0, 1.0))
    noise = np.fft.irfft(spectrum * edge / np.sqrt(np.maximum(frequency_hz, 50.0)))
    tone = np.sin(2 * np.pi * 440.0 * np.arange(SAMPLES) / RATE_HZ)
    return (0.2 * noise / np.abs(noise).max() + 0.3 * tone)[None].astype(np.float32)


@pytest.mark.parametrize("name", PATHS)
def test_no_moment_holds_more_above_12_khz_than_its_sound(name: str) -> None:
    (out,) = render(snapshot([source(PATHS[name], clip(soft_noise_and_tone()))]), HOPS)
    steady = out[:, 2000:-2000].astype(float)
    windows = np.lib.stride_tricks.sliding_window_view(steady, 256, axis=1)[:, ::64]
    power = np.abs(np.fft.rfft(windows * np.blackman(256))) ** 2
    above = power[..., 64:].sum(axis=-1).max() / power.sum(axis=-1).max()
    # One centimetre from the middle of the head it turns by 63 degrees in a hop, then by 13.
    limit_db = -70.0 if name == "from ear to ear" else -75.0
    assert 10 * np.log10(above) < limit_db
