"""24-bit samples as bytes."""

from __future__ import annotations

import numba
import numpy as np
from numpy.typing import NDArray

_FULL_SCALE = float(1 << 23)


def encode_pcm24(block: NDArray[np.floating]) -> tuple[memoryview, int]:
    """Interleaved little-endian 24-bit integers of a (channels, n) block of finite numbers.

    Rounded to the nearest step (halves to even), clipped at full scale.

    Returns
    -------
    memoryview, int
        The samples' bytes, and how many of them were clipped.
    """
    channels, length = block.shape
    out = np.empty(3 * channels * length, dtype=np.uint8)
    clipped = _encode(np.ascontiguousarray(block), out)
    return out.data, int(clipped)


@numba.njit(cache=True, nogil=True)
def _encode(block, out):
    channels = len(block)
    clipped = 0
    for c in range(channels):
        row = block[c]
        at = 3 * c
        for n in range(len(row)):
            value = np.rint(np.float64(row[n]) * _FULL_SCALE)
            clipped += value > _FULL_SCALE - 1.0 or value < -_FULL_SCALE
            word = np.int32(min(max(value, -_FULL_SCALE), _FULL_SCALE - 1.0))
            out[at] = word & 0xFF
            out[at + 1] = (word >> 8) & 0xFF
            out[at + 2] = (word >> 16) & 0xFF
            at += 3 * channels
    return clipped
