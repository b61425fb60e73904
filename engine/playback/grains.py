"""Sound while the playhead flies: short grains of the scene at their own pitch, one after another.

Faster than four times, pitch would leave hearing and rendering would cost more than it gives.
Each grain is heard in the direction of travel.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.playback.scene import SceneReader

GRAIN_S = 0.064
_OVERLAP_S = 0.008


class Grains:
    """A playhead that is faster than its sound.

    Parameters
    ----------
    reader : SceneReader
    position : float
    sample_rate_hz : int
    """

    def __init__(self, reader: SceneReader, position: float, sample_rate_hz: int) -> None:
        self.position = float(position)
        self.speed = 0.0
        self._reader = reader
        self._overlap = int(_OVERLAP_S * sample_rate_hz)
        self._length = int(GRAIN_S * sample_rate_hz)
        phase = (np.arange(self._overlap) + 0.5) / self._overlap
        self._rise = np.sin(0.5 * np.pi * phase).astype(np.float32)
        self._ready = np.zeros((reader.channels, 0), dtype=np.float32)
        self._tail = np.zeros((reader.channels, self._overlap), dtype=np.float32)

    def move(self, speed: float, count: int) -> NDArray[np.float32]:
        """(channels, count) samples while the playhead travels at `speed` (scene over sound)."""
        self.speed = speed
        while self._ready.shape[1] < count:
            self._ready = np.concatenate([self._ready, self._next_grain()], axis=1)
        out, self._ready = self._ready[:, :count], self._ready[:, count:].copy()
        self.position = max(self.position + speed * count, 0.0)
        return out

    def _next_grain(self) -> NDArray[np.float32]:
        """A grain whose start is laid over the end of the one before (equal power)."""
        total = self._length + self._overlap
        start = int(self.position) - (total if self.speed < 0 else 0)
        self._reader.locate(max(start, 0), hurried=True)
        grain = self._reader.read(total)
        if self.speed < 0:
            grain = grain[:, ::-1].copy()
        grain[:, : self._overlap] *= self._rise
        grain[:, : self._overlap] += self._tail
        self._tail = grain[:, self._length :] * self._rise[::-1]
        return grain[:, : self._length]
