"""Where fast sources are within a hop: on an arc around the listener, or straight past the head."""

from __future__ import annotations

import numba
import numpy as np
from numpy.typing import NDArray

from engine.realtime.knots import turn
from engine.realtime.paces import NEAR_M
from engine.realtime.places import Heard

_CENTRE_M = 1e-6


class Passing:
    """Where sources are at a moment of a hop.

    Where the head surrounds what is in its middle (see `engine.realtime.width`), what is near
    goes straight, and its gain a metre glides, not its gain: a point is the weaker there the nearer
    it is to the middle, where its direction flips.

    Parameters
    ----------
    sources : int
    passes_near : bool
        Whether that is so.
    """

    def __init__(self, sources: int, *, passes_near: bool) -> None:
        self._near_m = NEAR_M if passes_near else 0.0
        self._heard: Heard = (np.zeros((sources, 3)), np.zeros(sources), np.zeros(sources))

    def between(self, old: Heard, new: Heard, share: float, wanted: NDArray[np.bool_]) -> Heard:
        """Where the `wanted` (sources,) are after a share of a hop, which may be before or after
        it; good until the next call. Others may get anything.

        `old` and `new` are where sources are at the hop's start and end.
        """
        pass_between(wanted, *old, *new, share, self._near_m, *self._heard)
        return self._heard


@numba.njit(forceinline=True)
def _pass_straight(old, old_m, new, new_m, share, way):
    """Unit vector of a place on a straight line, written to `way` (3,), and its metres.

    What has no direction is ahead.
    """
    squared = 0.0
    for i in range(3):
        start = old_m * old[i]
        way[i] = start + share * (new_m * new[i] - start)
        squared += way[i] * way[i]
    metres = max(np.sqrt(squared), _CENTRE_M)
    squared = 0.0
    for i in range(3):
        way[i] /= metres
        squared += way[i] * way[i]
    if not squared > 0.5:
        way[0], way[1], way[2] = 1.0, 0.0, 0.0
    return metres


@numba.njit(cache=True, nogil=True)
def pass_between(
    wanted, old, old_gains, old_m, new, new_gains, new_m, share, near_m, ways, gains, metres
):  # fmt: skip
    """Compiled part of `Passing.between`; the last three (sources, ...) receive the place."""
    for s in range(len(wanted)):
        if not wanted[s]:
            continue
        if max(old_m[s], new_m[s]) < near_m:
            metres[s] = _pass_straight(old[s], old_m[s], new[s], new_m[s], share, ways[s])
            first = old_gains[s] / max(old_m[s], _CENTRE_M)
            last = new_gains[s] / max(new_m[s], _CENTRE_M)
            gains[s] = (first + share * (last - first)) * metres[s]
        else:
            turn(old[s], new[s], share, ways[s])
            metres[s] = old_m[s] + share * (new_m[s] - old_m[s])
            gains[s] = old_gains[s] + share * (new_gains[s] - old_gains[s])
