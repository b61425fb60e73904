"""Which three measurements a direction lies between, and how near it is to each."""

from __future__ import annotations

import numba
import numpy as np

_WALK_STEPS = 64
_NEGLIGIBLE = 1e-6


@numba.njit(inline="always")
def _walk(direction, triangle, inverses, neighbours, weights):
    """Cross edges from `triangle` on until a unit vector is met; fills `weights` (sum 1).

    Returns the triangle and the lowest of its weights before they were put in order.
    """
    lowest = 0
    for _ in range(_WALK_STEPS):
        lowest = 0
        for k in range(3):
            weights[k] = (
                inverses[triangle, k, 0] * direction[0]
                + inverses[triangle, k, 1] * direction[1]
                + inverses[triangle, k, 2] * direction[2]
            )
            if weights[k] < weights[lowest]:
                lowest = k
        if weights[lowest] >= -_NEGLIGIBLE:
            break
        triangle = neighbours[triangle, lowest]
    least = weights[lowest]
    total = 0.0
    for k in range(3):
        if weights[k] < _NEGLIGIBLE:
            weights[k] = 0.0
        total += weights[k]
    for k in range(3):
        weights[k] /= total
    return triangle, least


@numba.njit(inline="always")
def _start(direction, lookup):
    """A triangle not far from a direction."""
    rows, columns = lookup.shape
    elevation = np.arcsin(min(max(direction[2], -1.0), 1.0)) / np.pi + 0.5
    azimuth = np.arctan2(direction[1], direction[0]) / (2.0 * np.pi) + 0.5
    row = min(int(elevation * rows), rows - 1)
    column = min(int(azimuth * columns), columns - 1)
    return lookup[row, column]


@numba.njit(cache=True, nogil=True)
def locate_triangle(direction, inverses, neighbours, lookup, weights):
    """Index of the triangle a unit vector points through; fills its three `weights` (sum 1).

    Depends on the direction alone.
    """
    start = _start(direction, lookup)
    triangle, _ = _walk(direction, start, inverses, neighbours, weights)
    return triangle


@numba.njit(cache=True, nogil=True)
def locate_all(wanted, directions, delays, plan_triangles, inverses, neighbours, lookup,
               known_directions, triangles, weights, source_delays):  # fmt: skip
    """Places of the sources that are `wanted`, in the triangles of a set.

    The search begins where a source was before. What is found depends on the direction alone:
    within a triangle there is one answer, and on an edge the search begins anew.

    Parameters
    ----------
    wanted : (sources,) bool
    directions : (sources, 3) float64
        Unit vectors.
    delays : (vertices, 2) float32
        Onset delays of the measurements, in samples.
    plan_triangles, inverses, neighbours, lookup
        See `BinauralPlan`.
    known_directions : (sources, 3) float64
        What the results below are for; where it equals `directions`, they are kept.
    triangles : (sources,) int64
        Holds the index of any triangle, receives that of the right one.
    weights : (sources, 3) float64
        Receives shares of its vertices.
    source_delays : (sources, 2) float64
        Receives their mean delay.
    """
    for s in range(len(wanted)):
        x, y, z = directions[s, 0], directions[s, 1], directions[s, 2]
        known = known_directions[s]
        if not wanted[s] or (known[0] == x and known[1] == y and known[2] == z):
            continue
        known[0], known[1], known[2] = x, y, z
        t, least = _walk(known, triangles[s], inverses, neighbours, weights[s])
        if not least > 2.0 * _NEGLIGIBLE:
            start = _start(known, lookup)
            t, least = _walk(known, start, inverses, neighbours, weights[s])
        triangles[s] = t
        a, b, c = plan_triangles[t]
        for ear in range(2):
            delay = weights[s, 0] * delays[a, ear] + weights[s, 1] * delays[b, ear]
            source_delays[s, ear] = delay + weights[s, 2] * delays[c, ear]
