"""Recursive filters of whole channels, run sample by sample in compiled code."""

from __future__ import annotations

import numba
import numpy as np
from numpy.typing import NDArray

from engine.realtime.snapshot import Floats, Samples

_TINY = 1e-25
"""States below this are set to zero: decaying for ever would end in slow denormal numbers."""


class Biquads:
    """A cascade of second-order sections with its state (transposed direct form II).

    Parameters
    ----------
    sections : (n, 6) float64
        b0 b1 b2 a0 a1 a2 a section, a0 = 1, as SciPy designs them.
    """

    def __init__(self, sections: NDArray[np.float64]) -> None:
        self._sections = np.ascontiguousarray(sections, dtype=np.float64)
        self._state = np.zeros((len(sections), 2))

    def reset(self) -> None:
        """Forget all past sound."""
        self._state[:] = 0.0

    def adopt(self, other: Biquads) -> None:
        """Go on where `other`, of as many sections, is."""
        self._state[:] = other._state

    def process(self, samples: Samples) -> None:
        """Filter (n,) float32 samples in place."""
        _filter(self._sections, self._state, samples)


@numba.njit(cache=True, nogil=True)
def _filter(sections: Floats, state: Floats, samples: Samples) -> None:
    for n in range(len(samples)):
        value = np.float64(samples[n])
        for k in range(len(sections)):
            b0, b1, b2 = sections[k, 0], sections[k, 1], sections[k, 2]
            result = b0 * value + state[k, 0]
            state[k, 0] = b1 * value - sections[k, 4] * result + state[k, 1]
            state[k, 1] = b2 * value - sections[k, 5] * result
            value = result
        samples[n] = value
    for k in range(len(sections)):
        for j in range(2):
            if abs(state[k, j]) < _TINY:
                state[k, j] = 0.0
