"""Where sources are heard from at one edge of the hops."""

from __future__ import annotations

from collections.abc import Sequence

import numba
import numpy as np
from numpy.typing import NDArray

from engine.realtime.nearness import Nearness
from engine.realtime.snapshot import BinauralPlan, Floats, SourcePlan
from engine.realtime.swells import Place
from engine.realtime.triangles import locate_all

Indices = NDArray[np.int64]
Heard = tuple[Floats, Floats, Floats]
"""Unit vectors (sources, 3), gains (sources,) and distances in metres (sources,)."""


class Places:
    """Finds sources among the measurements of a set; what stays is not sought again.

    Parameters
    ----------
    plan : BinauralPlan
    sources : int
    still : (n,) int64, optional
        Sources that are heard with what both ears share as it was measured.
    """

    def __init__(self, plan: BinauralPlan, sources: int, still: Indices | None = None) -> None:
        self._plan = plan
        self._found = (
            np.full((sources, 3), np.nan),
            np.zeros(sources, dtype=np.int64),
            np.zeros((sources, 3)),
            np.zeros((sources, 2)),
        )
        self._nearness = Nearness(sources)
        self._still = still
        self._delays = np.zeros((sources, 2))

    def find(self, wanted: NDArray[np.bool_], heard: Heard) -> Place:
        """Places of the sources that are `wanted` (sources,); good until the next search."""
        plan = self._plan
        locate_all(
            wanted, heard[0], plan.delays_samples, plan.triangles, plan.inverses,
            plan.neighbours, plan.lookup, *self._found,
        )  # fmt: skip
        _, triangles, weights, delays = self._found
        delays = self._nearness.find(plan, wanted, heard[2], (triangles, weights, delays))
        still, shared = self._still, plan.still_delays_samples
        if still is not None and shared is not None:
            add_shared(still, triangles, weights, plan.triangles, shared, delays, self._delays)
            delays = self._delays
        return Place(triangles, weights, delays, self._nearness.spheres, self._nearness.shares)


def still_sources(plan: BinauralPlan, sources: Sequence[SourcePlan]) -> Indices | None:
    """(n,) sources that never move, which are heard as measured, or None where that is the same.

    Rows of measurements may have been made from unequal distances: a source that moves from one to
    the next is heard as from one distance.
    """
    if plan.still_delays_samples is None:
        return None
    places = [source.motion.positions_m for source in sources]
    still = np.flatnonzero([bool((place == place[0]).all()) for place in places])
    return still if len(still) else None


@numba.njit(cache=True, nogil=True)
def add_shared(still, triangles, weights, plan_triangles, shared, delays, out):
    """out (sources, 2) = delays, and of `still` sources what both ears share at their places.

    `shared` (vertices,) is that of the measurements, in samples.
    """
    out[:] = delays
    for s in still:
        corners = plan_triangles[triangles[s]]
        later = 0.0
        for k in range(3):
            later += weights[s, k] * shared[corners[k]]
        out[s, 0] += later
        out[s, 1] += later
