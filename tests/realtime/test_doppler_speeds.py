"""Doppler shift of fast sources, their level and their direction, against closed forms."""

from dataclasses import replace

import numpy as np
import pytest
from realtime_scenes import RATE_HZ, clip, level_db, render, snapshot, source, tone
from room_scenes import in_room, wet
from scipy import signal

from engine.realtime.delay_line import is_jump
from engine.realtime.snapshot import MotionPlan
from engine.units import SPEED_OF_SOUND_M_PER_S

TONE_HZ = 500.0


def passage(speed_m_per_s: float) -> MotionPlan:
    """Straight ahead for 1.2 s, away (positive) or nearer."""
    far_m = 5.0 + 1.2 * abs(speed_m_per_s)
    ends = (5.0, far_m) if speed_m_per_s > 0.0 else (far_m, 5.0)
    places = np.array([[end, 0.0, 0.0] for end in ends])
    return MotionPlan(np.array([0.0, 1.2 * RATE_HZ]), places)


def moving(speed_m_per_s: float):
    return source(passage(speed_m_per_s), clip(tone(2 * RATE_HZ, TONE_HZ)), doppler=True)


def shifted_hz(speed_m_per_s: float) -> float:
    return TONE_HZ / (1.0 + speed_m_per_s / SPEED_OF_SOUND_M_PER_S)


def heard_hz(samples: np.ndarray) -> float:
    phase = np.unwrap(np.angle(signal.hilbert(samples)))[1000:-1000]
    return float((phase[-1] - phase[0]) / (len(phase) - 1) * RATE_HZ / (2 * np.pi))


@pytest.mark.parametrize("speed", [-250.0, -200.0, -100.0, 100.0, 200.0, 250.0])
def test_a_fast_tone_has_the_pitch_of_its_speed_and_no_other(speed: float) -> None:
    (foa,) = render(snapshot([moving(speed)], ["foa"]), 220)
    piece = foa[0, 47_500:56_500].astype(float)
    wanted = shifted_hz(speed)
    assert heard_hz(piece) == pytest.approx(wanted, rel=1e-3)
    power = np.abs(np.fft.rfft(piece * signal.windows.kaiser(len(piece), 14.0), 1 << 16)) ** 2
    frequency = np.fft.rfftfreq(1 << 16, 1.0 / RATE_HZ)
    near = np.abs(frequency - wanted) < 120.0
    assert 10 * np.log10(power[~near].sum() / power[near].sum()) < -60.0


@pytest.mark.parametrize("speed", [-200.0, 200.0, 250.0])
def test_the_ground_s_reflection_of_a_fast_tone_has_its_pitch(speed: float) -> None:
    scene = in_room([moving(speed)], "field")
    piece = wet(scene, 220)[0][0, 40_000:46_000].astype(float)
    assert heard_hz(piece) == pytest.approx(shifted_hz(speed), rel=3e-3)


def test_fast_sources_begin_anywhere() -> None:
    for scene in (
        snapshot([moving(-250.0)], ["foa"]),
        in_room([moving(-250.0)], "field"),
    ):
        (whole,) = render(replace(scene), 200)
        (later,) = render(scene, 20, 40_123)
        assert level_db(later - whole[:, 40_123 : 40_123 + later.shape[1]], later) < -90.0


@pytest.mark.parametrize(
    ("delays", "jumps"),
    [
        ((1000.0, 1000.0, 1700.0, 1700.0), True),
        ((1700.0, 1700.0, 1000.0, 1000.0), True),
        ((1000.0, 1000.0, 1150.0, 1150.0), True),
        ((9000.0, 9000.0, 1000.0, 310.0), True),
        ((3000.0, 2300.0, 1600.0, 900.0), False),
        ((3000.0, 3000.0, 2300.0, 1600.0), False),
        ((900.0, 200.0, 90.0, 200.0), False),
        ((1000.0, 1000.0, 1090.0, 1090.0), False),
    ],
)
def test_a_jump_is_a_change_that_no_motion_makes(delays: tuple[float, ...], jumps: bool) -> None:
    assert is_jump.py_func(*delays) is jumps


def fly_by(speed_m_per_s: float, away_m: float, seconds: float) -> MotionPlan:
    """From the right to the left, nearest half-way, through the front."""
    ends = np.array([[away_m, side * 0.5 * seconds * speed_m_per_s, 0.0] for side in (-1.0, 1.0)])
    return MotionPlan(np.array([0.0, seconds * RATE_HZ]), ends)


@pytest.mark.parametrize(("speed", "away_m"), [(100.0, 50.0), (60.0, 20.0)])
def test_level_and_direction_are_those_of_where_the_sound_left(speed: float, away_m: float) -> None:
    """A source on a line, heard at t, was at t' = (t - sqrt(...)) as Lienard and Wiechert solve."""
    seconds, hops = 2.0, 375
    motion = fly_by(speed, away_m, seconds)
    passing = source(motion, clip(tone(3 * RATE_HZ, 1000.0)), doppler=True)
    (foa,) = render(snapshot([passing], ["foa"]), hops)
    envelope = np.abs(signal.hilbert(foa[0].astype(float)))
    heard_s = np.arange(foa.shape[1]) / RATE_HZ - 0.5 * seconds  # 0: nearest
    mach = speed / SPEED_OF_SOUND_M_PER_S
    # c (t - t') = sqrt(d^2 + (v t')^2), a quadratic in t'
    root = np.sqrt((heard_s * mach) ** 2 + (away_m / SPEED_OF_SOUND_M_PER_S) ** 2 * (1 - mach**2))
    left_s = (heard_s - root) / (1.0 - mach**2)
    there = np.stack([np.full_like(left_s, away_m), speed * left_s])
    distance = np.linalg.norm(there, axis=0)
    kept = slice(48_000, 90_000)
    np.testing.assert_allclose(envelope[kept], 0.5 / distance[kept], rtol=2e-3)
    smooth = np.ones(480) / 480
    products = foa[:2, kept].astype(float) * foa[0, kept]
    omni, left = (np.convolve(product, smooth, "valid") for product in products)
    aside = np.convolve((there[1] / distance)[kept], smooth, "valid")
    np.testing.assert_allclose(left / omni, aside, atol=5e-3)
    # The pitch passes the tone's own where the source is nearest: there it is loudest, too.
    loudest_s = heard_s[kept][envelope[kept].argmax()]
    assert loudest_s == pytest.approx(away_m / SPEED_OF_SOUND_M_PER_S, abs=0.01)


def test_without_travel_level_and_direction_are_those_of_now() -> None:
    motion = fly_by(100.0, 50.0, 2.0)
    passing = source(motion, clip(tone(3 * RATE_HZ, 1000.0)))
    (foa,) = render(snapshot([passing], ["foa"]), 375)
    envelope = np.abs(signal.hilbert(foa[0].astype(float)))
    distance = np.hypot(50.0, 100.0 * (np.arange(foa.shape[1]) / RATE_HZ - 1.0))
    kept = slice(4000, 90_000)
    np.testing.assert_allclose(envelope[kept], 0.5 / distance[kept], rtol=2e-3)
