"""Errors of direction over time and of spectra: closed forms, silence, and the commands."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from engine.cli.main import main
from engine.coordinates import to_cartesian
from engine.errors import ShapeError
from engine.media.audio_file import write_audio
from engine.metrics.direction_errors import ear_errors, field_errors
from engine.metrics.spectral_distance import log_spectral_distance_db
from engine.spatial.harmonics import spherical_harmonics

RATE_HZ = 48_000


def noise(samples: int = 48_000, seed: int = 0) -> np.ndarray:
    return 0.1 * np.random.default_rng(seed).normal(size=samples)


def field(azimuth_deg: float, elevation_deg: float) -> np.ndarray:
    return (
        spherical_harmonics(1, to_cartesian([azimuth_deg], [elevation_deg]))[0][:, None] * noise()
    )


def ears(lag_samples: int, gain: float) -> np.ndarray:
    source = noise(48_100)
    return np.stack([source[50:48_050], gain * source[50 - lag_samples : 48_050 - lag_samples]])


def test_ears_that_differ_by_a_lag_and_a_gain() -> None:
    errors = ear_errors(ears(0, 1.0), ears(24, 0.5), RATE_HZ)
    assert len(errors.times_s) > 15
    assert errors.itd_us == pytest.approx(np.full(len(errors.times_s), 500.0), abs=3.0)
    assert errors.ild_db.mean() == pytest.approx(20 * np.log10(2), abs=0.05)
    swapped = ear_errors(ears(24, 0.5), ears(24, 0.5)[::-1], RATE_HZ)
    assert swapped.itd_us.mean() == pytest.approx(1_000.0, abs=5.0)


def test_only_moments_that_sound_in_both_count() -> None:
    late = ears(0, 1.0)
    late[:, :24_000] = 0.0
    errors = ear_errors(ears(0, 1.0), late, RATE_HZ)
    assert errors.times_s.min() >= 0.45
    assert not len(ear_errors(ears(0, 1.0), np.zeros((2, 48_000)), RATE_HZ).times_s)


@pytest.mark.parametrize(
    ("one", "other", "azimuth", "elevation"),
    [((30, 10), (45, -5), 15, 15), ((175, 0), (-170, 0), 15, 0), ((-90, 40), (90, 40), 180, 0)],
)
def test_fields_differ_the_short_way_round(
    one: tuple[int, int], other: tuple[int, int], azimuth: float, elevation: float
) -> None:
    errors = field_errors(field(*one), field(*other), RATE_HZ)
    assert errors.azimuth_deg == pytest.approx(np.full(len(errors.times_s), azimuth), abs=1e-6)
    assert errors.elevation_deg == pytest.approx(np.full(len(errors.times_s), elevation), abs=1e-6)
    everywhere = field(0, 0) * np.array([[1.0], [0.0], [0.0], [0.0]])
    assert not len(field_errors(field(*one), everywhere, RATE_HZ).times_s)


def test_a_gain_is_its_distance_in_decibels() -> None:
    sound = noise()
    assert log_spectral_distance_db(sound, sound, RATE_HZ) == 0.0
    assert log_spectral_distance_db(sound, 0.5 * sound, RATE_HZ) == pytest.approx(6.02, abs=0.01)
    tone = np.sin(2 * np.pi * 1_000 * np.arange(48_000) / RATE_HZ)
    assert log_spectral_distance_db(tone, 0.0 * tone, RATE_HZ) < 60.0
    half = np.concatenate([sound[:24_000], np.zeros(24_000)])
    with_noise_after = np.concatenate([sound[:24_000], 1e-6 * sound[:24_000]])
    assert log_spectral_distance_db(half, with_noise_after, RATE_HZ) == pytest.approx(0.0, abs=0.01)
    assert log_spectral_distance_db(np.zeros(100), sound[:100], RATE_HZ) is None


def test_what_cannot_be_compared_is_said() -> None:
    with pytest.raises(ShapeError, match="48000 samples, the estimate 47999"):
        ear_errors(ears(0, 1.0), ears(0, 1.0)[:, :-1], RATE_HZ)
    with pytest.raises(ShapeError, match="estimate holds NaN"):
        field_errors(field(0, 0), field(0, 0) * np.nan, RATE_HZ)
    with pytest.raises(ShapeError, match="mono sounds of the same length"):
        log_spectral_distance_db(noise(10), noise(11), RATE_HZ)
    with pytest.raises(ShapeError, match="reference holds NaN"):
        log_spectral_distance_db(noise(10) * np.nan, noise(10), RATE_HZ)


def test_the_commands(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    sounds = {
        "a": ears(0, 1.0), "b": ears(24, 0.5), "f": field(0, 0), "g": field(20, 30),
        "silent": np.zeros((2, 48_000)),
    }  # fmt: skip
    paths = {name: str(tmp_path / f"{name}.wav") for name in sounds}
    for name, sound in sounds.items():
        write_audio(paths[name], sound.astype(np.float32), RATE_HZ, subtype="FLOAT")
    assert main(["metrics", "directions", paths["a"], paths["b"], "--over-time"]) == 0
    figures = json.loads(capsys.readouterr().out)
    assert figures["itd_median_us"] == pytest.approx(500.0, abs=3.0)
    assert figures["ild_mae_db"] == pytest.approx(6.02, abs=0.05)
    assert len(figures["times_s"]) == len(figures["itd_us"]) == figures["moments"]
    assert main(["metrics", "directions", paths["f"], paths["g"]]) == 0
    figures = json.loads(capsys.readouterr().out)
    assert list(figures) == ["azimuth_mae_deg", "elevation_mae_deg", "moments"]
    assert figures["azimuth_mae_deg"] == pytest.approx(20.0, abs=1e-3)
    assert main(["metrics", "spectrum", paths["a"], paths["b"]]) == 0
    figures = json.loads(capsys.readouterr().out)
    assert list(figures) == ["lsd_db", "lsd_mid_db"]
    assert figures["lsd_db"] == pytest.approx(3.01, abs=0.05)  # 0 dB left, 6 right
    with caplog.at_level("WARNING"):
        assert main(["metrics", "directions", paths["a"], paths["silent"]]) == 0
    assert json.loads(capsys.readouterr().out)["itd_median_us"] is None
    assert "no moment tells a direction in both" in caplog.text
    assert main(["metrics", "directions", paths["a"], paths["f"]]) == 1
    assert "2 channels, the estimate 4" in capsys.readouterr().err
