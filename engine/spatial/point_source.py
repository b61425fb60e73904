"""Panning of a point source over any loudspeakers, with imaginary ones where none stand.

Between three loudspeakers by vectors, between four by two crossing blends; above and below, where
a layout has no loudspeakers, imaginary ones pass their sound on to the real ones around. Gains
have unit power everywhere and move without steps.

References
----------
ITU-R BS.2127-1, clause 6.1 (point source panner for polar positions);
Pulkki, "Virtual sound source positioning using vector base amplitude panning", JAES 45(6), 1997.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numba
import numpy as np
from numpy.typing import NDArray
from scipy.spatial import ConvexHull

from engine.coordinates import to_cartesian
from engine.layouts import Layout

_LAYER_HEIGHTS_DEG = {-30.0: (-70.0, -10.0), 30.0: (10.0, 70.0)}
"""Layers below and above the ears, and the elevations that belong to them."""
_EAR_LEVEL_DEG = 10.0
_LAYER_MARGIN_DEG = 40.0
_OUTSIDE = -1e-11
_EDGE = 1e-9
_LOOKUP_SHAPE = (96, 192)

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class _Regions:
    """Triangles and quads that cover the sphere; the imaginary poles are the last two corners.

    Parameters
    ----------
    inverses : (t, 3, 3) float64
        ``inverses[t] @ direction`` are the gains of a triangle's corners, up to scale.
    positions : (q, 4, 3) float64
    blends : (q, 2, 3, 3) float64
        Quadratics across and along every quad: coefficients are ``blends[q, side] @ direction``.
    lookup : (rows, columns) int64
        The region (triangles first, then quads) at the middle of every cell of a grid.
    playing : (t + q, 4, loudspeakers) float64
        What every loudspeaker plays of a region's corners.
    """

    inverses: Floats
    positions: Floats
    blends: Floats
    lookup: NDArray[np.int64]
    playing: Floats


def _quadratic(corners: Floats) -> Floats:
    """(3, 3): coefficients of x squared, x and 1, of the blend between edges of a quad a b c d.

    A direction lies in the plane of (1 - x) a + x b and (1 - x) d + x c.
    """
    a, b, c, d = corners
    linear = np.cross(a, c - d) + np.cross(b - a, d)
    return np.stack([np.cross(b - a, c - d), linear, np.cross(a, d)])


@numba.njit(forceinline=True)
def _along(row, x, y, z):
    return row[0] * x + row[1] * y + row[2] * z


@numba.njit(forceinline=True)
def _root(coefficients, x, y, z):
    """The solution in 0..1, or -1."""
    square = _along(coefficients[0], x, y, z)
    linear = _along(coefficients[1], x, y, z)
    constant = _along(coefficients[2], x, y, z)
    inner = linear * linear - 4.0 * square * constant
    root = np.sqrt(max(inner, 0.0))
    q = -0.5 * (linear - root if linear < 0.0 else linear + root)  # nothing cancels
    first = q / square if square != 0.0 else -1.0
    second = constant / q if q != 0.0 else -1.0
    found = first if -_EDGE <= first <= 1.0 + _EDGE else second
    if inner < -_EDGE or found < -_EDGE or found > 1.0 + _EDGE:
        return -1.0
    return min(max(found, 0.0), 1.0)


@numba.njit(forceinline=True)
def _cell(x, y, z, rows, columns):
    """Row and column of a direction in a grid of equal heights and of equal steps on a diamond."""
    across = abs(x) + abs(y)
    share = y / across if across > 0.0 else 0.0  # rises from 0 to 1 over the first quarter
    turn = (4.0 + share if share < 0.0 else share) if x >= 0.0 else 2.0 - share
    row = int(0.5 * (z + 1.0) * rows)
    column = int(0.25 * turn * columns)
    return min(max(row, 0), rows - 1), min(column, columns - 1)


@numba.njit(forceinline=True)
def _in_region(region, x, y, z, inverses, positions, blends):
    """Whether a direction lies in a region, and the gains of its corners."""
    if region < len(inverses):
        g0 = _along(inverses[region, 0], x, y, z)
        g1 = _along(inverses[region, 1], x, y, z)
        g2 = _along(inverses[region, 2], x, y, z)
        if min(g0, g1, g2) < _OUTSIDE:
            return False, 0.0, 0.0, 0.0, 0.0
        return True, max(g0, 0.0), max(g1, 0.0), max(g2, 0.0), 0.0
    q = region - len(inverses)
    if _along(positions[q, 0], x, y, z) + _along(positions[q, 2], x, y, z) <= 0.0:
        return False, 0.0, 0.0, 0.0, 0.0
    u = _root(blends[q, 0], x, y, z)
    v = _root(blends[q, 1], x, y, z)
    inside = u >= 0.0 and v >= 0.0
    return inside, (1.0 - u) * (1.0 - v), u * (1.0 - v), u * v, (1.0 - u) * v


@numba.njit(forceinline=True)
def pan_corner(x, y, z, inverses, positions, blends, lookup):
    """The region a direction lies in, and the gains of its corners.

    Looks first where the direction's cell in `lookup` says.
    """
    row, column = _cell(x, y, z, lookup.shape[0], lookup.shape[1])
    region, tried = lookup[row, column], np.int64(0)
    inside, a, b, c, d = _in_region(region, x, y, z, inverses, positions, blends)
    while not inside and tried < len(inverses) + len(positions):
        region = tried
        tried += 1
        inside, a, b, c, d = _in_region(region, x, y, z, inverses, positions, blends)
    return region, a, b, c, d


@numba.njit(cache=True, nogil=True)
def _fill_lookup(inverses, positions, blends, lookup):
    """Find the region at the middle of every cell."""
    rows, columns = lookup.shape
    for row in range(rows):
        z = 2.0 * (row + 0.5) / rows - 1.0
        level = np.sqrt(1.0 - z * z)
        for column in range(columns):
            turn = 4.0 * (column + 0.5) / columns
            x = abs(turn - 2.0) - 1.0
            y = 1.0 - abs(turn - 1.0) if turn < 2.0 else abs(turn - 3.0) - 1.0
            scale = level / np.sqrt(x * x + y * y)
            lookup[row, column], _, _, _, _ = pan_corner(
                x * scale, y * scale, z, inverses, positions, blends, lookup
            )


@numba.njit(forceinline=True)
def pan_point(x, y, z, inverses, positions, blends, lookup, playing, row):
    """Write the gains of a direction to `row` (loudspeakers,): its region's corners, at unit
    power."""
    region, a, b, c, d = pan_corner(x, y, z, inverses, positions, blends, lookup)
    played, power = playing[region], 0.0
    for k in range(len(row)):
        gain = a * played[0, k] + b * played[1, k] + c * played[2, k] + d * played[3, k]
        row[k] = gain
        power += gain * gain
    scale = 1.0 / np.sqrt(max(power, 1e-30))
    for k in range(len(row)):
        row[k] *= scale


@numba.njit(cache=True, nogil=True)
def _pan(directions, inverses, positions, blends, lookup, playing, gains):
    """Gains (n, loudspeakers) of directions (n, 3)."""
    for n in range(len(directions)):
        x, y, z = directions[n, 0], directions[n, 1], directions[n, 2]
        pan_point(x, y, z, inverses, positions, blends, lookup, playing, gains[n])


class PointSourcePanner:
    """Gains of a layout's full-band loudspeakers for directions.

    Parameters
    ----------
    layout : Layout
        Must surround the listener at ear level; LFE channels are left out of `gains`.

    Attributes
    ----------
    channels : (full-band loudspeakers,) int64
        Which of the layout's channels they are.
    tables : tuple of arrays
        What `pan_point` needs, with all channels of the layout as loudspeakers.
    """

    def __init__(self, layout: Layout) -> None:
        self.channels = np.array(
            [index for index, speaker in enumerate(layout.loudspeakers) if not speaker.lfe]
        )
        speakers = [layout.loudspeakers[channel] for channel in self.channels]
        azimuth_deg = np.array([speaker.azimuth_deg for speaker in speakers])
        elevation_deg = np.array([speaker.elevation_deg for speaker in speakers])
        extra_deg, owners = _layer_stand_ins(azimuth_deg, elevation_deg)
        positions = np.concatenate(
            [to_cartesian(azimuth_deg, elevation_deg)]
            + [to_cartesian([azimuth], [elevation]) for azimuth, elevation in extra_deg]
            + [[(0.0, 0.0, -1.0), (0.0, 0.0, 1.0)]]
        )
        poles = np.array([len(positions) - 2, len(positions) - 1])
        facets = _facets(positions)
        rings = [_ring_of(facets, int(pole)) for pole in poles]
        played = np.eye(len(speakers))[[*range(len(speakers)), *owners]]
        shares = [played[ring].sum(axis=0) / np.sqrt(len(ring)) for ring in rings]
        played = np.concatenate([played, shares])
        self._regions = _regions(positions, facets, poles, rings, played)
        playing = np.zeros((*self._regions.playing.shape[:2], layout.channels))
        playing[..., self.channels] = self._regions.playing
        found = self._regions
        self.tables = (found.inverses, found.positions, found.blends, found.lookup, playing)

    def gains(self, directions: Floats) -> Floats:
        """(n, full-band loudspeakers) gains of unit vectors (n, 3); their squares sum to one."""
        directions = np.ascontiguousarray(directions, dtype=np.float64)
        regions = self._regions
        gains = np.empty((len(directions), regions.playing.shape[2]))
        _pan(
            directions, regions.inverses, regions.positions, regions.blends, regions.lookup,
            regions.playing, gains,
        )  # fmt: skip
        return gains


@cache
def panner_of(layout: Layout) -> PointSourcePanner:
    """The panner of a layout. Cached."""
    return PointSourcePanner(layout)


def _layer_stand_ins(
    azimuth_deg: Floats, elevation_deg: Floats
) -> tuple[list[tuple[float, float]], list[int]]:
    """Imaginary loudspeakers above and below those at ear level, and who plays their sound.

    A layer gets one over every ear-level loudspeaker that lies well outside its own azimuths: all
    of them where the layer is empty.
    """
    stand_ins: list[tuple[float, float]] = []
    owners: list[int] = []
    for height_deg, (lowest, highest) in _LAYER_HEIGHTS_DEG.items():
        layer = (elevation_deg >= lowest) & (elevation_deg <= highest)
        reach_deg, at_deg = 0.0, height_deg
        if layer.any():
            reach_deg = float(np.abs(azimuth_deg[layer]).max()) + _LAYER_MARGIN_DEG
            at_deg = float(elevation_deg[layer].mean())
        for index in np.flatnonzero(np.abs(elevation_deg) <= _EAR_LEVEL_DEG):
            if abs(azimuth_deg[index]) >= reach_deg - 1e-5:
                stand_ins.append((float(azimuth_deg[index]), at_deg))
                owners.append(int(index))
    return stand_ins, owners


def _regions(
    positions: Floats,
    facets: list[frozenset[int]],
    poles: NDArray[np.intp],
    rings: list[NDArray[np.intp]],
    played: Floats,
) -> _Regions:
    """Regions of a hull; `played` (corners, loudspeakers) is who plays the sound of a corner.

    What an imaginary pole plays goes to the corners around it, what another imaginary corner
    plays, to its owner among the loudspeakers.
    """
    triangles = [
        [int(first), int(second), int(pole)]
        for pole, ring in zip(poles, rings, strict=True)
        for first, second in zip(ring, np.roll(ring, -1), strict=True)
    ]
    quads: list[list[int]] = []
    for facet in facets:
        if not facet & set(poles.tolist()):
            corners = _in_order(positions, np.array(sorted(facet))).tolist()
            (triangles if len(corners) == 3 else quads).append(corners)
    squares = positions[np.array(quads, dtype=np.int64).reshape(-1, 4)]
    blends = [[_quadratic(quad), _quadratic(quad[[1, 2, 3, 0]])] for quad in squares]
    corners = np.array(triangles, dtype=np.int64)
    table = (
        np.linalg.inv(positions[corners].transpose(0, 2, 1)),
        np.ascontiguousarray(squares),
        np.array(blends).reshape(-1, 2, 3, 3),
    )
    lookup = np.zeros(_LOOKUP_SHAPE, dtype=np.int64)
    _fill_lookup(*table, lookup)
    playing = np.zeros((len(triangles) + len(quads), 4, played.shape[1]))
    for region, members in zip(playing, triangles + quads, strict=True):
        region[: len(members)] = played[members]
    return _Regions(*table, lookup, playing)


def _facets(positions: Floats) -> list[frozenset[int]]:
    """Faces of the convex hull, triangles of one plane joined."""
    hull = ConvexHull(positions)
    planes: list[tuple[Floats, set[int]]] = []
    for triangle, plane in zip(hull.simplices, hull.equations, strict=True):
        for known, corners in planes:
            if np.linalg.norm(known - plane) < 1e-5:
                corners.update(triangle.tolist())
                break
        else:
            planes.append((plane, set(triangle.tolist())))
    return [frozenset(corners) for _, corners in planes]


def _ring_of(facets: list[frozenset[int]], pole: int) -> NDArray[np.intp]:
    """The corners around a pole, one beside the other."""
    pairs = [sorted(facet - {pole}) for facet in facets if pole in facet]
    ring = list(pairs.pop())
    while pairs:
        place = next(i for i, pair in enumerate(pairs) if ring[-1] in pair)
        following = next(corner for corner in pairs.pop(place) if corner != ring[-1])
        if following != ring[0]:
            ring.append(following)
    return np.array(ring)


def _in_order(positions: Floats, corners: NDArray[np.intp]) -> NDArray[np.intp]:
    """Corners of a face, one beside the other."""
    centre = positions[corners].mean(axis=0)
    towards = positions[corners] - centre
    normal = centre / np.linalg.norm(centre)
    first = towards[0] - normal * (towards[0] @ normal)
    angle = np.arctan2(towards @ np.cross(normal, first), towards @ first)
    return corners[np.argsort(angle)]
