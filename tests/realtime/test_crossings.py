"""No click where a source crosses the median plane, passes overhead, through the head, or jumps.

Nor where its level steps: a fader, a mute, a leap ahead.
"""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from realtime_scenes import clip, fixed, render, snapshot, source, tone
from scipy import signal

from engine.coordinates import to_cartesian
from engine.realtime.kernel import Kernel
from engine.realtime.snapshot import HOP_SAMPLES, BedPlan, MotionPlan, Snapshot
from engine.spatial.binaural import binaural_plan
from engine.spatial.hrir import load_hrirs
from engine.spatial.width import width_plan

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


STEP_HOP = 50


def leap(start_m: list[float], end_m: list[float]) -> MotionPlan:
    middle = STEP_HOP * HOP_SAMPLES + 100.0
    times = np.array([0.0, middle, middle + 1.0, SAMPLES])
    return MotionPlan(times, np.array([start_m, start_m, end_m, end_m]))


def splash_db(
    scene: Snapshot, frequency_hz: float, step: Callable[[Kernel], None] | None = None
) -> float:
    """Most of what any moment of a tone holds farther than 2 kHz from it, over the tone."""
    kernel = Kernel(scene)
    out = np.zeros((2, SAMPLES), dtype=np.float32)
    for hop in range(HOPS):
        if step is not None and hop == STEP_HOP:
            step(kernel)
        kernel.process([out[:, hop * HOP_SAMPLES : (hop + 1) * HOP_SAMPLES]])
    bins_hz, _, spectra = signal.stft(out.astype(float), RATE_HZ, nperseg=1024, noverlap=896)
    power = (np.abs(spectra) ** 2).sum(axis=0)[:, 20:-20]
    far = np.abs(bins_hz - frequency_hz) > 2000.0
    return float(10 * np.log10(power[far].sum(axis=0).max() / power.sum(axis=0).max()))


STEPS: dict[str, Callable[[Kernel], None]] = {
    "mute": lambda kernel: kernel.controls.set_track_mute("t0", muted=True),
    "fader": lambda kernel: kernel.controls.set_track_gain("t0", -6.0),
}
LEAPS = {
    "far ahead": leap([2.0, 0.0, 0.0], [30.0, 0.0, 0.0]),
    "near ahead": leap([4.0, 0.0, 0.0], [2.0, 0.0, 0.0]),
    "far to the side": leap([0.0, 2.0, 0.0], [0.0, 30.0, 0.0]),
    "to the other side": leap([0.0, 2.0, 0.0], [0.0, -2.0, 0.0]),
    "from ear to ear": leap([0.0, 0.45, 0.0], [0.0, -0.45, 0.0]),
    "within the head": leap([0.0, 0.2, 0.0], [0.0, -0.2, 0.0]),
    "over the head": leap([0.3, 0.0, 0.0], [-0.3, 0.0, 0.1]),
}


@pytest.mark.parametrize("frequency_hz", [100.0, 200.0, 1000.0])
@pytest.mark.parametrize("name", [*STEPS, *LEAPS])
def test_a_level_that_steps_does_not_splash(name: str, frequency_hz: float) -> None:
    motion = LEAPS.get(name, fixed(0.0))
    scene = snapshot([source(motion, clip(tone(SAMPLES, frequency_hz)))])
    scene = replace(scene, width=width_plan(load_hrirs("kemar", RATE_HZ)))
    # Lows differ most between the ears of a head that is near.
    limit_db = -52.0 if name == "within the head" else -59.0
    assert splash_db(scene, frequency_hz, STEPS.get(name)) < limit_db


def test_a_mute_of_ambience_does_not_splash() -> None:
    field = np.repeat(tone(SAMPLES, 200.0), 4, axis=0) * np.float32([[1], [0], [0], [1]])
    scene = snapshot([], beds=(BedPlan(0, (clip(field, rows=4),)),))
    assert splash_db(scene, 200.0, STEPS["mute"]) < -61.0


@pytest.mark.parametrize("start", [-300, 1, 300, 600, 900, 1100])
def test_steps_do_not_depend_on_where_playback_begins(start: int) -> None:
    heard = clip(soft_noise_and_tone())
    scene = snapshot([source(motion, heard) for motion in LEAPS.values()])
    (whole,) = render(scene, HOPS)
    first = STEP_HOP * HOP_SAMPLES + start
    (later,) = render(scene, 20, first)
    np.testing.assert_array_equal(later, whole[:, first : first + later.shape[1]])


@pytest.mark.parametrize(
    ("away_m", "speed_m_per_s", "limit_db"),
    [(0.01, 1.0, -70.0), (0.01, 3.0, -66.0), (0.01, 10.0, -56.0), (0.1, 10.0, -58.0)],
)
def test_a_pass_through_the_head_does_not_splash(
    away_m: float, speed_m_per_s: float, limit_db: float
) -> None:
    way = 0.5 * SAMPLES / RATE_HZ * speed_m_per_s
    motion = MotionPlan(np.array([0.0, SAMPLES]), np.array([[away_m, way, 0], [away_m, -way, 0]]))
    assert splash_db(passing_near(motion), 200.0) < limit_db


def passing_near(motion: MotionPlan) -> Snapshot:
    """A tone that comes near the head, between spheres of measurements."""
    hrirs = load_hrirs("kemar", RATE_HZ)
    scene = snapshot([source(motion, clip(tone(SAMPLES, 200.0)))])
    near = binaural_plan(hrirs, (0.22, 0.15))
    return replace(scene, width=width_plan(hrirs), binaural=near)


PASSES = {
    "front to back": ([1.0, 0.0, 0.0], [0.0, 0.01, 0.0], (-60.0, -48.0)),
    "downwards, before the middle": ([0.0, 0.0, 1.0], [0.01, 0.0, 0.0], (-60.0, -56.0)),
    "downwards, beside the middle": ([0.0, 0.0, 1.0], [0.0, 0.01, 0.0], (-52.0, -46.0)),
}


@pytest.mark.parametrize("name", PASSES)
def test_passes_in_other_directions_splash_little(name: str) -> None:
    """At 3 and at 10 m/s."""
    along, away_m, limits_db = PASSES[name]
    for speed_m_per_s, limit_db in zip((3.0, 10.0), limits_db, strict=True):
        way = 0.5 * SAMPLES / RATE_HZ * speed_m_per_s * np.array(along)
        motion = MotionPlan(np.array([0.0, SAMPLES]), np.stack([way, -way]) + away_m)
        assert splash_db(passing_near(motion), 200.0) < limit_db
