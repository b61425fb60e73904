"""A sound field as a turning head meets it."""

from __future__ import annotations

import numba
import numpy as np

from engine.realtime.controls import STRAIGHT
from engine.realtime.delay_line import SAFE_MATH
from engine.realtime.snapshot import HOP_SAMPLES, Floats, Samples
from engine.realtime.space_plan import Rotation


class FieldTurner:
    """Turns hops of ambisonic channels; the matrix glides from one head to the next.

    Parameters
    ----------
    channels : int
    rotation : Rotation
        See `SpacePlan.rotation`.
    """

    def __init__(self, channels: int, rotation: Rotation) -> None:
        self._rotation = rotation
        self._spare = np.eye(channels)
        self._known: tuple[Floats, Floats] = (STRAIGHT, np.eye(channels))
        self._out = np.zeros((channels, HOP_SAMPLES), dtype=np.float32)

    def turned(self, samples: Samples, head_0: Floats, head_1: Floats) -> Samples:
        """(channels, n <= HOP_SAMPLES) samples as a head meets them that turns from 0 to 1.

        What is returned is `samples` itself for a head that looks straight ahead, else valid until
        the next call.
        """
        if head_0 is STRAIGHT and head_1 is STRAIGHT:
            return samples
        old = self._matrix(head_0)
        new = self._matrix(head_1)
        out = self._out.reshape(-1)[: samples.size].reshape(samples.shape)  # one layout always
        turn_field(samples, old, new, out)
        return out

    def _matrix(self, head: Floats) -> Floats:
        """The matrix of a head; that of the last one asked for is kept as it is."""
        if head is not self._known[0]:
            matrix = self._rotation(head, self._spare)
            self._spare, self._known = self._known[1], (head, matrix)
        return self._known[1]


@numba.njit(cache=True, nogil=True, fastmath=SAFE_MATH)
def turn_field(samples, old, new, out):
    """out = matrix @ samples, the matrix gliding from `old` to `new` (channels, channels).

    Orders do not mix: only the blocks on the diagonal are looked at.
    """
    channels, length = samples.shape
    start = 0
    for order in range(int(np.sqrt(channels))):
        size = 2 * order + 1
        for i in range(start, start + size):
            row = out[i]
            row[:] = 0.0
            for j in range(start, start + size):
                x = samples[j]
                gain, step = np.float32(old[i, j]), np.float32((new[i, j] - old[i, j]) / length)
                for n in range(length):
                    row[n] += x[n] * (gain + step * (np.float32(n) + np.float32(0.5)))
        start += size
