"""From the spectra of two ears to their sound, which rings on for some hops."""

from __future__ import annotations

import numba
import numpy as np
from numpy.typing import NDArray

from engine.realtime.backward import backward_tables, backward_whole
from engine.realtime.ear_mixing import ROW_FLOATS
from engine.realtime.lanes import LANES, load, store
from engine.realtime.line_aligned import line_zeros
from engine.realtime.snapshot import HOP_SAMPLES, Samples
from engine.realtime.transform import PIECE_SAMPLES, tables

_PAIR = 2 * LANES


class EarRing:
    """Adds up what begins in every hop and is heard in this one and the next.

    Parameters
    ----------
    size : int
        Length of the transform in samples; so long is what begins in a hop.
    lead_samples : int
        So much later than the hop it begins, because so much of the responses has been left out;
        no more than a hop.

    Attributes
    ----------
    totals : (2 * size,) float32
        Spectra of the hop, laid out as in `engine.realtime.ear_mixing`; to be filled anew.
    hops : int
        What begins in a hop is heard in so many.
    """

    def __init__(self, size: int, lead_samples: int) -> None:
        self.totals = line_zeros(2 * size)
        self.hops = size // HOP_SAMPLES + 1
        self._lead = lead_samples
        self._pieces: NDArray[np.int64] = np.arange(0, size, PIECE_SAMPLES, dtype=np.int64)
        self._factors, self._back = tables(size), backward_tables(size)
        self._spectrum, self._sound = line_zeros(size), line_zeros(size)
        self._work = line_zeros(3 * size)
        self._ring = np.zeros((2, size + HOP_SAMPLES), dtype=np.float32)
        self._now = 0
        self._left = 0

    def reset(self) -> None:
        """Forget all past sound."""
        self._ring[:] = 0.0
        self._left = 0

    def add(self, *, whole: bool) -> None:
        """Let `totals` sound from this hop on.

        `whole` says that all of it is shorter than the transform by the lead: the beginning of
        what is heard is then found where it ends.
        """
        ring_ears(
            self.totals, self._lead, whole, self._now * HOP_SAMPLES, self._pieces, self._factors,
            self._back, self._spectrum, self._work, self._sound, self._ring,
        )  # fmt: skip
        self._left = self.hops

    def take(self, out: Samples) -> None:
        """Write the hop to `out` (2, HOP_SAMPLES) and go on to the next."""
        if self._left == 0:
            out[:] = 0.0
            return
        piece = self._ring[:, self._now * HOP_SAMPLES : (self._now + 1) * HOP_SAMPLES]
        out[:] = piece
        piece[:] = 0.0
        self._now = (self._now + 1) % self.hops
        self._left -= 1


@numba.njit(cache=True, nogil=True)
def ring_ears(totals, lead, whole, begin, pieces, factors, back, spectrum, work, sound, ring):
    """Add the sound of `totals` to the ears' ring (2, n), whose index `begin` is the hop's start.

    A transform goes on where it began, with its sign turned.
    """
    size = len(sound)
    for ear in range(2):
        for row in range(len(totals) // ROW_FLOATS):
            place = row * ROW_FLOATS + ear * _PAIR
            store(spectrum, row * _PAIR, load(totals, place))
            store(spectrum, row * _PAIR + LANES, load(totals, place + LANES))
        backward_whole(spectrum, np.int64(0), pieces, factors, back, work, sound)
        wrapped = lead if whole else 0
        for n in range(wrapped):
            ring[ear, begin + n] -= sound[size - wrapped + n]
        around = min(ring.shape[1] - begin - lead, size - wrapped)
        for n in range(around):
            ring[ear, begin + lead + n] += sound[n]
        for n in range(size - wrapped - around):
            ring[ear, n] += sound[around + n]
