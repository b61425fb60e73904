"""Which sources leap: their level steps, or they are elsewhere at once.

What glides from hop to hop does so along straight lines, whose corners are as faint as the motion
is slow. A leap (a fader, a mute, a cut in the path) has corners that are heard as a click beside a
low tone: it is faded as a raised cosine.
"""

from __future__ import annotations

import numba
import numpy as np

from engine.realtime.motion import Edges
from engine.realtime.paces import JUMP_COSINE, NEAR_M, jumps_near, level_steps
from engine.realtime.snapshot import HOP_SAMPLES, Floats, Samples

_TURN = 0.5 * np.pi * (np.arange(HOP_SAMPLES) + 0.5) / HOP_SAMPLES
SMOOTH_RISE: Samples = (np.sin(_TURN) ** 2).astype(np.float32)
"""(HOP_SAMPLES,) how a leap is faded in,"""
SMOOTH_FALL: Samples = np.float32(1.0) - SMOOTH_RISE
"""and out."""


class Leaps:
    """Finds what leaps in a hop. Where two ears hear swells they find it for themselves.

    Parameters
    ----------
    sources : int

    Attributes
    ----------
    of : (sources,) bool
        Whether a source leaps.
    any : bool
        Whether any does.
    """

    latency_samples = 0
    history_hops = 1

    def __init__(self, sources: int) -> None:
        self.of = np.zeros(sources, dtype=np.bool_)
        self.any = False
        self._climbs = np.zeros(sources)
        self._ways_m = np.zeros((sources, 3))

    def reset(self) -> None:
        """Forget the past."""
        self._climbs[:] = 0.0
        self._ways_m[:] = 0.0

    def find(self, edges: Edges, gains: tuple[Floats, Floats]) -> None:
        """Look at the next hop; `gains` (sources,) are those of the sources at its ends."""
        self.any = find_leaps(
            edges.directions_0, edges.directions_1, edges.distances_m[1], edges.distances_m[2],
            *gains, self._climbs, self._ways_m, self.of,
        )  # fmt: skip


@numba.njit(cache=True, nogil=True)
def find_leaps(old, new, old_m, new_m, old_gains, new_gains, climbs, ways, leaps):
    """Compiled part of `Leaps.find`; `climbs` (sources,) are how levels changed in the hop before,
    `ways` (sources, 3) the metres gone there; of this hop when it returns."""
    any_leap = False
    for s in range(len(leaps)):
        before, after = old_gains[s], new_gains[s]
        leaps[s] = False
        jumps = jumps_near(old[s], new[s], old_m[s], new_m[s], ways[s])
        if before != 0.0 or after != 0.0:
            cosine = old[s, 0] * new[s, 0] + old[s, 1] * new[s, 1] + old[s, 2] * new[s, 2]
            if not max(old_m[s], new_m[s]) < NEAR_M:
                jumps = cosine <= JUMP_COSINE
            leaps[s] = jumps or level_steps(before, after, climbs[s])
        climbs[s] = after - before
        any_leap |= leaps[s]
    return any_leap
