"""Where sources are heard from at one edge of the hops."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from engine.realtime.nearness import Nearness
from engine.realtime.snapshot import BinauralPlan, Floats, SourcePlan
from engine.realtime.swells import Place
from engine.realtime.triangles import locate_all, locate_triangle

Heard = tuple[Floats, Floats, Floats]
"""Unit vectors (sources, 3), gains (sources,) and distances in metres (sources,)."""


class Places:
    """Finds sources among the measurements of a set; what stays is not sought again.

    Parameters
    ----------
    plan : BinauralPlan
    sources : int
    still : (sources,) float64, optional
        Samples that both ears hear them later.
    """

    def __init__(self, plan: BinauralPlan, sources: int, still: Floats | None = None) -> None:
        self._plan = plan
        self._found = (
            np.full((sources, 3), np.nan),
            np.zeros(sources, dtype=np.int64),
            np.zeros((sources, 3)),
            np.zeros((sources, 2)),
        )
        self._nearness = Nearness(sources)
        self._still = None if still is None else still[:, None]
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
        if self._still is not None:
            delays = np.add(delays, self._still, out=self._delays)
        return Place(triangles, weights, delays, self._nearness.spheres, self._nearness.shares)


def still_delays(plan: BinauralPlan, sources: Sequence[SourcePlan]) -> Floats | None:
    """(sources,) samples that both ears hear those later that never move, or None: as measured.

    Rows of measurements may have been made from unequal distances: a source that moves from one to
    the next is heard as from one distance.
    """
    if plan.still_delays_samples is None:
        return None
    delays, weights = np.zeros(len(sources)), np.zeros(3)
    for s, source in enumerate(sources):
        places = source.motion.positions_m
        away = float(np.linalg.norm(places[0]))
        if away > 0.0 and (places == places[0]).all():
            triangle = locate_triangle(
                places[0] / away, plan.inverses, plan.neighbours, plan.lookup, weights
            )
            delays[s] = weights @ plan.still_delays_samples[plan.triangles[triangle]]
    return delays if delays.any() else None
