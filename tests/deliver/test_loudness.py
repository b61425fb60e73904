"""Loudness against the Recommendation's own numbers, EBU's minimum requirements and FFmpeg."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.deliver.loudness import LoudnessMeter, TruePeakMeter, k_weighting, measure
from engine.errors import ShapeError
from engine.media.audio_file import read_audio, write_audio

ffmpeg = pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="ffmpeg is not installed")


def sine(level_dbfs: float, duration_s: float, rate_hz: int = 48_000, frequency_hz: float = 1000.0):
    time_s = np.arange(round(duration_s * rate_hz)) / rate_hz
    return 10 ** (level_dbfs / 20) * np.sin(2 * np.pi * frequency_hz * time_s)


def stereo(*parts: tuple[float, float]) -> np.ndarray:
    return np.tile(np.concatenate([sine(*part) for part in parts]), (2, 1))


def ffmpeg_loudness(path: Path) -> dict[str, float]:
    command = ["ffmpeg", "-hide_banner", "-nostats", "-i", str(path)]
    command += ["-af", "ebur128=peak=true:framelog=verbose", "-f", "null", "-"]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stderr
    summary = text[text.rindex("Summary:") :]
    keys = {"I": "integrated", "Peak": "true_peak"}
    return {
        keys[key]: float(value)
        for key, value in re.findall(r"\b(I|Peak): +(-?[\d.]+|-inf)", summary)
    }


def test_k_weighting_is_the_recommendations_at_48_khz() -> None:
    shelf = [1.53512485958697, -2.69169618940638, 1.19839281085285, 1.0]
    shelf += [-1.69065929318241, 0.73248077421585]
    high_pass = [1.0, -2.0, 1.0, 1.0, -1.99004745483398, 0.99007225036621]
    np.testing.assert_allclose(k_weighting(48_000), [shelf, high_pass], atol=2e-9)


@pytest.mark.parametrize("rate_hz", [22_050, 44_100, 48_000, 88_200, 96_000, 192_000])
def test_a_sine_at_997_hz_reads_its_level_at_any_rate(rate_hz: int) -> None:
    tone = np.tile(sine(-20.0, 2.0, rate_hz, 997.0), (2, 1))
    assert measure(tone, rate_hz).integrated_lufs == pytest.approx(-20.0, abs=0.03)
    assert measure(tone[:1], rate_hz).integrated_lufs == pytest.approx(-23.01, abs=0.03)


@pytest.mark.parametrize(
    ("parts", "expected_lufs"),
    [
        ([(-23.0, 20)], -23.0),
        ([(-33.0, 20)], -33.0),
        ([(-36.0, 5), (-23.0, 20), (-36.0, 5)], -23.0),
        ([(-72.0, 5), (-36.0, 5), (-23.0, 20), (-36.0, 5), (-72.0, 5)], -23.0),
        ([(-26.0, 10), (-20.0, 10.05), (-26.0, 10)], -23.0),
    ],
)
def test_ebu_tech_3341_integrated(parts: list[tuple[float, float]], expected_lufs: float) -> None:
    assert measure(stereo(*parts), 48_000).integrated_lufs == pytest.approx(expected_lufs, abs=0.1)


def test_ebu_tech_3341_surround() -> None:
    left, centre, surround = (sine(level, 10) for level in (-28.0, -24.0, -30.0))
    sound = np.stack([left, left, centre, np.zeros_like(left), surround, surround])
    assert measure(sound, 48_000).integrated_lufs == pytest.approx(-23.0, abs=0.1)


def test_ebu_tech_3341_momentary_and_short_term() -> None:
    meter = LoudnessMeter(2, 48_000)
    meter.add(stereo((-23.0, 5)))
    np.testing.assert_allclose(meter.short_term_lufs, -23.0, atol=0.1)
    np.testing.assert_allclose(meter.momentary_lufs, -23.0, atol=0.1)


@pytest.mark.parametrize(
    ("parts", "expected_lu"),
    [([(-20.0, 20), (-30.0, 20)], 10.0), ([(-20.0, 20), (-15.0, 20)], 5.0)],
)
def test_ebu_tech_3342_range(parts: list[tuple[float, float]], expected_lu: float) -> None:
    assert measure(stereo(*parts), 48_000).range_lu == pytest.approx(expected_lu, abs=1.0)


def test_the_lfe_counts_nothing_and_the_surrounds_more() -> None:
    tone = sine(-20.0, 3)
    levels = []
    for channel in range(6):
        sound = np.zeros((6, tone.size))
        sound[channel] = tone
        levels.append(measure(sound, 48_000).integrated_lufs)
    assert levels[3] == -np.inf
    np.testing.assert_allclose(np.array(levels)[[0, 1, 2]], -23.0, atol=0.05)
    np.testing.assert_allclose(np.array(levels)[[4, 5]], -23.0 + 10 * np.log10(1.41), atol=0.05)


def test_blocks_do_not_matter() -> None:
    sound = np.random.default_rng(0).normal(0, 0.1, (6, 30_011)).astype(np.float32)
    results = []
    for size in (1_001, 512, 30_011):
        meter = LoudnessMeter(6, 44_100)
        for start in range(0, sound.shape[1], size):
            meter.add(sound[:, start : start + size])
        results.append(meter.result())
    assert results[0].integrated_lufs == pytest.approx(results[2].integrated_lufs, abs=1e-9)
    assert results[1].true_peak_dbtp == pytest.approx(results[2].true_peak_dbtp, abs=1e-9)


def test_silence_and_very_short_sound() -> None:
    nothing = measure(np.zeros((2, 48_000)), 48_000)
    assert nothing.integrated_lufs == nothing.true_peak_dbtp == -np.inf
    assert measure(np.tile(sine(-20, 0.3), (2, 1)), 48_000).integrated_lufs == -np.inf
    assert measure(np.zeros((2, 0)), 48_000).sample_peak_dbfs == -np.inf
    with pytest.raises(ShapeError, match="16"):
        LoudnessMeter(16, 48_000)


@pytest.mark.parametrize("phase_deg", [0.0, 22.5, 45.0, 60.0])
def test_true_peak_finds_the_peak_between_the_samples(phase_deg: float) -> None:
    """A quarter-rate sine's samples may miss its peak by 3 dB (EBU Tech 3341 cases 15 to 19)."""
    phase = 2 * np.pi * np.arange(9_600) / 4 + np.radians(phase_deg)
    ramp = np.minimum(1.0, np.minimum(np.arange(9_600), np.arange(9_600)[::-1]) / 2_400)
    meter = TruePeakMeter(1)
    for start in range(0, 9_600, 777):
        meter.add((0.5 * ramp * np.sin(phase))[None, start : start + 777])
    assert meter.true_peak_dbtp == pytest.approx(-6.02, abs=0.1)


@ffmpeg
@pytest.mark.parametrize("rate_hz", [44_100, 48_000, 96_000])
@pytest.mark.parametrize("channels", [1, 2, 6])
def test_agrees_with_ffmpeg(tmp_path: Path, rate_hz: int, channels: int) -> None:
    random = np.random.default_rng(channels)
    samples = 3 * rate_hz
    swell = 0.03 + 0.2 * np.abs(np.sin(np.arange(samples) * 2.0 / rate_hz))
    noise = random.normal(0, 1, (channels, samples + 3))
    soft = sum(np.roll(noise, shift, axis=1) for shift in range(4))[:, 3:] / 2
    sound = np.clip(soft * swell, -1, 1)
    sound[-1] *= 2.0 if channels == 6 else 1.0
    write_audio(tmp_path / "a.wav", sound, rate_hz, wave_mask=0x3F if channels == 6 else None)
    theirs = ffmpeg_loudness(tmp_path / "a.wav")
    ours = measure(read_audio(tmp_path / "a.wav")[0], rate_hz)
    assert ours.integrated_lufs == pytest.approx(theirs["integrated"], abs=0.11)
    assert ours.true_peak_dbtp == pytest.approx(theirs["true_peak"], abs=0.3)


def test_the_published_gate_test_file(shared_data: Path) -> None:
    """ITU-R BS.2217's absolute gate file reads -69.5 LKFS."""
    path = shared_data / "loudness" / "pyloudnorm__1770-2_Comp_AbsGateTest.wav"
    sound, rate_hz = read_audio(path)
    assert measure(sound, rate_hz).integrated_lufs == pytest.approx(-69.5, abs=0.1)


@given(
    quiet_dbfs=st.floats(-110.0, -30.0), loud_dbfs=st.floats(-60.0, 0.0), gain_db=st.floats(-20, 60)
)
@settings(max_examples=30, deadline=None)
def test_the_result_with_a_gain_is_that_of_the_gained_sound(
    quiet_dbfs: float, loud_dbfs: float, gain_db: float
) -> None:
    """What the gain lifts over the absolute gate counts, so it is more than a sum."""
    rng = np.random.default_rng(0)
    levels = np.repeat(10 ** (np.array([quiet_dbfs, loud_dbfs, quiet_dbfs]) / 20), 8000)
    sound = rng.normal(size=(1, 24_000)) * levels
    meter = LoudnessMeter(1, 8000)
    meter.add(sound)
    expected = measure(sound * 10 ** (gain_db / 20), 8000)
    for field in ("integrated_lufs", "momentary_max_lufs", "range_lu", "true_peak_dbtp"):
        found = getattr(meter.result(gain_db), field)
        assert found == pytest.approx(getattr(expected, field), abs=0.01), field
