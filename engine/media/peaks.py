"""Waveform overviews for the timeline: minimum and maximum of every 256 and 65,536 samples.

They are built once, streaming, and kept beside the bundle's other caches as .npy files that the
window maps into memory.
"""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.errors import MediaError
from engine.jobs import Progress, silent_progress
from engine.media.audio_file import read_audio_blocks

LEVEL_SAMPLES = (256, 65_536)
_FORMAT_VERSION = 1


@dataclass(frozen=True)
class Peaks:
    """Overviews of one sound.

    `levels` maps samples-per-entry to a (channels, entries, 2) float32 array of minimum and
    maximum; the last entry may cover fewer samples.
    """

    sample_rate_hz: int
    samples: int
    levels: dict[int, NDArray[np.float32]]

    def level_for(self, samples_per_pixel: float) -> int:
        """The coarsest level that is still at least as fine as the screen."""
        return max([size for size in self.levels if size <= samples_per_pixel], default=256)


def build_peaks(
    path: str | Path,
    cache_dir: str | Path | None = None,
    progress: Progress = silent_progress,
) -> Peaks:
    """Overviews of an audio file, from the cache where they are there and still true.

    Parameters
    ----------
    path : str or Path
        Audio file (or video with sound).
    cache_dir : str or Path, optional
        Folder of the .npy files, made if missing; nothing is cached without it. An unwritable
        cache is no error: the overviews are simply not kept.
    progress : callable
        Called with every block; may raise CancelledError.

    Raises
    ------
    MediaError
        If the file cannot be read.
    """
    source = Path(path)
    if not source.is_file():
        raise MediaError("there is no such audio file", place=source, remedy="check the path")
    stem = None if cache_dir is None else Path(cache_dir) / _cache_name(source)
    cached = None if stem is None else _load(stem)
    if cached is not None:
        return cached
    peaks = _compute(source, progress)
    if stem is not None:
        _store(stem, peaks)
    return peaks


def peaks_of(samples: NDArray[np.floating], sample_rate_hz: int) -> Peaks:
    """Overviews of (channels, samples) held in memory."""
    fine = _reduce(np.asarray(samples, dtype=np.float32), LEVEL_SAMPLES[0])
    return _with_coarse(fine, sample_rate_hz, samples.shape[1])


def _compute(source: Path, progress: Progress) -> Peaks:
    step = LEVEL_SAMPLES[0]
    parts: list[NDArray[np.float32]] = []
    rest: NDArray[np.float32] | None = None
    samples, rate_hz = 0, 0
    for block, block_rate_hz in read_audio_blocks(source):
        rate_hz = block_rate_hz
        samples += block.shape[1]
        joined = block if rest is None else np.concatenate([rest, block], axis=1)
        whole = joined.shape[1] // step * step
        parts.append(_reduce(joined[:, :whole], step))
        rest = joined[:, whole:]
        progress("waveform", 0.0)
    if rest is not None and rest.shape[1]:
        parts.append(_reduce(rest, step))
    progress("waveform", 1.0)
    return _with_coarse(np.concatenate(parts, axis=1), rate_hz, samples)


def _reduce(block: NDArray[np.float32], step: int) -> NDArray[np.float32]:
    if block.shape[1] == 0:
        return np.zeros((block.shape[0], 0, 2), np.float32)
    starts = np.arange(0, block.shape[1], step)
    extremes = [np.minimum.reduceat(block, starts, axis=1)]
    extremes.append(np.maximum.reduceat(block, starts, axis=1))
    return np.stack(extremes, axis=-1)


def _with_coarse(fine: NDArray[np.float32], rate_hz: int, samples: int) -> Peaks:
    levels = {LEVEL_SAMPLES[0]: fine}
    for size in LEVEL_SAMPLES[1:]:
        step = size // LEVEL_SAMPLES[0]
        low, high = _reduce(fine[..., 0], step)[..., 0], _reduce(fine[..., 1], step)[..., 1]
        levels[size] = np.stack([low, high], axis=-1)
    return Peaks(rate_hz, samples, levels)


def _cache_name(source: Path) -> str:
    """Name that changes when the file does (bundle media are named by content already)."""
    facts = source.stat()
    return f"{source.stem}.{facts.st_size:x}.{facts.st_mtime_ns:x}.v{_FORMAT_VERSION}"


def _level_path(stem: Path, size: int) -> Path:
    return stem.with_name(f"{stem.name}.peaks{size}.npy")


def _load(stem: Path) -> Peaks | None:
    try:
        facts = np.load(stem.with_name(f"{stem.name}.peaks.npy"), allow_pickle=False)
        levels = {
            size: np.load(_level_path(stem, size), mmap_mode="r", allow_pickle=False)
            for size in LEVEL_SAMPLES
        }
    except (OSError, ValueError, EOFError):
        return None
    if facts.shape != (2,):
        return None
    return Peaks(int(facts[0]), int(facts[1]), levels)


def _store(stem: Path, peaks: Peaks) -> None:
    facts = np.array([peaks.sample_rate_hz, peaks.samples], dtype=np.int64)
    try:
        stem.parent.mkdir(parents=True, exist_ok=True)
        for size, level in peaks.levels.items():
            _save(_level_path(stem, size), level)
        _save(stem.with_name(f"{stem.name}.peaks.npy"), facts)
    except OSError:
        return  # a cache that cannot be kept is built again next time


def _save(path: Path, array: NDArray[np.generic]) -> None:
    partial = path.with_name(f".{path.name}.{secrets.token_hex(4)}.partial")
    try:
        with partial.open("wb") as stream:
            np.save(stream, array, allow_pickle=False)
        os.replace(partial, path)
    finally:
        partial.unlink(missing_ok=True)
