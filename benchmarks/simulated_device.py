"""An output device in simulated time: blocks, latency, a crystal that is wrong, and unplugging."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from engine.playback.output import _Ring

PURE_LATENCY_S = 0.020
_START_BLOCKS = 3


class SimulatedDevice(_Ring):
    """Takes blocks out of its ring when they are due.

    Parameters
    ----------
    sample_rate_hz, block_samples : int
    error_ppm : float
        How much faster the device runs than it says.
    now : callable
        Simulated monotonic time in seconds.
    """

    silent = False
    device_underflows = 0

    def __init__(
        self, sample_rate_hz: int, block_samples: int, error_ppm: float, now: Callable[[], float]
    ) -> None:
        super().__init__(sample_rate_hz, 2)
        self.name = "simulated"
        self.block_samples = block_samples
        self.latency_s = PURE_LATENCY_S + block_samples / sample_rate_hz
        self.underruns = 0
        self.is_plugged = True
        self._true_rate_hz = sample_rate_hz * (1.0 + 1e-6 * error_ppm)
        self._now = now
        self._start_s: float | None = None
        self._base = 0

    def consumed(self) -> int:
        """Samples taken by the blocks that were due so far."""
        if self._start_s is None:
            if self.written - self._base < _START_BLOCKS * self.block_samples:
                return self._base
            self._start_s = self._now()
        due = int((self._now() - self._start_s) * self._true_rate_hz / self.block_samples) + 1
        taken = self._base + due * self.block_samples
        if taken > self.written:
            self.underruns += 1
            self._start_s, self._base = None, self.written
            return self._base
        return taken

    def is_alive(self) -> bool:
        """Whether it is plugged in."""
        return self.is_plugged

    def close(self) -> None:
        """Nothing to release."""

    def heard(self) -> NDArray[np.float32] | None:
        """(channels,) what sounds at this moment; None before the first sample has sounded."""
        if self._start_s is None:
            return None
        place = self._base + (self._now() - self._start_s) * self._true_rate_hz
        place -= PURE_LATENCY_S * self._true_rate_hz
        if place < 0:
            return None
        whole = int(place)
        pair = self.peek(whole, 2)
        part = np.float32(place - whole)
        return np.asarray(pair[0] + part * (pair[1] - pair[0]), dtype=np.float32)

    def _publish(self, count: int) -> None:
        """Nobody waits for it."""
