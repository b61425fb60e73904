"""Doppler shift against its closed form at all speeds, and sources hundreds of metres away."""

import numpy as np
import pytest
from chain_scenes import delayed, noise, render, scene
from scipy import signal

from engine.realtime.snapshot import MotionPlan
from engine.units import SPEED_OF_SOUND_M_PER_S

RATE_HZ = 48_000


def line(start_m: float, end_m: float, seconds: float) -> MotionPlan:
    places = np.array([[start_m, 0.0, 0.0], [end_m, 0.0, 0.0]])
    return MotionPlan(np.array([0.0, seconds * RATE_HZ]), places)


def pitch_hz(samples: np.ndarray) -> float:
    phase = np.unwrap(np.angle(signal.hilbert(samples)))[3000:-3000]
    return float((phase[-1] - phase[0]) / (len(phase) - 1) * RATE_HZ / (2 * np.pi))


@pytest.mark.parametrize("speed_m_per_s", [10.0, 20.0, 35.0, 60.0])
@pytest.mark.parametrize("away", [True, False])
@pytest.mark.parametrize("air", [True, False])
def test_the_pitch_is_that_of_the_speed(speed_m_per_s: float, away: bool, air: bool) -> None:
    near, far = 5.0, 5.0 + 1.5 * speed_m_per_s
    path = line(near, far, 1.5) if away else line(far, near, 1.5)
    tone = 0.5 * np.sin(2 * np.pi * 2000.0 * np.arange(2 * RATE_HZ) / RATE_HZ)
    got = render(scene(delayed(tone[None].astype(np.float32), path, air=air)), 270)
    speed = speed_m_per_s if away else -speed_m_per_s
    wanted = 2000.0 / (1.0 + speed / SPEED_OF_SOUND_M_PER_S)
    assert pitch_hz(got[28_000:68_000].astype(float)) == pytest.approx(wanted, rel=1e-4)


@pytest.mark.parametrize("distance_m", [150.0, 300.0, 399.0])
def test_far_sounds_arrive_when_and_as_loud_as_they_should(distance_m: float) -> None:
    dry = noise(20_000)
    got = render(scene(delayed(dry, line(distance_m, distance_m, 1.0))), 350)
    delay = distance_m / SPEED_OF_SOUND_M_PER_S * RATE_HZ
    correlation = signal.correlate(got, dry[0], "valid")
    assert np.argmax(correlation) == pytest.approx(delay, abs=1.0)
    level = np.sqrt(np.sum(got**2) / np.sum(dry**2)) * distance_m
    assert level == pytest.approx(1.0, rel=0.02)


def test_farther_than_the_ring_the_delay_stays_and_the_level_falls() -> None:
    path = line(100.0, 900.0, 2.0)
    tone = 0.5 * np.sin(2 * np.pi * 500.0 * np.arange(4 * RATE_HZ) / RATE_HZ)
    plan = delayed(tone[None].astype(np.float32), path)
    bounded = type(plan)(**{**vars(plan), "max_delay_samples": 56_000})
    got = render(scene(bounded), 740)
    assert np.isfinite(got).all()
    late = got[155_000:180_000].astype(float)  # what left after the source's arrival
    assert pitch_hz(late) == pytest.approx(500.0, rel=1e-4)
    assert np.abs(late).max() == pytest.approx(0.5 / 900.0, rel=0.01)


def test_a_jump_of_hundreds_of_metres_is_faded() -> None:
    times = np.array([0.0, 0.5, 0.5001, 2.0]) * RATE_HZ
    places = np.array([[2.0, 0, 0], [2.0, 0, 0], [0, 300.0, 0], [0, 300.0, 0]])
    tone = 0.5 * np.sin(2 * np.pi * 300.0 * np.arange(2 * RATE_HZ) / RATE_HZ)
    plan = delayed(tone[None].astype(np.float32), MotionPlan(times, places), air=True)
    got = render(scene(plan), 375).astype(float)
    bend = np.abs(np.diff(got, 2))
    # No sharper than the corner of a straight fade over a hop.
    assert bend[20_000:].max() < bend[5000:15_000].max() + 0.25 / 256
