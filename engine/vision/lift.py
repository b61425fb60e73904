"""Pixels and depth to metres: the mappings of three papers, in our axes (x front, y left, z up)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.coordinates import to_cartesian
from engine.project.model import Mapping, Scene

Array = NDArray[np.float64]

CYLINDER_HALF_FIELD_DEG = 60.0
CYLINDER_HALF_SLOPE = np.pi / 3.0
"""Height over horizontal distance at the upper edge of the cylinder mapping (46.3 degrees)."""
FOLEYSPACE_SIDE_M = 1.47
"""S_y of FoleySpace: the largest distance to the side; also the radius of its HRIRs."""
_LEAST_LEVEL = 0.2
"""Least share of a distance that is horizontal."""
_NEAREST_SHARE = 0.3
"""Least normalised depth: a compromise between depth and true directions."""


def rows_per_unit(mapping: Mapping, width: int, height: int, horizontal_fov_deg: float) -> float:
    """Vertical scale of the camera a mapping implies: pixels a unit of height over distance."""
    if mapping == "cylinder":
        return (height / 2) / CYLINDER_HALF_SLOPE
    return (width / 2) / float(np.tan(np.radians(horizontal_fov_deg) / 2))


def lift(
    mapping: Mapping,
    centres: Array,
    distances_m: Array,
    size: tuple[int, int],
    *,
    horizontal_fov_deg: float = Scene().horizontal_fov_deg,
    depth_range_m: tuple[float, float] | None = None,
) -> Array:
    """Positions (n, 3) in metres of box centres (n, 2) in pixels at distances (n,) in metres.

    `size` is the picture's width and height. `depth_range_m` is only used by 'foleyspace'.
    """
    if mapping == "cylinder":
        return cylinder(centres, distances_m, size)
    if mapping == "foleydesigner":
        return foleydesigner(centres, distances_m, size, horizontal_fov_deg)
    if depth_range_m is None:
        depth_range_m = (float(distances_m.min()), float(distances_m.max()))
    return without_outliers(foleyspace(centres, distances_m, size, depth_range_m))


def sphere(centres: Array, distances_m: Array, size: tuple[int, int]) -> Array:
    """Positions (n, 3) of centres (n, 2) in an equirectangular picture of everything all around.

    Azimuth is linear in the column, 180 degrees at the left edge to -180 at the right; elevation in
    the row, 90 at the upper edge to -90 at the lower. `distances_m` are horizontal; straight above
    and below they are kept finite.
    """
    width, height = size
    azimuth_deg = 360.0 * (0.5 - centres[:, 0] / width)
    elevation_deg = np.clip(180.0 * (0.5 - centres[:, 1] / height), -90.0, 90.0)
    level = np.maximum(np.cos(np.radians(elevation_deg)), _LEAST_LEVEL)
    return to_cartesian(azimuth_deg, elevation_deg, distances_m / level)


def cylinder(centres: Array, distances_m: Array, size: tuple[int, int]) -> Array:
    """PseudoBinaural's Visual-Coordinate-Mapping (Xu et al., CVPR 2021).

    The picture is wrapped on a vertical cylinder around the listener: azimuth is linear in the
    column, +60 degrees at the left edge to -60 at the right; height over horizontal distance is
    linear in the row, +-pi/3 at the edges. `distances_m` are horizontal (the cylinder's radius).
    """
    width, height = size
    azimuth = np.radians((width / 2 - centres[:, 0]) / width * 2 * CYLINDER_HALF_FIELD_DEG)
    slope = (height / 2 - centres[:, 1]) / (height / 2) * CYLINDER_HALF_SLOPE
    return np.stack(
        [distances_m * np.cos(azimuth), distances_m * np.sin(azimuth), distances_m * slope], axis=1
    )


def foleydesigner(
    centres: Array, distances_m: Array, size: tuple[int, int], horizontal_fov_deg: float
) -> Array:
    """FoleyDesigner's cues (section 3.2.1): azimuth from the box centre, mean depth in the box.

    The text of its Eq. 2 is not public. We take the azimuth as linear in the column over the
    camera's horizontal field of view (+fov/2 at the left edge), so that things on the screen are
    heard where they are seen; the paper's +-90 degrees is a field of view of 180. It has no
    elevation, so sources stay in the horizontal plane.
    """
    width, _ = size
    azimuth_deg = (width / 2 - centres[:, 0]) / width * horizontal_fov_deg
    return to_cartesian(azimuth_deg, 0.0, distances_m)


def foleyspace(
    centres: Array, distances_m: Array, size: tuple[int, int], depth_range_m: tuple[float, float]
) -> Array:
    """FoleySpace's mapping (Eq. 3-6) before its smoothing, with y turned to the left.

    ``delta = 2 S_y / W`` (Eq. 3), ``x = delta d~``, ``y = -delta (w - W/2)``,
    ``z = -delta (h - H/2)`` (Eq. 4, whose y grows to the right), ``d~ = gamma (d - min D) /
    (max D - min D)`` with ``gamma = W/2`` (Eq. 5).

    Without a network there is no depth map D. Its part is played by the distances, from geometry,
    of everything that moves in the shot together with the visible ground: min D is the smaller
    of the nearest object and the ground at the picture's lower edge, max D the farthest object
    (see `engine.vision.analyse`). Normalised depth is kept at 0.3 or more: at 0, where
    Eq. 5 puts the nearest thing, everything off the middle would be at 90 degrees to the side.
    Even so, near things are heard farther to the side than they are seen.
    """
    width, height = size
    nearest, farthest = depth_range_m
    span = max(farthest - nearest, 1e-6)
    normalised = np.clip((distances_m - nearest) / span, _NEAREST_SHARE, 1.0)
    delta = 2.0 * FOLEYSPACE_SIDE_M / width
    depth = (width / 2) * normalised
    return np.stack(
        [
            delta * depth,
            -delta * (centres[:, 0] - width / 2),
            -delta * (centres[:, 1] - height / 2),
        ],
        axis=1,
    )


def without_outliers(positions_m: Array, percentile: float = 95.0) -> Array:
    """FoleySpace's smoothing (Eq. 7): the longest steps and their neighbours, re-interpolated.

    Steps above the 95th percentile of 3D length are outliers; the positions at both their ends and
    the adjacent ones are dropped and filled by straight lines. The first and last position stay
    where everything next to them was dropped.
    """
    if len(positions_m) < 8:
        return positions_m
    steps = np.linalg.norm(np.diff(positions_m, axis=0), axis=1)
    outliers = np.flatnonzero(steps > np.percentile(steps, percentile))
    keep = np.ones(len(positions_m), dtype=bool)
    for index in outliers:
        keep[max(0, index - 1) : index + 3] = False
    keep[0] = keep[-1] = True
    rows = np.arange(len(positions_m))
    columns = [np.interp(rows, rows[keep], column[keep]) for column in positions_m.T]
    return np.stack(columns, axis=1)
