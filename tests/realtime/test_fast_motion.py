"""Sources that circle the head fast, against responses that change with every sample."""

import numpy as np
import pytest
import realtime_scenes
from circling import ANGLES, heard_tone
from realtime_scenes import circle, clip, level_db, noise, render, snapshot, source, tone

from engine.coordinates import to_cartesian
from engine.realtime.snapshot import MotionPlan
from engine.spatial.hrir import load_hrirs

RATE_HZ = realtime_scenes.RATE_HZ
HOPS = 120
KEPT = slice(4000, 28_000)


def ideal_tone(frequency_hz: float, turns_per_s: float, samples: int) -> np.ndarray:
    """Both ears (2, samples) of a tone through the response of every single sample's direction."""
    hrirs = load_hrirs("kemar", RATE_HZ)
    taps = np.arange(hrirs.aligned.shape[-1])
    around = np.arange(ANGLES) * 360.0 / ANGLES
    vertices, weights = hrirs.weights(to_cartesian(around, 0.0 * around, 1.0))
    near, places = np.unique(vertices, return_inverse=True)
    delays = np.einsum("mk,mke->em", weights, hrirs.even_delays_samples[vertices])

    def response(line_hz: float, _angles: np.ndarray) -> np.ndarray:
        turn = -2j * np.pi * line_hz / RATE_HZ
        measured = hrirs.aligned[near] @ np.exp(turn * taps)
        aligned = np.einsum("mk,mke->em", weights, measured[places.reshape(vertices.shape)])
        return aligned * np.exp(turn * delays)

    return heard_tone(response, frequency_hz, turns_per_s, samples, RATE_HZ, lines=240)


def far_from_the_tone_db(samples: np.ndarray, frequency_hz: float, width_hz: float) -> float:
    power = np.abs(np.fft.rfft(samples * np.kaiser(len(samples), 20.0))) ** 2
    far = np.abs(np.fft.rfftfreq(len(samples), 1.0 / RATE_HZ) - frequency_hz) > width_hz
    return float(10 * np.log10(power[far].sum() / power.sum()))


@pytest.mark.parametrize(
    ("turns_per_s", "frequency_hz"), [(1.0, 3000.0), (3.0, 1000.0), (10.0, 300.0), (10.0, 3000.0)]
)
def test_a_circling_tone_is_as_pure_as_its_physics(turns_per_s: float, frequency_hz: float) -> None:
    samples = HOPS * 256
    motion = circle(turns_per_s, 1.0)
    (out,) = render(snapshot([source(motion, clip(tone(samples, frequency_hz)))]), HOPS)
    ideal = ideal_tone(frequency_hz, turns_per_s, samples)
    assert level_db(out[:, KEPT] - ideal[:, KEPT], ideal[:, KEPT]) < -43.0
    width_hz = 100.0 + 30.0 * turns_per_s
    ours = far_from_the_tone_db(out[0, KEPT], frequency_hz, width_hz)
    physical = far_from_the_tone_db(ideal[0, KEPT], frequency_hz, width_hz)
    assert ours < max(-60.0, physical + 1.0)


@pytest.mark.parametrize("turns_per_s", [1.0, 4.0, 10.0, 40.0])
def test_no_clicks_however_fast(turns_per_s: float) -> None:
    """What a click would leave: the highest octave of a low tone stays empty."""
    samples = HOPS * 256
    motion = circle(turns_per_s, 1.0)
    (out,) = render(snapshot([source(motion, clip(tone(samples, 250.0)))]), HOPS)
    power = np.abs(np.fft.rfft(out[0, KEPT] * np.kaiser(24_000, 20.0))) ** 2
    assert 10 * np.log10(power[6000:].sum() / power.sum()) < -84.0


def test_slow_fast_and_jumping_sources_add_up() -> None:
    dry = [noise(40_000, seed) for seed in range(4)]
    jump = MotionPlan(
        np.array([0.0, 9000.0, 9001.0, 40_000.0]), np.eye(3)[[0, 0, 1, 1]] + [0.0, 0.0, 0.2]
    )
    motions = [circle(0.1, 1.0), circle(2.0, 1.0), circle(9.0, 1.0), jump]
    sources = [source(m, clip(d)) for m, d in zip(motions, dry, strict=True)]
    (together,) = render(snapshot(sources), 80)
    alone = [render(snapshot([each]), 80)[0] for each in sources]
    assert level_db(together - sum(alone), together) < -115.0


@pytest.mark.parametrize("rate_hz", [44_100, 48_000, 96_000])
@pytest.mark.parametrize("start", [37 * 256, 37 * 256 + 101])
def test_fast_motion_does_not_depend_on_where_playback_begins(
    rate_hz: int, start: int, monkeypatch
) -> None:
    monkeypatch.setattr(realtime_scenes, "RATE_HZ", rate_hz)
    scene = snapshot([source(circle(5.0 * i, 1.0), clip(noise(30_000, i))) for i in range(3)])
    (whole,) = render(scene, 70)
    (later,) = render(scene, 20, start)
    np.testing.assert_array_equal(later, whole[:, start : start + later.shape[1]])
