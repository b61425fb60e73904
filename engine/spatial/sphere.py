"""Points, triangles and searches on the sphere."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import ConvexHull, cKDTree

from engine.errors import ShapeError
from engine.spatial.fibonacci import fibonacci_sphere as fibonacci_sphere

_LOOKUP_SHAPE = (45, 90)
_TIE_BREAK = 1e-6


@dataclass(frozen=True)
class Triangulation:
    """Triangles between unit vectors that cover the whole sphere.

    `inverses[t] @ direction` gives barycentric coordinates up to scale; `neighbours[t, k]` is the
    triangle across the edge that faces vertex k; `lookup` holds a triangle near every cell of a
    grid over elevation (rows, from -90) and azimuth (columns, from -180 degrees).
    """

    triangles: NDArray[np.int32]
    inverses: NDArray[np.float64]
    neighbours: NDArray[np.int32]
    lookup: NDArray[np.int32]


def triangulate(directions: NDArray[np.float64]) -> Triangulation:
    """Spherical Delaunay triangulation (the convex hull) of (n, 3) unit vectors.

    Raises
    ------
    ShapeError
        If the points do not surround the origin.
    """
    # Rings of equal elevation are coplanar; a tiny fixed disorder makes the hull unambiguous.
    disorder = np.random.default_rng(1).random((len(directions), 1))
    hull = ConvexHull(directions * (1.0 + _TIE_BREAK * disorder))
    if (hull.equations[:, 3] > -1e-3).any():
        raise ShapeError("the directions lie on one side of the listener")
    # Triangles near each other get numbers near each other: who goes through them in order finds
    # the corners of the last ones still in the processor's cache.
    order = cKDTree(directions[hull.simplices].mean(axis=1), leafsize=4).indices
    triangles = hull.simplices[order]
    numbers = np.empty(len(order), dtype=np.int32)
    numbers[order] = np.arange(len(order), dtype=np.int32)
    inverses = np.linalg.inv(directions[triangles].transpose(0, 2, 1))
    return Triangulation(
        triangles.astype(np.int32),
        inverses,
        numbers[hull.neighbors[order]],
        _lookup(directions, triangles),
    )


def edges_of(triangles: NDArray[np.int32]) -> NDArray[np.int32]:
    """(e, 2) vertices that the edges of (t, 3) triangles join, every edge once."""
    pairs = triangles[:, [[0, 1], [1, 2], [2, 0]]].reshape(-1, 2)
    return np.unique(np.sort(pairs, axis=1), axis=0)


def _lookup(directions: NDArray[np.float64], triangles: NDArray[np.int32]) -> NDArray[np.int32]:
    rows, columns = _LOOKUP_SHAPE
    elevation = ((np.arange(rows) + 0.5) / rows - 0.5) * np.pi
    azimuth = ((np.arange(columns) + 0.5) / columns - 0.5) * 2.0 * np.pi
    horizontal = np.cos(elevation)[:, None]
    cells = np.stack(
        np.broadcast_arrays(
            horizontal * np.cos(azimuth), horizontal * np.sin(azimuth), np.sin(elevation)[:, None]
        ),
        axis=-1,
    )
    some_triangle = np.zeros(len(directions), dtype=np.int32)
    for corner in range(3):
        some_triangle[triangles[:, corner]] = np.arange(len(triangles))
    used = np.unique(triangles)
    nearest = cKDTree(directions[used]).query(cells.reshape(-1, 3))[1]
    return some_triangle[used[nearest]].reshape(rows, columns)
