"""Which spheres of measurements a source lies between, where a set has several.

All spheres have the same directions. Between two of them responses and onset delays are mixed by
shares linear in 1/r; nearer than the nearest it is the nearest, from the widest on the widest.
"""

from __future__ import annotations

import numba
import numpy as np
from numpy.typing import NDArray

from engine.realtime.snapshot import BinauralPlan, Floats

_CENTRE_M = 1e-3


class Nearness:
    """Spheres of all sources at one place.

    Parameters
    ----------
    sources : int

    Attributes
    ----------
    spheres : (sources,) int64
        The wider of two spheres,
    shares : (sources,) float64
        and the share of the nearer one.
    """

    def __init__(self, sources: int) -> None:
        self.spheres = np.zeros(sources, dtype=np.int64)
        self.shares = np.zeros(sources)
        self._delays = np.zeros((sources, 2))

    def find(
        self,
        plan: BinauralPlan,
        wanted: NDArray[np.bool_],
        distances_m: Floats,
        found: tuple[NDArray[np.int64], Floats, Floats],
    ) -> Floats:
        """Find the `wanted` sources at (sources,) metres; (sources, 2) onset delays in samples.

        `found` are their triangles, weights and delays on the widest sphere, by `locate_all`.
        """
        if len(plan.radii_m) == 1:
            return found[2]
        find_spheres(
            wanted, distances_m, plan.radii_m, plan.delays_samples, plan.triangles, *found,
            self.spheres, self.shares, self._delays,
        )  # fmt: skip
        return self._delays


@numba.njit(cache=True, nogil=True)
def find_spheres(
    wanted, distances, radii, delays, plan_triangles, triangles, weights, widest_delays, spheres,
    shares, source_delays,
):  # fmt: skip
    """Compiled part of `Nearness.find`; `radii` are two or more, farthest first."""
    vertices = len(delays) // len(radii)
    for s in range(len(wanted)):
        spheres[s], shares[s] = 0, 0.0
        for ear in range(2):  # not the row at once: that takes seconds to compile
            source_delays[s, ear] = widest_delays[s, ear]
        if not wanted[s] or not distances[s] < radii[0]:
            continue
        wider = 0
        while wider + 2 < len(radii) and distances[s] < radii[wider + 1]:
            wider += 1
        near = 1.0 / max(distances[s], _CENTRE_M) - 1.0 / radii[wider]
        share = min(near / (1.0 / radii[wider + 1] - 1.0 / radii[wider]), 1.0)
        spheres[s], shares[s] = wider, share
        corners = plan_triangles[triangles[s]]
        for ear in range(2):
            far_delay = near_delay = 0.0
            for k in range(3):
                vertex = corners[k] + wider * vertices
                far_delay += weights[s, k] * delays[vertex, ear]
                near_delay += weights[s, k] * delays[vertex + vertices, ear]
            source_delays[s, ear] = far_delay + share * (near_delay - far_delay)
