"""From the totals of all sources to two ears: back from spectra, and a fade over the hop."""

from __future__ import annotations

import numba
import numpy as np
from numpy.typing import NDArray

from engine.realtime.backward import backward, backward_tables
from engine.realtime.ear_mixing import TOTAL_FLOATS
from engine.realtime.lanes import LANES, load, store
from engine.realtime.snapshot import HOP_SAMPLES, Samples
from engine.realtime.transform import PIECE_SAMPLES, tables

_PAIR = 2 * LANES


class EarFade:
    """Adds what the totals of `engine.realtime.ear_mixing` sound like.

    Parameters
    ----------
    size : int
        Length of the transform in samples.
    """

    def __init__(self, size: int) -> None:
        self._pieces: NDArray[np.int64] = np.arange(0, size, PIECE_SAMPLES, dtype=np.int64)
        self._factors, self._back = tables(size), backward_tables(size)
        self._spectrum = np.zeros(size, dtype=np.float32)
        self._work = np.zeros(3 * size, dtype=np.float32)
        self._ends = np.zeros((2, HOP_SAMPLES), dtype=np.float32)

    def add(self, totals: Samples, shares: Samples, out: Samples) -> None:
        """Add a hop to both ears, `out` (2, HOP_SAMPLES).

        `shares` (2, HOP_SAMPLES) are those of the totals at both ends in every sample.
        """
        fade_ears(
            totals, shares, self._pieces, self._factors, self._back, self._spectrum, self._work,
            self._ends, out,
        )  # fmt: skip


@numba.njit(cache=True, nogil=True)
def fade_ears(totals, shares, pieces, factors, back, spectrum, work, ends, out):
    """See `EarFade.add`; `totals` are flat (rows, 2 ears, 2 ends, 2, LANES)."""
    rows = len(totals) // TOTAL_FLOATS
    for ear in range(2):
        for end in range(2):
            for row in range(rows):
                place = row * TOTAL_FLOATS + (2 * ear + end) * _PAIR
                store(spectrum, row * _PAIR, load(totals, place))
                store(spectrum, row * _PAIR + LANES, load(totals, place + LANES))
            ends[end] = np.float32(0.0)
            backward(spectrum, np.int64(0), pieces, factors, back, work, ends[end])
        for n in range(HOP_SAMPLES):
            out[ear, n] += ends[0, n] * shares[0, n] + ends[1, n] * shares[1, n]
