"""Waveform overviews: true extremes at every level, cached, cancellable."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine.errors import CancelledError, MediaError
from engine.media.audio_file import write_audio
from engine.media.peaks import build_peaks, peaks_of


def sound(samples: int) -> np.ndarray:
    return np.random.default_rng(2).uniform(-1, 1, (2, samples)).astype(np.float32)


@pytest.mark.parametrize("samples", [0, 1, 256, 65_536, 200_001])
def test_extremes_of_every_level_are_exact(tmp_path: Path, samples: int) -> None:
    noise = sound(samples)
    write_audio(tmp_path / "a.wav", noise, 48_000, subtype="FLOAT")
    peaks = build_peaks(tmp_path / "a.wav")
    assert (peaks.sample_rate_hz, peaks.samples) == (48_000, samples)
    for size, level in peaks.levels.items():
        assert level.shape == (2, -(-samples // size), 2)
        for entry in range(level.shape[1]):
            part = noise[:, entry * size : (entry + 1) * size]
            np.testing.assert_array_equal(level[:, entry, 0], part.min(axis=1))
            np.testing.assert_array_equal(level[:, entry, 1], part.max(axis=1))
    for size, level in peaks_of(noise, 48_000).levels.items():
        np.testing.assert_array_equal(level, peaks.levels[size])


def test_the_cache_is_used_and_follows_the_file(tmp_path: Path) -> None:
    path, cache = tmp_path / "a.wav", tmp_path / "cache"
    write_audio(path, sound(5_000), 48_000, subtype="FLOAT")
    first = build_peaks(path, cache)
    calls: list[str] = []
    again = build_peaks(path, cache, lambda stage, fraction: calls.append(stage))
    assert not calls
    np.testing.assert_array_equal(first.levels[256], again.levels[256])
    write_audio(path, 0.5 * sound(6_000), 48_000, subtype="FLOAT")
    assert build_peaks(path, cache).samples == 6_000
    for file in cache.iterdir():
        file.write_bytes(b"damaged")
    assert build_peaks(path, cache).samples == 6_000


def test_cancelling_leaves_nothing(tmp_path: Path) -> None:
    path, cache = tmp_path / "a.wav", tmp_path / "cache"
    write_audio(path, sound(5_000), 48_000, subtype="FLOAT")

    def cancel(stage: str, fraction: float) -> None:
        raise CancelledError("cancelled")

    with pytest.raises(CancelledError):
        build_peaks(path, cache, cancel)
    assert not cache.exists()
    with pytest.raises(MediaError, match="no such"):
        build_peaks(tmp_path / "b.wav", cache)


def test_the_screen_chooses_a_level() -> None:
    peaks = peaks_of(sound(70_000), 48_000)
    assert [peaks.level_for(n) for n in (10, 256, 60_000, 70_000)] == [256, 256, 256, 65_536]
