"""Where sources are heard from at one edge of the hops."""

from __future__ import annotations

import numba
import numpy as np
from numpy.typing import NDArray

from engine.realtime.nearness import Nearness
from engine.realtime.snapshot import BinauralPlan, Floats
from engine.realtime.swells import Place
from engine.realtime.triangles import locate_all

Heard = tuple[Floats, Floats, Floats]
"""Unit vectors (sources, 3), gains (sources,) and distances in metres (sources,)."""


class Places:
    """Finds sources among the measurements of a set; what stays is not sought again.

    Parameters
    ----------
    plan : BinauralPlan
    sources : int
    """

    def __init__(self, plan: BinauralPlan, sources: int) -> None:
        self._plan = plan
        self._found = (
            np.full((sources, 3), np.nan),
            np.zeros(sources, dtype=np.int64),
            np.zeros((sources, 3)),
            np.zeros((sources, 2)),
        )
        self._nearness = Nearness(sources)
        self._delays = np.zeros((sources, 2))

    def find(self, wanted: NDArray[np.bool_], heard: Heard, rests: Floats | None = None) -> Place:
        """Places of the sources that are `wanted` (sources,); good until the next search.

        With `rests` (sources,), shares of 0 to 1, so much of what both ears share of a delay is
        heard as it was measured.
        """
        plan = self._plan
        locate_all(
            wanted, heard[0], plan.delays_samples, plan.triangles, plan.inverses,
            plan.neighbours, plan.lookup, *self._found,
        )  # fmt: skip
        _, triangles, weights, delays = self._found
        delays = self._nearness.find(plan, wanted, heard[2], (triangles, weights, delays))
        shared = plan.still_delays_samples
        if rests is not None and shared is not None:
            add_shared(
                wanted, rests, triangles, weights, plan.triangles, shared, delays, self._delays
            )
            delays = self._delays
        return Place(triangles, weights, delays, self._nearness.spheres, self._nearness.shares)


@numba.njit(cache=True, nogil=True)
def add_shared(wanted, rests, triangles, weights, plan_triangles, shared, delays, out):
    """out (sources, 2) = delays and, of those `wanted`, as much as they rest of what both ears
    share at their places.

    `shared` (vertices,) is that of the measurements, in samples.
    """
    for s in range(len(rests)):
        later = 0.0
        if wanted[s] and rests[s] > 0.0:
            corners = plan_triangles[triangles[s]]
            for k in range(3):
                later += weights[s, k] * shared[corners[k]]
            later *= rests[s]
        out[s, 0] = delays[s, 0] + later
        out[s, 1] = delays[s, 1] + later
