"""Sample peaks and true peaks of every channel, block by block, in memory claimed once."""

from __future__ import annotations

import numba
import numpy as np
from numpy.typing import NDArray

from engine.realtime.lanes import LANES, fma, larger, load, magnitude, spread, store
from engine.realtime.oversampling import TAPS, interpolators
from engine.realtime.snapshot import HOP_SAMPLES, Samples

_PAST = TAPS - 1


class BlockPeaks:
    """Peaks of (channels, n <= HOP_SAMPLES) blocks.

    True peaks are those of `engine.realtime.oversampling`; they are known half its length later
    than the samples, none is lost.
    """

    def __init__(self, channels: int) -> None:
        self._signal = np.zeros((channels, _PAST + HOP_SAMPLES + LANES), dtype=np.float32)
        self._taps = np.ascontiguousarray(interpolators(), dtype=np.float32)
        self._lanes = np.zeros(LANES, dtype=np.float32)

    def reset(self) -> None:
        """Forget the past."""
        self._signal[:] = 0.0

    def measure(self, block: Samples) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Peaks and true peaks (channels,) of a block."""
        peaks = np.zeros(len(block), dtype=np.float32)
        true_peaks = np.zeros(len(block), dtype=np.float32)
        find_peaks(
            block, self._signal.ravel(), self._signal.shape[1], self._taps.ravel(), self._lanes,
            peaks, true_peaks,
        )  # fmt: skip
        return peaks, true_peaks


@numba.njit(inline="always")
def _largest(values, numbers):
    """The largest of sixteen numbers."""
    store(numbers, 0, values)
    found = np.float32(0.0)
    for number in numbers:
        found = max(found, number)
    return found


@numba.njit(inline="always")
def _between(signal, at, phase, taps):
    """What sixteen samples from `at` on reach at one place between each and the next."""
    even, odd = spread(np.float32(0.0)), spread(np.float32(0.0))
    for k in range(0, TAPS, 2):
        even = fma(spread(taps[phase * TAPS + k]), load(signal, at + k), even)
        odd = fma(spread(taps[phase * TAPS + k + 1]), load(signal, at + k + 1), odd)
    return magnitude(even + odd)


@numba.njit(cache=True, nogil=True)
def find_peaks(block, signal, length, taps, numbers, peaks, true_peaks):
    """Peaks of a (channels, n) block; `signal` (channels * length) keeps what came before.

    What is no number counts as zero.
    """
    count = block.shape[1]
    for c in range(len(block)):
        start = c * length
        for n in range(count):
            value = block[c, n]
            signal[start + _PAST + n] = value if abs(value) < 1e9 else np.float32(0.0)
        for n in range(LANES):
            signal[start + _PAST + count + n] = 0.0
        peak, true_peak = spread(np.float32(0.0)), spread(np.float32(0.0))
        for n in range(0, count, LANES):
            peak = larger(peak, magnitude(load(signal, start + _PAST + n)))
            if n + LANES <= count:
                for phase in range(len(taps) // TAPS):
                    true_peak = larger(true_peak, _between(signal, start + n, phase, taps))
        peaks[c] = _largest(peak, numbers)
        highest = max(peaks[c], _largest(true_peak, numbers))
        for n in range(count // LANES * LANES, count):  # what sixteen do not divide
            for phase in range(len(taps) // TAPS):
                total = np.float32(0.0)
                for k in range(TAPS):
                    total += taps[phase * TAPS + k] * signal[start + n + k]
                highest = max(highest, abs(total))
        true_peaks[c] = highest
        for n in range(_PAST):
            signal[start + n] = signal[start + count + n]
