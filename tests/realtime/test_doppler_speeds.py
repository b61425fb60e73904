"""Doppler shift of fast sources, direct and reflected, against its closed form."""

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
