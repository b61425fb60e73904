"""How fast every source passes its hop, and what of its sound has begun before."""

from __future__ import annotations

import numba
import numpy as np
from numpy.typing import NDArray

from engine.realtime.snapshot import Floats

PACE_STEPS = (1, 2, 4, 8, 16)
"""Steps in which a source passes a hop, at paces 1 and up."""
PACES = len(PACE_STEPS)
JUMP = PACES + 1
"""The pace of what is no motion."""

_SLOW_DEG = 0.5
"""What turns less in a hop is slow; beyond, steps are no wider than"""
_STEP_DEG = 2.5
"""this (and wider than half of it), but where a hop turns by more than sixteen of them: narrow
enough for 12 kHz, and wide enough to pass by the corners of measurements as far apart."""
_SLOW_COSINES = np.cos(np.radians([_SLOW_DEG, *(_STEP_DEG * n for n in PACE_STEPS[:-1])]))
JUMP_COSINE = np.cos(np.radians(30.0))
"""Farther than this (15 turns a second at 48 kHz) is no motion but a jump,"""
NEAR_M = 0.5
"""unless it is as near as this: there a walk past the head turns as far. What is near jumps"""
_NEAR_JUMP_M = 0.02
"""where it is farther away than this at the hop's end,"""
_CARRIED = 0.9
"""and less than a tenth of its way goes on from the hop before: it is not flying."""
_LEVEL_STEP = 0.06
"""A level that changes by so much of itself (half a decibel) in a hop"""
_STEADY = 0.1
"""and by less than a tenth of that in the hop before, steps: a fader, a mute, a leap ahead. A
straight ramp of the dry sound has corners, which the responses make clicks of; a steady ramp,
however steep, has none."""
_SILENT = -1


class Paces:
    """Which sources are heard as swells, which as steps of a cubic, and which jump.

    Parameters
    ----------
    sources : int
    passes_near : bool
        Whether what is nearer than `NEAR_M` never jumps.

    Attributes
    ----------
    of : (sources,) int64
        0 for what is slow, 1 to `PACES` for what is faster, `JUMP` for what jumps or whose level
        steps, -1 for what is not heard.
    mends : (sources,) int64
        1 where the fall of the swell of before is wanted and has not been heard; -1 where it has,
        and is to be taken back.
    mended : bool
        Whether any is mended.
    """

    def __init__(self, sources: int, *, passes_near: bool) -> None:
        self._near_m = NEAR_M if passes_near else 0.0
        self.of = np.zeros(sources, dtype=np.int64)
        self.mends = np.zeros(sources, dtype=np.int64)
        self.mended = False
        self._ahead = np.ones(sources, dtype=np.bool_)
        self._climbs = np.zeros(sources)
        self._ways_m = np.zeros((sources, 3))

    def reset(self) -> None:
        """Forget the past."""
        self._ahead[:] = True
        self._climbs[:] = 0.0
        self._ways_m[:] = 0.0

    def find(
        self,
        sounding: tuple[NDArray[np.bool_], NDArray[np.bool_]],
        directions: tuple[Floats, Floats],
        gains: tuple[Floats, Floats],
        metres: tuple[Floats, Floats],
        levels: tuple[Floats, Floats],
    ) -> int:
        """Sort the sources of a hop; the highest pace is returned.

        Parameters
        ----------
        sounding
            (sources,) bool, whether this hop and the next are anything but silence.
        directions, gains, metres
            (sources, 3) unit vectors, (sources,) gains and distances at the hop's start and end.
        levels
            (sources,) gains with what is heard elsewhere than at the point.
        """
        highest: int
        highest, self.mended = sort_by_pace(
            *sounding, *directions, *gains, *metres, *levels, _SLOW_COSINES, JUMP_COSINE,
            self._near_m, self._ahead, self._climbs, self._ways_m, self.of, self.mends,
        )  # fmt: skip
        return highest


@numba.njit(inline="always")
def level_steps(old, new, climb):
    """Whether a level steps that changed by `climb` in the hop before."""
    change = abs(new - old)
    return change > _LEVEL_STEP * max(old, new) and abs(climb) < _STEADY * change


@numba.njit(inline="always")
def jumps_near(old, new, old_m, new_m, way):
    """Whether what is near the head jumps from `old` to `new` (3,) unit vectors and metres away.

    `way` (3,) receives what it went in metres, and holds what it went in the hop before.
    """
    squared = change = 0.0
    for i in range(3):
        step = new_m * new[i] - old_m * old[i]
        squared += step * step
        change += (step - way[i]) * (step - way[i])
        way[i] = step
    return squared > _NEAR_JUMP_M * _NEAR_JUMP_M and change > _CARRIED * _CARRIED * squared


@numba.njit(cache=True, nogil=True)
def sort_by_pace(
    now, coming, old, new, old_gains, new_gains, old_metres, new_metres, old_levels, new_levels,
    slow_cosines, jump_cosine, near_m, ahead, climbs, ways, paces, mends,
):  # fmt: skip
    """Compiled part of `Paces.find`.

    `ahead` (sources,) says whether the fall of the swell of before is in what has been heard,
    `climbs` (sources,) how much the level changed in the hop before, `ways` (sources, 3) the metres
    it went there; they are for the next hop when this returns.

    Returns
    -------
    int, bool
        The highest pace, and whether anything is mended.
    """
    highest, mended = _SILENT, False
    for s in range(len(paces)):
        paces[s], mends[s] = _SILENT, 0
        leaps = jumps_near(old[s], new[s], old_metres[s], new_metres[s], ways[s])
        if not now[s]:
            paces[s] = 0 if coming[s] else _SILENT
        elif old_gains[s] != 0.0 or new_gains[s] != 0.0:
            cosine = old[s, 0] * new[s, 0] + old[s, 1] * new[s, 1] + old[s, 2] * new[s, 2]
            near = max(old_metres[s], new_metres[s]) < near_m
            steps = level_steps(old_levels[s], new_levels[s], climbs[s])
            jumps = steps or (leaps if near else cosine <= jump_cosine)
            paces[s] = JUMP if jumps else 0
            if not jumps:
                for slow in slow_cosines:
                    paces[s] += cosine < slow
            if old_gains[s] != 0.0 and ahead[s] == (paces[s] > 0):
                mends[s] = -1 if ahead[s] else 1
                mended = True
        ahead[s] = paces[s] <= 0
        climbs[s] = new_levels[s] - old_levels[s]
        highest = max(highest, paces[s])
    return highest, mended
