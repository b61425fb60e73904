"""How much of each source rests, at every hop edge: what rests is heard as it was measured.

Rows of measurements may have been made from unequal distances, which both ears hear as a delay
that goes up and down from row to row. What rests keeps it; what climbs would tremble by it, and is
heard without. Whether it ever moves is of no consequence for what has come to rest: the change
follows what the path does, by a glide.
"""

from __future__ import annotations

from collections.abc import Sequence

import numba
import numpy as np

from engine.realtime.addresses import doubles_at
from engine.realtime.snapshot import Floats, SourcePlan

RESTS_UP_TO_DEG_S, MOVES_FROM_DEG_S = 5.0, 20.0
"""So slowly round the listener a source is heard as at rest, so fast as moving; linear between.
At 20 degrees a second KEMAR's rows shift a tone by 4e-4 of its pitch."""

GLIDE_S = 0.3
"""A change between the two takes so long: KEMAR's 0.17 ms at the most shift a pitch by 1e-3."""

_CENTRE_M = 0.02
"""Nearer, a source that moves goes to the other side at once."""


class Rests:
    """Shares of resting sources, from their paths alone.

    Parameters
    ----------
    sources : sequence of SourcePlan
    sample_rate_hz : float
    """

    def __init__(self, sources: Sequence[SourcePlan], sample_rate_hz: float) -> None:
        self._glide_samples = GLIDE_S * sample_rate_hz
        self._alive = [self._calm(source, sample_rate_hz) for source in sources]
        keys = [(*(part.ctypes.data for part in parts), len(parts[0])) for parts in self._alive]
        self._keys = np.array(keys, dtype=np.int64).reshape(-1, 4)

    def find(self, times_samples: Floats, delays_samples: Floats, shares: Floats) -> None:
        """Write the shares (edges, sources), 0 to 1, of what is heard at times (edges,), in order,
        having left its source `delays_samples` (edges, sources) earlier."""
        find_rests(times_samples, delays_samples, self._keys, self._glide_samples, shares)

    def _calm(self, source: SourcePlan, sample_rate_hz: float) -> tuple[Floats, Floats, Floats]:
        """Times (n,) of a path's keys; shares (n,) to reach from each on, and reached at each.

        Before the first it rests, as it does after the last.
        """
        times = np.ascontiguousarray(source.motion.times_samples, dtype=np.float64)
        speeds = turning_deg_s(times / sample_rate_hz, source.motion.positions_m)
        way = (MOVES_FROM_DEG_S - speeds) / (MOVES_FROM_DEG_S - RESTS_UP_TO_DEG_S)
        calm = np.append(np.clip(np.nan_to_num(way), 0.0, 1.0), 1.0)
        reached = np.ones(len(times))
        reached[0] = calm[0] if times[0] <= 0.0 else 1.0
        follow_calm(times, calm, self._glide_samples, reached)
        return times, calm, reached


def turning_deg_s(times_s: Floats, positions_m: Floats) -> Floats:
    """(n - 1,) fastest turning around the listener on straight lines between (n, 3) places."""
    begin = positions_m[:-1]
    velocity = np.diff(positions_m, axis=0) / np.diff(times_s)[:, None]
    squared = np.sum(velocity**2, axis=1)
    closest_s = -np.sum(begin * velocity, axis=1) / np.where(squared > 0.0, squared, 1.0)
    closest_s = np.clip(closest_s, 0.0, np.diff(times_s))
    nearest = np.linalg.norm(begin + closest_s[:, None] * velocity, axis=1)
    turning = np.linalg.norm(np.cross(begin, velocity), axis=1) / np.maximum(nearest, 1e-9) ** 2
    turning[(nearest < _CENTRE_M) & (squared > 0.0)] = np.inf
    return np.asarray(np.degrees(turning))


@numba.njit(forceinline=True)
def _towards(share, wanted, step):
    return share + min(max(wanted - share, -step), step)


@numba.njit(cache=True, nogil=True)
def follow_calm(times, calm, glide, reached):
    """Write what is reached at each of (n,) times, but the first, which is given."""
    for i in range(len(times) - 1):
        reached[i + 1] = _towards(reached[i], calm[i], (times[i + 1] - times[i]) / glide)


@numba.njit(cache=True, nogil=True)
def find_rests(times, delays, keys, glide, shares):
    """Compiled part of `Rests.find`; `keys` (sources, 4) are addresses and a length."""
    for s in range(len(keys)):
        count = keys[s, 3]
        at, calm = doubles_at(keys[s, 0], count), doubles_at(keys[s, 1], count)
        reached = doubles_at(keys[s, 2], count)
        key = np.searchsorted(at, times[0] - delays[0, s], side="right") - 1
        for n in range(len(times)):
            time = times[n] - delays[n, s]
            while key + 1 < count and at[key + 1] <= time:
                key += 1
            while key >= 0 and at[key] > time:
                key -= 1
            share = reached[0] if at[0] <= 0.0 else 1.0
            if key >= 0:
                share = _towards(reached[key], calm[key], (time - at[key]) / glide)
            shares[n, s] = share * share * (3.0 - 2.0 * share)
