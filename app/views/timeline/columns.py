"""Waveform columns for the screen: from the overviews, or from the samples when zoomed in."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.media.peaks import LEVEL_SAMPLES, Peaks

Columns = tuple[NDArray[np.float32], NDArray[np.float32]]


@dataclass(frozen=True)
class TakeWaveform:
    """One take's overviews and its memory-mapped (channels, samples) audio."""

    peaks: Peaks
    audio: NDArray[np.float32]

    def columns(self, first_sample: float, samples_per_column: float, count: int) -> Columns:
        """(count,) lowest and (count,) highest value of consecutive stretches.

        Several channels show their common extremes; of ambisonics only W is shown. Beyond the
        ends there is silence.
        """
        if samples_per_column < LEVEL_SAMPLES[0]:
            return self._from_samples(first_sample, samples_per_column, count)
        size = self.peaks.level_for(samples_per_column)
        level = self.peaks.levels[size]
        shown = level[:1] if len(level) == 4 else level
        low, high = shown[..., 0].min(axis=0), shown[..., 1].max(axis=0)
        return reduced(low, high, first_sample / size, samples_per_column / size, count)

    def _from_samples(self, first_sample: float, samples_per_column: float, count: int) -> Columns:
        start = max(0, int(first_sample) - 1)
        end = min(self.audio.shape[1], int(first_sample + count * samples_per_column) + 2)
        part = self.audio[:1, start:end] if len(self.audio) == 4 else self.audio[:, start:end]
        if part.shape[1] == 0:
            return np.zeros(count, np.float32), np.zeros(count, np.float32)
        low, high = part.min(axis=0), part.max(axis=0)
        return reduced(low, high, first_sample - start, samples_per_column, count)


def reduced(
    low: NDArray[np.float32], high: NDArray[np.float32], first: float, step: float, count: int
) -> Columns:
    """Extremes over `count` stretches of `step` entries from entry `first` (may be fractional)."""
    if low.size == 0:
        return np.zeros(count, np.float32), np.zeros(count, np.float32)
    starts = np.floor(first + np.arange(count) * step + 1e-9).astype(np.int64)
    inside = (starts >= 0) & (starts < low.size)
    held = np.clip(starts, 0, low.size - 1)
    end = int(np.clip(np.floor(first + count * step), held[-1] + 1, low.size))
    lowest = np.minimum.reduceat(low[:end], held).astype(np.float32)
    highest = np.maximum.reduceat(high[:end], held).astype(np.float32)
    return np.where(inside, lowest, 0.0), np.where(inside, highest, 0.0)
