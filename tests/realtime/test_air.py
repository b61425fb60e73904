"""Air absorption as the kernel runs it, against the standard's numbers."""

import numpy as np
import pytest
from chain_scenes import at, noise, render, residual_db, scene, source

from engine.realtime.snapshot import MotionPlan
from engine.spatial.air_absorption import absorption_db_per_m, air_plan

RATE_HZ = 48_000


def test_the_coefficient_is_that_of_the_standard() -> None:
    """ISO 9613-1:1993, table 1: 20 degrees, 50 %, dB per kilometre at exact octave midbands."""
    midbands_hz = 1000.0 * 10.0 ** (0.3 * np.arange(-3, 4))
    table = [0.445, 1.31, 2.73, 4.66, 9.86, 29.4, 104.0]
    np.testing.assert_allclose(absorption_db_per_m(midbands_hz) * 1000.0, table, rtol=0.02)


@pytest.mark.parametrize("rate_hz", [44_100, 48_000, 96_000, 192_000])
@pytest.mark.parametrize("distance_m", [3.0, 10.0, 50.0, 100.0, 300.0])
def test_a_source_is_as_dull_as_its_distance(rate_hz: int, distance_m: float) -> None:
    """Within 0.5 dB up to 10 kHz, 1 dB up to 16 kHz; to a loss of 60 dB."""
    impulse = np.zeros((1, 4000), np.float32)
    impulse[0, 1000] = 1.0
    plan = source(impulse, at(0.0, distance_m, 0.0), air=True)
    got = render(scene(plan, rate_hz=rate_hz), 16)[1000:] * distance_m
    hz = np.fft.rfftfreq(len(got), 1 / rate_hz)
    wanted_db = absorption_db_per_m(hz) * distance_m
    loss_db = -20 * np.log10(np.abs(np.fft.rfft(got)))
    audible = (hz > 20.0) & (hz < 16_000.0) & (wanted_db < 60.0)
    assert np.abs(loss_db - wanted_db)[audible & (hz < 10_000.0)].max() < 0.5
    assert np.abs(loss_db - wanted_db)[audible].max() < 1.0
    assert (loss_db[(wanted_db >= 60.0) & (hz < 16_000.0)] > 58.0).all()


def test_near_sources_and_those_without_air_pass() -> None:
    dry = noise(10_000)
    assert residual_db(render(scene(source(dry, at(60.0, 0.0, 0.0))), 40)[:9000] * 60.0,
                       dry[0, :9000]) < -120.0  # fmt: skip
    near = render(scene(source(dry, at(0.3, 0.0, 0.0), air=True)), 40)[:9000] * 0.3
    assert residual_db(near, dry[0, :9000]) < -35.0


def test_gliding_past_leaves_no_side_bands() -> None:
    tone = (0.5 * np.sin(2 * np.pi * 6000.0 / RATE_HZ * np.arange(96_000)))[None].astype(np.float32)
    times = np.array([0.0, 2.0]) * RATE_HZ
    motion = MotionPlan(times, np.array([[0.0, 40.0, 0.0], [0.0, 140.0, 0.0]]))
    got = render(scene(source(tone, motion, air=True)), 370)[4000:90_000].astype(float)
    power = np.abs(np.fft.rfft(got * np.kaiser(len(got), 20.0))) ** 2
    near = np.abs(np.fft.rfftfreq(len(got), 1 / RATE_HZ) - 6000.0) < 150.0
    assert 10 * np.log10(power[~near].sum() / power[near].sum()) < -80.0


def test_playback_may_begin_anywhere_to_the_bit() -> None:
    times = np.array([0.0, 1.0]) * RATE_HZ
    motion = MotionPlan(times, np.array([[0.0, 5.0, 0.0], [0.0, 250.0, 0.0]]))
    plan = source(noise(50_000), motion, air=True)
    whole = render(scene(plan), 150)
    start = 256 * 77 + 19
    part = render(scene(plan), 40, start)
    np.testing.assert_array_equal(part, whole[start : start + len(part)])


def test_responses_reach_farther_than_delays_do() -> None:
    plan = air_plan(RATE_HZ)
    assert plan.step_m * (len(plan.responses) - 1) ** 2 == pytest.approx(1000.0)
    np.testing.assert_allclose(plan.responses.sum(axis=1), 1.0, atol=1e-6)
