"""What a recording of one sine tells: where it is broken, and whether the way there did it.

An audio server on a busy machine, or whoever records it, loses samples or puts silence in, although
the ring was never empty. The sine then breaks off from one sample to the next and goes on as a
sine. Nothing that a player does is like that: it fades, over milliseconds. So breaks of up to two
samples are counted and few of them excused, and all others are the player's.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

LOST_SAMPLES = 3
"""What is left of a sine at a lost sample is no longer than this."""
MOST_LOST = 6
"""Losses a recording may have on its way."""
_APART_SAMPLES = 64
_FAINT = 1e-5


@dataclass(frozen=True)
class Breaks:
    """Where a sine is none: (first, last + 1) samples, in order.

    Attributes
    ----------
    lost : tuple
        Short ones: samples lost or put in on the way.
    played : tuple
        Longer ones: fades, clicks, changes of level or pitch.
    """

    lost: tuple[tuple[int, int], ...]
    played: tuple[tuple[int, int], ...]


def breaks_of(channel: NDArray[np.float32], cycles_a_sample: float) -> Breaks:
    """Breaks of a sine of a known frequency and any level, silence among them.

    A sine is what x[n] - 2 cos(w) x[n - 1] + x[n - 2] leaves nothing of.
    """
    wave = channel.astype(np.float64)
    left = wave[2:] - 2.0 * np.cos(2.0 * np.pi * cycles_a_sample) * wave[1:-1] + wave[:-2]
    loud = np.flatnonzero(np.abs(left) > _FAINT * np.abs(wave).max())
    if not len(loud):
        return Breaks((), ())
    groups = np.split(loud, np.flatnonzero(np.diff(loud) > _APART_SAMPLES) + 1)
    found = [(int(group[0]) + 1, int(group[-1]) + 2) for group in groups]
    lost = tuple(one for one in found if one[1] - one[0] <= LOST_SAMPLES)
    return Breaks(lost, tuple(one for one in found if one not in lost))
