"""Where sources are heard from at one edge of the hops."""

from __future__ import annotations

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

    def find(self, wanted: NDArray[np.bool_], heard: Heard) -> Place:
        """Places of the sources that are `wanted` (sources,); good until the next search."""
        plan = self._plan
        locate_all(
            wanted, heard[0], plan.delays_samples, plan.triangles, plan.inverses,
            plan.neighbours, plan.lookup, *self._found,
        )  # fmt: skip
        _, triangles, weights, delays = self._found
        delays = self._nearness.find(plan, wanted, heard[2], (triangles, weights, delays))
        return Place(triangles, weights, delays, self._nearness.spheres, self._nearness.shares)
