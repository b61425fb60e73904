"""Equaliser and occlusion as the kernel runs them, against SciPy and closed forms."""

from dataclasses import replace

import numpy as np
import pytest
from chain_scenes import at, curve, delayed, noise, render, residual_db, scene, source
from scipy import signal

from engine.realtime.equaliser import band_section
from engine.realtime.kernel import Kernel
from engine.realtime.occlusion import (
    OcclusionSampler,
    low_pass_loss,
    occlusion_corner_hz,
    occlusion_gain,
)
from engine.units import SPEED_OF_SOUND_M_PER_S

RATE_HZ = 48_000
BANDS = np.array(
    [
        band_section("high_pass", 30.0, 0.0, 0.7, RATE_HZ),
        band_section("low_shelf", 120.0, 6.0, 0.7, RATE_HZ),
        band_section("bell", 1000.0, -9.0, 2.0, RATE_HZ),
        band_section("bell", 9000.0, 12.0, 1.0, RATE_HZ),
        band_section("high_shelf", 6000.0, -6.0, 0.7, RATE_HZ),
    ]
)


def test_the_equaliser_is_the_cascade_of_its_sections() -> None:
    dry = noise(40_000)
    expected = signal.sosfilt(BANDS, dry[0].astype(float))
    got = render(scene(source(dry, sections=BANDS)), 150)
    assert residual_db(got[:38_000], expected[:38_000]) < -100.0


def test_every_source_has_its_own_equaliser_whatever_its_neighbours() -> None:
    dry = [noise(12_000, seed) for seed in range(21)]
    plans = [source(d, sections=BANDS[: index % 6]) for index, d in enumerate(dry)]
    expected = sum(
        signal.sosfilt(BANDS[: i % 6], d[0].astype(float)) if i % 6 else d[0]
        for i, d in enumerate(dry)
    )
    assert residual_db(render(scene(*plans), 40)[:10_000], expected[:10_000]) < -100.0


def test_very_low_corners_keep_their_precision() -> None:
    rate_hz = 192_000
    sections = band_section("high_pass", 20.0, 0.0, 0.707, rate_hz)[None]
    dry = noise(60_000)
    got = render(scene(source(dry, sections=sections), rate_hz=rate_hz), 220)
    expected = signal.sosfilt(sections, dry[0].astype(float))
    assert residual_db(got[:56_000], expected[:56_000]) < -90.0


def test_playback_may_begin_anywhere() -> None:
    plan = delayed(noise(60_000), at(0.0, 30.0, 0.0), sections=BANDS,
                   occlusion=curve((0.2, 0.0), (0.6, 1.0)))  # fmt: skip
    whole = render(scene(plan), 200)
    start = 256 * 97 + 33
    part = render(scene(plan), 60, start)
    assert residual_db(part, whole[start : start + len(part)]) < -100.0


def test_a_new_equaliser_fades_in_without_a_click() -> None:
    tone = (0.5 * np.sin(2 * np.pi * 200.0 / RATE_HZ * np.arange(60_000)))[None].astype(np.float32)
    old = scene(source(tone, sections=BANDS[:2]))
    kernel = Kernel(old)
    render(kernel, 60)
    kernel.swap(replace(old, sources=(source(tone, sections=BANDS[2:4]),)))
    changing = render(kernel, 20)
    assert np.abs(np.diff(changing, 2)).max() < 2.0 * 0.5 * 2.0 * (2 * np.pi * 200 / RATE_HZ) ** 2


def test_occlusion_is_a_first_order_low_pass_and_a_level() -> None:
    for amount, corner_hz, level_db in ((1.0, 250.0, -12.0), (0.5, 1000.0, -6.0)):
        assert occlusion_corner_hz(amount) == pytest.approx(corner_hz)
        impulse = np.zeros((1, 20_000), np.float32)
        impulse[0, 2000] = 1.0
        got = render(scene(source(impulse, occlusion=curve((0.0, amount)))), 70)
        spectrum = np.abs(np.fft.rfft(got[2000:]))
        hz = np.fft.rfftfreq(len(got) - 2000, 1 / RATE_HZ)
        warped = np.tan(np.pi * hz / RATE_HZ) / np.tan(np.pi * corner_hz / RATE_HZ)
        below = hz < 12_000
        wanted = 10 ** (level_db / 20) / np.sqrt(1 + warped[below] ** 2)
        np.testing.assert_allclose(spectrum[below], wanted, rtol=0.01)


def test_open_is_the_sound_itself() -> None:
    assert low_pass_loss(0.0, RATE_HZ) == 0.0
    assert occlusion_gain(0.0) == 1.0
    dry = noise(10_000)
    got = render(scene(source(dry, occlusion=curve((0.0, 0.0)))), 40)
    assert residual_db(got[:10_000], dry[0]) < -120.0


def test_occlusion_falls_and_rises_with_its_curve_as_heard() -> None:
    distance_m = 100.0
    tone = np.sin(2 * np.pi * 4000.0 / RATE_HZ * np.arange(2 * RATE_HZ))[None].astype(np.float32)
    plan = delayed(tone, at(0.0, distance_m, 0.0), occlusion=curve((1.0, 0.0), (1.01, 1.0)))
    got = render(scene(plan), 370) * distance_m
    assert distance_m / SPEED_OF_SOUND_M_PER_S > 0.29
    before, after = got[int(0.9 * RATE_HZ) : RATE_HZ - 600], got[int(1.05 * RATE_HZ) : 92_000]
    assert np.sqrt(np.mean(before**2)) == pytest.approx(np.sqrt(0.5), rel=0.02)
    assert 20 * np.log10(np.sqrt(2 * np.mean(after**2))) == pytest.approx(-36.3, abs=0.7)


def test_a_moving_occlusion_leaves_no_side_bands() -> None:
    tone = (0.5 * np.sin(2 * np.pi * 1000.0 / RATE_HZ * np.arange(96_000)))[None].astype(np.float32)
    slow = curve(*[(t, 0.5 + 0.4 * np.sin(2 * np.pi * t)) for t in np.arange(0.0, 2.0, 0.02)])
    got = render(scene(source(tone, occlusion=slow)), 370)[4000:90_000].astype(float)
    power = np.abs(np.fft.rfft(got * signal.windows.kaiser(len(got), 20.0))) ** 2
    near = np.abs(np.fft.rfftfreq(len(got), 1 / RATE_HZ) - 1000.0) < 150.0
    assert 10 * np.log10(power[~near].sum() / power[near].sum()) < -70.0


@pytest.mark.parametrize("bad", [np.nan, np.inf, 1e30])
@pytest.mark.parametrize("sections", [BANDS, BANDS[:0]])
def test_what_is_no_number_ends_at_the_strip(bad: float, sections: np.ndarray) -> None:
    dry, good = noise(20_000), noise(20_000, 1)
    dry[0, 9000] = bad
    kernel = Kernel(scene(source(dry, sections=sections), source(good)))
    got = render(kernel, 70)
    assert np.isfinite(got).all()
    assert np.abs(got).max() < 2.0
    assert kernel.faults > 0


def test_denormal_numbers_end_at_the_strip() -> None:
    dry = np.full((1, 20_000), 1e-40, np.float32)
    plans = (source(dry), source(dry, sections=BANDS), source(dry, occlusion=curve((0.0, 0.7))))
    assert not render(scene(*plans), 60).any()


def test_silence_after_sound_ends_in_exact_silence() -> None:
    plan = source(noise(2000), sections=BANDS, occlusion=curve((0.0, 0.4)))
    got = render(scene(plan), 900)
    assert not got[-256:].any()


def test_the_compiled_law_is_the_documented_one() -> None:
    amounts = np.linspace(0.0, 1.0, 41)
    points = curve(*[(float(n), a) for n, a in enumerate(amounts)])
    sampler = OcclusionSampler((source(noise(10), occlusion=points),), 140.0, RATE_HZ)
    out = np.zeros((1, 4, 16), np.float32)
    members = np.array([[0] + [-1] * 15])
    for n, amount in enumerate(amounts):
        hop = n * RATE_HZ // 256
        sampler.glides(hop, members, out)
        heard = points.at(np.array(hop * 256.0))
        assert abs(heard - amount) < 0.01
        assert out[0, 0, 0] == pytest.approx(float(low_pass_loss(heard, RATE_HZ)), abs=1e-6)
        assert out[0, 2, 0] == pytest.approx(float(occlusion_gain(heard)), rel=1e-6)
