"""How fast every source passes its hop, and what of its sound has begun before."""

from __future__ import annotations

import numba
import numpy as np
from numpy.typing import NDArray

from engine.realtime.snapshot import Floats

PACES = 5
"""There are so many paces beyond a slow one,"""
JUMP = PACES + 1
"""and one that is no motion."""

_SLOW_COSINES = np.cos(np.radians([0.5, 1.25, 2.5, 5.0, 10.0]))
"""A source that turns farther in a hop passes it in 1, 2, 4, 8, 16 steps of a cubic."""
_JUMP_COSINE = np.cos(np.radians(30.0))
"""Farther than this (15 turns a second at 48 kHz) is no motion but a jump."""
_SILENT = -1


class Paces:
    """Which sources are heard as swells, which as steps of a cubic, and which jump.

    Parameters
    ----------
    sources : int

    Attributes
    ----------
    of : (sources,) int64
        0 for what is slow, 1 to `PACES` for what is faster, `JUMP`, -1 for what is not heard.
    mends : (sources,) int64
        1 where the fall of the swell of before is wanted and has not been heard; -1 where it has,
        and is to be taken back.
    """

    def __init__(self, sources: int) -> None:
        self.of = np.zeros(sources, dtype=np.int64)
        self.mends = np.zeros(sources, dtype=np.int64)
        self._ahead = np.ones(sources, dtype=np.bool_)

    def reset(self) -> None:
        """Forget the past."""
        self._ahead[:] = True

    def find(
        self,
        sounding: tuple[NDArray[np.bool_], NDArray[np.bool_]],
        directions: tuple[Floats, Floats],
        gains: tuple[Floats, Floats],
    ) -> int:
        """Sort the sources of a hop; the highest pace is returned.

        Parameters
        ----------
        sounding
            (sources,) bool, whether this hop and the next are anything but silence.
        directions, gains
            (sources, 3) unit vectors and (sources,) gains at the hop's start and end.
        """
        highest: int = sort_by_pace(
            *sounding, *directions, *gains, _SLOW_COSINES, _JUMP_COSINE, self._ahead, self.of,
            self.mends,
        )  # fmt: skip
        return highest


@numba.njit(cache=True, nogil=True)
def sort_by_pace(
    now, coming, old, new, old_gains, new_gains, slow_cosines, jump_cosine, ahead, paces, mends
):
    """Compiled part of `Paces.find`.

    `ahead` (sources,) says whether the fall of the swell of before is in what has been heard; it
    is for the next hop when this returns.
    """
    highest = _SILENT
    for s in range(len(paces)):
        paces[s], mends[s] = _SILENT, 0
        if not now[s]:
            paces[s] = 0 if coming[s] else _SILENT
        elif old_gains[s] != 0.0 or new_gains[s] != 0.0:
            cosine = old[s, 0] * new[s, 0] + old[s, 1] * new[s, 1] + old[s, 2] * new[s, 2]
            paces[s] = JUMP if cosine <= jump_cosine else 0
            if cosine > jump_cosine:
                for slow in slow_cosines:
                    paces[s] += cosine < slow
            if old_gains[s] != 0.0 and ahead[s] == (paces[s] > 0):
                mends[s] = -1 if ahead[s] else 1
        ahead[s] = paces[s] <= 0
        highest = max(highest, paces[s])
    return highest
