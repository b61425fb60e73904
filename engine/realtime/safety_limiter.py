"""The last guard before a device: nothing beyond full scale, without look-ahead.

Up to full scale samples pass bit for bit. One beyond it is brought down at once, and the gain
comes back by `RELEASE_DB_PER_S`, as that of the limiter for delivery does, so that monitoring is
about as loud as what is delivered. All channels share the gain: directions stay. Meters show what
comes before it; their lamps tell of what is taken off.
"""

from __future__ import annotations

import numba
import numpy as np
from numpy.typing import NDArray

RELEASE_DB_PER_S = 60.0
LEAST_GAIN = 1e-3
"""What is beyond that is cut off, so that the gain is back within a second."""


class SafetyLimiter:
    """Limits blocks in place; the block size does not change the result, nothing is allocated.

    Parameters
    ----------
    sample_rate_hz : int
    """

    def __init__(self, sample_rate_hz: int) -> None:
        self._rise = 10.0 ** (RELEASE_DB_PER_S / 20.0 / sample_rate_hz)
        self._gain = 1.0
        self.process(np.zeros((1, 1), np.float32))  # compiles, before anything sounds

    def reset(self) -> None:
        """Forget the past."""
        self._gain = 1.0

    def process(self, samples: NDArray[np.float32]) -> None:
        """Limit (n, channels) contiguous samples, where they are, to -1 ... 1."""
        self._gain = limit(samples, self._gain, self._rise)


@numba.njit(cache=True, nogil=True)
def limit(samples, gain, rise):
    """Bring (n, channels) float32 `samples` to full scale at most; the gain that is left.

    Parameters
    ----------
    gain : float
        In [0, 1], of the sample before.
    rise : float
        Factor by which it comes back in one sample, > 1.
    """
    for n in range(samples.shape[0]):
        gain = min(gain * rise, 1.0)
        peak = 0.0
        for c in range(samples.shape[1]):
            magnitude = abs(np.float64(samples[n, c]))
            if magnitude > peak:
                peak = magnitude
        if peak * gain > 1.0:
            gain = max(1.0 / peak, LEAST_GAIN)
        for c in range(samples.shape[1]):
            value = np.float64(samples[n, c]) * gain
            if value > 1.0:
                value = 1.0
            elif value < -1.0:
                value = -1.0
            elif value != value:
                value = 0.0
            samples[n, c] = value
    return gain
