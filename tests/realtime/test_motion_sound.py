"""What motion sounds like: Doppler shift, no side bands, no clicks."""

import numpy as np
import pytest
from realtime_scenes import (
    RATE_HZ,
    circle,
    clip,
    fixed,
    level_db,
    noise,
    render,
    snapshot,
    source,
    tone,
)
from scipy import signal

from engine.realtime.delay_line import PHASES, TAPS, sinc_table
from engine.realtime.snapshot import MotionPlan
from engine.units import SPEED_OF_SOUND_M_PER_S


def side_bands_db(samples: np.ndarray, frequency_hz: float, width_hz: float) -> float:
    """Everything farther than `width_hz` from the tone, against the tone."""
    window = signal.windows.kaiser(len(samples), 20.0)
    power = np.abs(np.fft.rfft(samples * window)) ** 2
    frequency = np.fft.rfftfreq(len(samples), 1.0 / RATE_HZ)
    near = np.abs(frequency - frequency_hz) < width_hz
    return float(10 * np.log10(power[~near].sum() / power[near].sum()))


def test_interpolator_is_a_fractional_delay_up_to_16_khz() -> None:
    table = sinc_table().astype(float)
    frequency = np.linspace(0.0, 16_000.0, 50) / RATE_HZ
    taps = np.arange(TAPS) - (TAPS // 2 - 1)
    for row in (1, PHASES // 3, PHASES // 2):
        response = np.exp(-2j * np.pi * frequency[:, None] * taps) @ table[row]
        wanted = np.exp(-2j * np.pi * frequency * row / PHASES)
        assert 20 * np.log10(np.abs(response - wanted).max()) < -70.0


def test_a_fixed_source_is_delayed_by_its_distance() -> None:
    samples = tone(30_000, 1000.0)
    distance_m = 20.0
    (foa,) = render(snapshot([source(fixed(0.0, 0.0, distance_m), clip(samples), doppler=True)],
                             ["foa"]), 100)  # fmt: skip
    delay = distance_m / SPEED_OF_SOUND_M_PER_S * RATE_HZ
    at = np.arange(6000, 25_000)
    expected = 0.5 * np.sin(2 * np.pi * 1000.0 * (at - delay) / RATE_HZ) / distance_m
    assert level_db(foa[0, at] - expected, expected) < -80.0


@pytest.mark.parametrize("speed", [30.0, -30.0])
def test_doppler_shift_of_a_passing_speed(speed: float) -> None:
    start = 5.0 if speed > 0 else 65.0
    motion = MotionPlan(
        np.array([0.0, 2.0 * RATE_HZ]), np.array([[start, 0, 0], [start + 2.0 * speed, 0, 0]])
    )
    frequency_hz = 2000.0
    (foa,) = render(
        snapshot([source(motion, clip(tone(96_000, frequency_hz)), doppler=True)], ["foa"]), 370
    )
    piece = foa[0, 30_000:90_000].astype(float)
    phase = np.unwrap(np.angle(signal.hilbert(piece)))[5000:-5000]
    measured_hz = (phase[-1] - phase[0]) / (len(phase) - 1) * RATE_HZ / (2 * np.pi)
    expected_hz = frequency_hz / (1 + speed / SPEED_OF_SOUND_M_PER_S)
    assert measured_hz == pytest.approx(expected_hz, rel=1e-4)


def test_doppler_has_no_side_bands_of_the_hop_rate() -> None:
    times = np.arange(0.0, 2.0, 0.005)
    away = 10.0 + 3.0 * np.sin(2 * np.pi * 0.5 * times)
    motion = MotionPlan(times * RATE_HZ, away[:, None] * [[1.0, 0.0, 0.0]])
    (foa,) = render(
        snapshot([source(motion, clip(tone(96_000, 3000.0)), doppler=True)], ["foa"]), 370
    )
    assert side_bands_db(foa[0, 10_000:90_000].astype(float), 3000.0, 150.0) < -80.0


@pytest.mark.parametrize(("turns_per_s", "limit_db"), [(0.25, -70.0), (1.0, -60.0)])
def test_circling_tone_has_no_side_bands(turns_per_s: float, limit_db: float) -> None:
    scene = snapshot(
        [source(circle(turns_per_s, 2.0), clip(tone(96_000, 1000.0)))], ["binaural", "5.1", "hoa3"]
    )
    binaural, surround, hoa = render(scene, 370)
    assert side_bands_db(binaural[0, 4000:90_000], 1000.0, 150.0) < limit_db
    assert side_bands_db(surround[0, 4000:90_000], 1000.0, 150.0) < -60.0
    assert side_bands_db(hoa[9, 4000:90_000], 1000.0, 150.0) < -65.0


def test_a_jump_is_faded_not_clicked() -> None:
    times = np.array([0.0, 0.5, 0.5001, 1.0]) * RATE_HZ
    places = np.array([[2.0, 0, 0], [2.0, 0, 0], [0, 30.0, 0], [0, 30.0, 0]])
    scene = snapshot(
        [source(MotionPlan(times, places), clip(tone(48_000, 300.0)), doppler=True)],
        ["binaural", "foa"],
    )
    binaural, foa = render(scene, 180)
    for out in (binaural[0], foa[0]):
        curvature = np.abs(np.diff(out[3000:], 2))
        assert curvature[18_000:].max() < 3.0 * curvature[5000:15_000].max()


def test_through_the_head_without_a_click() -> None:
    motion = MotionPlan(np.array([0.0, RATE_HZ]), np.array([[0.0, 2.0, 0.0], [0.0, -2.0, 0.0]]))
    scene = snapshot([source(motion, clip(tone(48_000, 200.0)))], ["5.1", "hoa3", "stereo"])
    for out in render(scene, 180):
        assert np.abs(np.diff(out, 2, axis=1)).max() < 0.01
    loudest = np.abs(render(scene, 180)[1][0]).max()
    assert loudest == pytest.approx(2.0, rel=0.02)


def test_sources_beyond_the_doppler_range_still_sound() -> None:
    far = source(fixed(0.0, 0.0, 350.0), clip(noise(60_000)), doppler=True)
    (foa,) = render(snapshot([far], ["foa"]), 250)
    first = np.flatnonzero(np.abs(foa[0]) > 1e-5)[0]
    assert abs(first - 350.0 / SPEED_OF_SOUND_M_PER_S * RATE_HZ) < 30
