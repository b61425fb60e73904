"""Streaming conversion between the project's and the device's sample rate."""

from __future__ import annotations

from math import gcd

import numpy as np
from numba import njit
from numpy.typing import NDArray

_HALF_TAPS = 32
_KAISER_BETA = 9.0
_PASSBAND = 0.95
"""Cut-off as a fraction of the lower Nyquist frequency."""


class Resampler:
    """Windowed-sinc polyphase conversion at an exact rational ratio, block by block.

    Parameters
    ----------
    source_rate_hz, target_rate_hz : int
    channels : int

    Notes
    -----
    Output sample n is the input at time n * source / target, delayed by `delay_samples` input
    samples; splitting the input differently gives the same samples. Kaiser window, about 90 dB.

    References
    ----------
    Smith, "Digital Audio Resampling Home Page", CCRMA, 2002.
    """

    def __init__(self, source_rate_hz: int, target_rate_hz: int, channels: int) -> None:
        divisor = gcd(source_rate_hz, target_rate_hz)
        self._up = target_rate_hz // divisor
        self._down = source_rate_hz // divisor
        self.ratio = target_rate_hz / source_rate_hz
        cutoff = _PASSBAND * min(1.0, self.ratio)
        self._half = int(np.ceil(_HALF_TAPS / min(1.0, self.ratio)))
        self.delay_samples = self._half
        self._phases = _phase_table(self._up, self._half, cutoff)
        self._history = np.zeros((channels, 2 * self._half), dtype=np.float32)
        self._next = 0
        """Time of the next output sample, in units of 1/up input samples past the history."""

    def reset(self) -> None:
        """Forget the past; the next block starts out of silence."""
        self._history[:] = 0.0
        self._next = 0

    def process(self, block: NDArray[np.float32]) -> NDArray[np.float32]:
        """Convert (channels, n) samples into (channels, m), m about n * target / source."""
        joined = np.concatenate((self._history, block), axis=1)
        available = block.shape[1] * self._up
        count = max(0, -(-(available - self._next) // self._down))
        times = self._next + self._down * np.arange(count)
        starts, phases = np.divmod(times, self._up)
        out = np.empty((len(block), count), dtype=np.float32)
        filter_at(joined, starts + 1, self._phases, phases, out)
        self._next += self._down * count - available
        self._history = joined[:, joined.shape[1] - 2 * self._half :]
        return out


@njit(cache=True, nogil=True)
def filter_at(samples, starts, rows, chosen, out):  # type: ignore[no-untyped-def]
    """Write to `out` (channels, n) the samples from each start on, weighted by the chosen row."""
    taps = rows.shape[1]
    for channel in range(samples.shape[0]):
        for i in range(len(starts)):
            start, row = starts[i], chosen[i]
            total = 0.0
            for tap in range(taps):
                total += samples[channel, start + tap] * rows[row, tap]
            out[channel, i] = total


def _phase_table(up: int, half: int, cutoff: float) -> NDArray[np.float32]:
    """(up, 2 half) filter rows: row p interpolates p/up of a sample after tap half-1."""
    taps = np.arange(-half + 1, half + 1)[None, :] - np.arange(up)[:, None] / up
    window = np.i0(_KAISER_BETA * np.sqrt(np.clip(1.0 - (taps / half) ** 2, 0.0, None)))
    table = cutoff * np.sinc(cutoff * taps) * window / np.i0(_KAISER_BETA)
    table /= table.sum(axis=1, keepdims=True)
    return np.asarray(table, dtype=np.float32)
