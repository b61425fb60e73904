"""Binaural figures: closed forms, published relations, and errors in words."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from engine.cli.main import main
from engine.errors import ShapeError
from engine.media.audio_file import write_audio
from engine.metrics.binaural import compare_binaural, largest_snr_db

RATE_HZ = 16_000
KEYS = ["stft", "env", "mag", "d_phase", "snr_db", "itd_us", "ild_db", "gcc_ms2"]


def noise(seed: int = 0, samples: int = 48_000, channels: int = 2) -> np.ndarray:
    return 0.1 * np.random.default_rng(seed).normal(size=(channels, samples))


def delayed(lag_samples: int, gain: float = 1.0) -> np.ndarray:
    """A source whose right ear hears `lag_samples` later and `gain` times as loud."""
    source = noise(5, 48_000 + 64, 1)[0]
    return np.stack([source[32:-32], gain * source[32 - lag_samples : -32 - lag_samples]])


def test_an_equal_estimate_has_no_error() -> None:
    scores = compare_binaural(noise(), noise(), RATE_HZ)
    assert scores.stft == scores.env == scores.mag == scores.d_phase == 0.0
    assert scores.itd_us == scores.ild_db == scores.gcc_ms2 == 0.0
    assert scores.snr_db == pytest.approx(largest_snr_db(noise(), RATE_HZ))
    assert scores.snr_db == pytest.approx(10 * np.log10((np.mean(noise() ** 2) + 1e-4) / 1e-4))


def test_mono_in_both_ears_has_its_closed_form() -> None:
    """With L = m + d and R = m - d the error of each ear is d: published Mono-Mono relations."""
    middle, side = noise(1)
    reference = np.stack([middle + side, middle - side])
    mono = compare_binaural(reference, middle[None], RATE_HZ)
    assert mono == compare_binaural(reference, np.stack([middle, middle]), RATE_HZ)
    signal, error = np.mean(reference**2), np.mean(side**2)
    assert mono.snr_db == pytest.approx(10 * np.log10((signal + 1e-4) / (error + 1e-4)))
    assert mono.mag == pytest.approx(2 * mono.stft)
    # White noise of variance v through a window w has spectral power v * sum(w^2) = 150 v.
    assert mono.mag == pytest.approx(2 * 150.0 * error, rel=0.03)
    assert mono.d_phase == pytest.approx(np.pi / 2, abs=0.02)
    # The envelope of nothing in one ear: RMS of a Hilbert envelope is sqrt(2) x RMS.
    hushed = compare_binaural(reference, np.zeros_like(reference), RATE_HZ)
    expected = np.sqrt(2) * np.sqrt(np.mean(reference**2, axis=1)).sum()
    assert hushed.env == pytest.approx(expected, rel=1e-3)


def test_swapped_ears_have_opposite_phase() -> None:
    swapped = compare_binaural(noise(), noise()[::-1], RATE_HZ)
    assert swapped.d_phase == pytest.approx(np.pi, abs=1e-6)
    left, right = noise()
    difference = np.mean((left - right) ** 2)
    assert swapped.mag == pytest.approx(2 * 150.0 * difference, rel=0.03)


@pytest.mark.parametrize("lag_samples", [-8, 0, 3, 12])
def test_direction_cues_have_their_closed_form(lag_samples: int) -> None:
    scores = compare_binaural(delayed(0), delayed(lag_samples, 0.5), RATE_HZ)
    lag_s = lag_samples / RATE_HZ
    assert scores.itd_us == pytest.approx(1e6 * abs(lag_s))
    assert scores.gcc_ms2 == pytest.approx(1e3 * (1e3 * lag_s) ** 2)
    assert scores.ild_db == pytest.approx(20 * np.log10(2), abs=0.1)


def test_rates_other_than_16_khz_give_the_same_figures() -> None:
    low = compare_binaural(delayed(0), delayed(6), RATE_HZ)
    high = [np.repeat(sound, 3, axis=1) for sound in (delayed(0), delayed(6))]
    assert compare_binaural(*high, 48_000).itd_us == pytest.approx(low.itd_us)


def test_normalising_removes_a_common_gain_only() -> None:
    assert compare_binaural(noise(), 0.3 * noise(), RATE_HZ, normalise=True).stft < 1e-20
    tilted = noise() * [[1.0], [0.5]]
    assert compare_binaural(noise(), tilted, RATE_HZ, normalise=True).stft > 0.1


def test_silence_has_no_direction() -> None:
    reference = noise()
    reference[1] = 0.0
    scores = compare_binaural(reference, noise(), RATE_HZ)
    assert scores.itd_us is scores.ild_db is scores.gcc_ms2 is None
    assert np.isfinite([scores.stft, scores.env, scores.snr_db, scores.d_phase]).all()
    silent = compare_binaural(np.zeros((2, 9_000)), np.zeros((2, 9_000)), RATE_HZ, normalise=True)
    assert silent.stft == silent.snr_db == 0.0


@pytest.mark.parametrize(
    ("reference", "estimate", "words"),
    [
        (noise(), noise()[:, :-1], "47999"),
        (noise(channels=1), noise(), "reference has 1 channel"),
        (noise(), noise(channels=6), "estimate has 6 channels"),
        (noise(), noise() * np.nan, "NaN"),
        (noise()[:, :0], noise()[:, :0], "no samples"),
    ],
)
def test_what_cannot_be_compared_is_said(
    reference: np.ndarray, estimate: np.ndarray, words: str
) -> None:
    with pytest.raises(ShapeError, match=words):
        compare_binaural(reference, estimate, RATE_HZ)


def test_the_floor_of_the_ratio_is_said(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, seed in (("a", 0), ("b", 1)):
        write_audio(tmp_path / f"{name}.wav", noise(seed), RATE_HZ, subtype="FLOAT")
    reference = str(tmp_path / "a.wav")
    with caplog.at_level("INFO"):
        assert main(["metrics", "binaural", reference, str(tmp_path / "b.wav")]) == 0
        assert not caplog.messages
        assert main(["metrics", "binaural", reference, reference, "--json"]) == 0
    assert "can reach 20.0 dB at most" in caplog.messages[0]
    capsys.readouterr()
    assert main(["metrics", "--help"]) == 0
    assert "1e-4 is added" in " ".join(capsys.readouterr().out.split())


def test_the_command_prints_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name, sound, rate_hz in (("a", noise(), 16_000), ("b", noise(3), 16_000)):
        write_audio(tmp_path / f"{name}.wav", sound, rate_hz, subtype="FLOAT")
    write_audio(tmp_path / "c.wav", noise(), 48_000)
    arguments = ["metrics", "binaural", str(tmp_path / "a.wav")]
    assert main([*arguments, str(tmp_path / "b.wav"), "--normalise"]) == 0
    assert list(json.loads(capsys.readouterr().out)) == KEYS
    assert main([*arguments, str(tmp_path / "c.wav")]) == 1
    assert "48000 Hz" in capsys.readouterr().err
    assert main([*arguments, str(tmp_path / "missing.wav")]) == 1
    assert "no such" in capsys.readouterr().err
    assert main(["metrics", "loudest", "a", "b"]) == 2
