"""Width: the power stays, the direction widens, and passing through the head is no event."""

from dataclasses import replace

import numpy as np
import pytest
from chain_scenes import curve
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

from engine.realtime.crossover import crossover, keep_lows, part_lanes
from engine.realtime.snapshot import MotionPlan
from engine.realtime.width_law import width_focus
from engine.spatial.hrir import load_hrirs
from engine.spatial.width import icosahedron, width_plan


@pytest.fixture(scope="module")
def plan():
    return width_plan(load_hrirs("kemar", RATE_HZ))


def pink(samples: int, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    hz = np.fft.rfftfreq(samples, 1 / RATE_HZ)
    spectrum = rng.standard_normal(len(hz)) + 1j * rng.standard_normal(len(hz))
    spectrum[(hz < 100.0) | (hz > 16_000.0)] = 0.0
    made = np.fft.irfft(spectrum / np.sqrt(np.maximum(hz, 1.0)), samples)
    return (0.1 * made / made.std())[None].astype(np.float32)


def heard(plan, width_deg: float, motion=None, formats=("binaural",), dry=None, hops=190):
    wide = replace(
        source(motion or fixed(0.0), clip(pink(48_000) if dry is None else dry)),
        width_deg=curve((0.0, width_deg)),
    )
    return render(replace(snapshot([wide], formats), width=plan), hops)


def power(out: np.ndarray) -> float:
    return float(np.sum(np.square(out[:, 4000:44_000], dtype=np.float64)))


def test_the_focus_of_a_cap_is_its_energy_vector() -> None:
    even = np.random.default_rng(0).standard_normal((200_000, 3))
    even /= np.linalg.norm(even, axis=1, keepdims=True)
    for width_deg in (0.001, 90.0, 200.0, 360.0):
        inside = even[:, 0] >= np.cos(np.radians(0.5 * width_deg))
        if inside.any():
            assert width_focus(width_deg) == pytest.approx(even[inside, 0].mean(), abs=0.01)


@pytest.mark.parametrize("name", ["5.1", "stereo", "foa"])
def test_channels_keep_their_power_over_width(name: str) -> None:
    levels = []
    for width_deg in (0.0, 60.0, 150.0, 360.0):
        (out,) = heard(None, width_deg, fixed(70.0), (name,), hops=60)
        rows = {"5.1": [0, 1, 2, 4, 5], "stereo": [0, 1], "foa": [0]}[name]
        levels.append(np.sum(np.square(out[rows, 2000:14_000])))
    assert np.abs(10 * np.log10(np.array(levels) / levels[0])).max() < 0.1


def test_ears_keep_their_power_over_width(plan) -> None:
    """Of all directions together: a direction of its own is louder or softer than the mean."""
    azimuths = np.array([0.0, 70.0, 140.0, 210.0, 280.0])
    levels = []
    for width_deg in (0.0, 30.0, 60.0, 120.0, 240.0, 360.0):
        levels.append(
            sum(
                power(heard(plan, width_deg, fixed(azimuth, elevation))[0])
                for azimuth in azimuths
                for elevation in (-30.0, 25.0)
            )
        )
    level_of = 10 * np.log10(np.array(levels) / np.mean(levels))
    assert np.abs(level_of).max() < 0.5


def third_octaves(out: np.ndarray, centres_hz: list[float]) -> np.ndarray:
    """(ears, bands) power of the steady part of `out` (ears, n)."""
    hz, power_of = signal.welch(out[:, 4000:44_000].astype(float), RATE_HZ, nperseg=8192)
    bands = [(hz >= c * 2 ** (-1 / 6)) & (hz < c * 2 ** (1 / 6)) for c in centres_hz]
    return np.stack([power_of[:, band].sum(axis=1) for band in bands], axis=1)


@pytest.mark.parametrize("azimuth_deg", [0.0, 40.0, -90.0, 150.0])
def test_lows_of_what_is_wide_do_not_comb(plan, azimuth_deg: float) -> None:
    """In every third of an octave up to 500 Hz, at each ear, as loud as the point."""
    centres_hz = [63.0, 80.0, 100.0, 125.0, 160.0, 200.0, 250.0, 315.0, 400.0, 500.0]
    white = noise(48_000)
    for elevation_deg in (0.0, 50.0):
        motion = fixed(azimuth_deg, elevation_deg)
        (point,) = heard(plan, 0.0, motion, dry=white)
        for width_deg in (10.0, 30.0, 45.0, 60.0, 90.0, 180.0, 360.0):
            (wide,) = heard(plan, width_deg, motion, dry=white)
            ratio = third_octaves(wide, centres_hz) / third_octaves(point, centres_hz)
            assert np.abs(10 * np.log10(ratio)).max() < 1.0


def test_lows_do_not_comb_on_the_way_into_the_head(plan) -> None:
    """Both ears together, from ahead, beside what a source has at the head's edge."""
    centres_hz = [80.0, 100.0, 125.0, 160.0, 200.0, 315.0, 500.0]
    white = noise(48_000)

    def lows(distance_m: float) -> np.ndarray:
        (out,) = heard(plan, 0.0, fixed(0.0, 0.0, distance_m), dry=white)
        return third_octaves(out, centres_hz).sum(axis=0)

    edge = lows(0.25)
    for distance_m, limit_db in ((0.22, 1.0), (0.2, 1.0), (0.15, 1.5), (0.1, 2.0), (0.01, 3.0)):
        assert np.abs(10 * np.log10(lows(distance_m) / edge)).max() < limit_db


def test_powers_add_at_any_share_of_the_highs() -> None:
    """abs(L + g H)^2 + (1 - g^2) abs(H)^2 = 1, by impulses through the compiled filters."""
    for rate_hz in (44_100, 192_000):
        coefficients = crossover(900.0, rate_hz)
        lanes = np.zeros((16_384, 16), dtype=np.float32)
        lanes[0, :2] = 1.0
        part_lanes(lanes.reshape(-1), 16, 1, np.zeros((2, 5)), coefficients)
        high = np.abs(np.fft.rfft(lanes[:, 0].astype(float))) ** 2
        low = np.abs(np.fft.rfft(lanes[:, 1].astype(float))) ** 2
        hz = np.fft.rfftfreq(16_384, 1.0 / rate_hz)
        wanted = signal.butter(5, 900.0, "low", fs=rate_hz, output="sos")
        np.testing.assert_allclose(
            low, np.abs(signal.sosfreqz(wanted, hz, fs=rate_hz)[1]) ** 2, atol=1e-4
        )
        for share in (0.0, 0.3, 0.8, 1.0):
            sound = np.eye(1, 16_384, dtype=np.float32)[0]
            keep_lows(sound, share, share, np.zeros(5), coefficients)
            left = np.abs(np.fft.rfft(sound.astype(float))) ** 2
            np.testing.assert_allclose(left + (1.0 - share**2) * high, 1.0, atol=1e-4)


def test_wide_is_apart_at_the_ears(plan) -> None:
    def coherence(width_deg: float) -> float:
        (out,) = heard(plan, width_deg)
        band = signal.butter(4, (800.0, 6000.0), "bandpass", fs=RATE_HZ, output="sos")
        left, right = signal.sosfilt(band, out[:, 4000:44_000].astype(float))
        return float(np.abs(np.corrcoef(left, right)[0, 1]))

    point, half, around = (coherence(width) for width in (0.0, 120.0, 360.0))
    assert point > 0.8
    assert around < 0.35
    assert around < half < point


def test_a_wide_source_still_has_a_side(plan) -> None:
    for azimuth, near, far in ((90.0, 0, 1), (-90.0, 1, 0)):
        (out,) = heard(plan, 120.0, fixed(azimuth))
        level = np.sum(np.square(out[:, 4000:44_000]), axis=1)
        assert 10 * np.log10(level[near] / level[far]) > 3.0


def test_width_glides_without_side_bands(plan) -> None:
    times = np.arange(0.0, 2.0, 0.02)
    widths = 90.0 + 80.0 * np.sin(2 * np.pi * 0.5 * times)
    wide = replace(
        source(fixed(20.0), clip(tone(96_000, 1000.0))),
        width_deg=curve(*zip(times, widths, strict=True)),
    )
    (out,) = render(replace(snapshot([wide]), width=plan), 370)
    piece = out[0, 8000:90_000].astype(float)
    bins = np.abs(np.fft.rfft(piece * signal.windows.kaiser(len(piece), 20.0))) ** 2
    near = np.abs(np.fft.rfftfreq(len(piece), 1 / RATE_HZ) - 1000.0) < 150.0
    # Swells are silent for two samples at both ends: gains do not glide quite straight.
    assert 10 * np.log10(bins[~near].sum() / bins[near].sum()) < -59.0


@pytest.mark.parametrize("formats", [("binaural",), ("5.1", "hoa3", "stereo")])
def test_through_the_head_neither_clicks_nor_blows_up(plan, formats) -> None:
    times = np.array([0.0, 1.0]) * RATE_HZ
    for start in ([0.0, 2.0, 0.0], [2.0, 0.01, 0.0]):
        motion = MotionPlan(times, np.array([start, np.negative(start)]))
        scene = snapshot([source(motion, clip(tone(48_000, 200.0)))], formats)
        for out in render(replace(scene, width=plan), 187):
            assert np.abs(np.diff(out, 2, axis=1)).max() < 0.02
            assert np.abs(out).max() < 0.5 * 4.0 * 2.0


def test_in_the_middle_of_the_head_both_ears_hear_alike(plan) -> None:
    centre = source(fixed(0.0, 0.0, 1e-9), clip(pink(48_000)))
    (out,) = render(replace(snapshot([centre]), width=plan), 190)
    level = np.sum(np.square(out[:, 4000:44_000]), axis=1)
    assert abs(10 * np.log10(level[0] / level[1])) < 1.0


def test_points_without_width_are_as_ever(plan) -> None:
    moving = source(circle(0.7, 1.0), clip(noise(48_000)))
    (plain,) = render(snapshot([moving]), 100)
    (beside,) = render(replace(snapshot([moving]), width=plan), 100)
    np.testing.assert_array_equal(plain, beside)


def test_playback_may_begin_anywhere(plan) -> None:
    wide = replace(source(circle(0.5, 1.0), clip(noise(48_000))), width_deg=curve((0.0, 100.0)))
    scene = replace(snapshot([wide]), width=plan)
    (whole,) = render(scene, 150)
    start = 256 * 90
    (part,) = render(scene, 30, start)
    expected = whole[:, start : start + part.shape[1]]
    assert level_db(part - expected, expected) < -110.0


def test_silence_after_a_wide_sound_is_exact(plan) -> None:
    (out,) = heard(plan, 200.0, dry=noise(3000))
    assert out[:, :6000].any()
    assert not out[:, -512:].any()


def test_the_points_are_even() -> None:
    points = icosahedron()
    np.testing.assert_allclose(points.sum(axis=0), 0.0, atol=1e-12)
    np.testing.assert_allclose(points.T @ points, 4.0 * np.eye(3), atol=1e-12)


@pytest.mark.parametrize("formats", [("binaural",), ("5.1",), ("hoa3",)])
@pytest.mark.parametrize("width_deg", [0.0, 60.0])
def test_a_source_in_the_very_middle_of_the_head_sounds_from_around(
    plan, formats, width_deg
) -> None:
    through = MotionPlan(
        np.array([0.0, 64.0 * 256.0, 48_000.0]),
        np.array([[1.0, 0.0, 0.0], [0.0, 0.0, 0.0], [0.0, 0.0, 0.0]]),
    )
    (out,) = heard(plan if "binaural" in formats else None, width_deg, through, formats)
    assert np.isfinite(out).all()
    assert level_db(out[:, 20_000:40_000], pink(48_000)[:, 20_000:40_000]) > -12.0
