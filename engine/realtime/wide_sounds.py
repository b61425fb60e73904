"""What is left to the point that a wide source comes from: its lows, and a share of its highs.

Below about half a kilohertz the head is small against the wave: copies of a sound with phases of
their own do not spread there, they comb. So lows stay where the source is, whatever its width.
"""

from __future__ import annotations

import numba
import numpy as np
from numpy.typing import NDArray

from engine.realtime.crossover import FADED_S, STATES, crossover, keep_lows
from engine.realtime.snapshot import HOP_SAMPLES, Samples, Snapshot
from engine.realtime.sources import SourceStage
from engine.realtime.width_law import Widths, nearest_m, point_share

CROSSOVER_HZ = 900.0
"""Half of the power; at 500 Hz 0.3 % of it is spread, 5 % of the pressure."""


class WideSounds:
    """The sources' sounds as the points they come from have them.

    Wide sources, and those that come so near that they surround the head, pass a crossover all the
    time; all others are as they are.

    Attributes
    ----------
    blocks, coming : (sources, HOP_SAMPLES) float32
        The hop, and the one after it,
    sounding, coming_sounding : (sources,) bool
        and whether they are anything but zeros: as `SourceStage` has them.
    """

    def __init__(self, snapshot: Snapshot) -> None:
        sources, law = snapshot.sources, snapshot.distance
        passing = [
            source.width_deg is not None
            or float(law.focus(np.array([nearest_m(source.motion)]))[0]) < 1.0
            for source in sources
        ]
        self._members = np.flatnonzero(passing)
        self._widths = Widths(snapshot)
        self._times, self._degrees = np.zeros(2), np.zeros((2, len(sources)))
        self._crossover = crossover(CROSSOVER_HZ, snapshot.sample_rate_hz)
        self._states = np.zeros((len(self._members), STATES))
        self._faded_hops = int(FADED_S * snapshot.sample_rate_hz / HOP_SAMPLES) + 1
        self._quiet_hops = np.zeros(len(self._members), dtype=np.int64)
        shape = (2, len(sources), HOP_SAMPLES)
        self._hops = list(np.zeros(shape, dtype=np.float32))
        self._sounding = list(np.zeros(shape[:2], dtype=np.bool_))
        self.reset()

    @property
    def blocks(self) -> Samples:
        return self._hops[0]

    @property
    def sounding(self) -> NDArray[np.bool_]:
        return self._sounding[0]

    @property
    def coming(self) -> Samples:
        return self._hops[1]

    @property
    def coming_sounding(self) -> NDArray[np.bool_]:
        return self._sounding[1]

    def reset(self) -> None:
        """Forget all past sound."""
        self._states[:] = 0.0
        self._quiet_hops[:] = self._faded_hops
        self._fresh = True

    def push(self, first: int, sources: SourceStage) -> None:
        """Take in the hop that begins at scene sample `first`, and the one after it."""
        if self._fresh:
            self._take(first, sources.blocks, sources.sounding)
            self._fresh = False
        self._hops.reverse()
        self._sounding.reverse()
        self._take(first + HOP_SAMPLES, sources.coming, sources.coming_sounding)

    def _take(self, first: int, blocks: Samples, sounding: NDArray[np.bool_]) -> None:
        self._hops[1][:], self._sounding[1][:] = blocks, sounding
        self._times[0], self._times[1] = first, first + HOP_SAMPLES
        self._widths.fill(self._times, self._degrees)
        leave_points(
            self._members, self._degrees, self._states, self._crossover, self._quiet_hops,
            self._faded_hops, self._hops[1], self._sounding[1],
        )  # fmt: skip


@numba.njit(cache=True, nogil=True)
def leave_points(members, widths, states, coefficients, quiet_hops, faded_hops, blocks, sounding):
    """Let the `members` of blocks (sources, HOP) pass their crossovers; `widths` (2, sources)."""
    for i in range(len(members)):
        s = members[i]
        quiet_hops[i] = 0 if sounding[s] else quiet_hops[i] + 1
        if quiet_hops[i] > faded_hops:
            states[i] = 0.0
            continue
        old, new = np.sqrt(point_share(widths[0, s])), np.sqrt(point_share(widths[1, s]))
        keep_lows(blocks[s], old, new, states[i], coefficients)
        sounding[s] = True
