"""A box corrected by hand: where its object is then."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.vision.geometry import PictureGeometry
from engine.vision.lift import FOLEYSPACE_SIDE_M

Array = NDArray[np.float64]

_OVERHEAD = 0.05
"""Horizontal share of a distance below which that says nothing about the distance any more."""


def corrected_position(
    position_m: Array,
    centre_px: tuple[float, float],
    shift_px: tuple[float, float],
    size: tuple[int, int],
    geometry: PictureGeometry,
) -> tuple[float, float, float]:
    """Position in metres of an object at `position_m` whose box centre goes by `shift_px`.

    The distance stays. It turns and rises as the lifted centres do, so that a box that is not
    moved moves nothing. `size` is the picture's width and height in the same pixels.
    """
    if geometry.mapping == "foleyspace" and not geometry.spherical:
        metres = 2.0 * FOLEYSPACE_SIDE_M / size[0]  # Eq. 3 and 4, at the same depth
        x_m, y_m, z_m = position_m - np.array([0.0, shift_px[0], shift_px[1]]) * metres
        return float(x_m), float(y_m), float(z_m)
    centres = np.array([centre_px, np.add(centre_px, shift_px)], dtype=np.float64)
    before, after = geometry.lift(centres, np.ones(2), size)
    level, level_after = np.hypot(before[0], before[1]), np.hypot(after[0], after[1])
    level_m = np.hypot(position_m[0], position_m[1])
    distance_m = level_m / level
    if level < _OVERHEAD:
        distance_m = np.linalg.norm(position_m) / np.linalg.norm(before)
    turn = np.arctan2(after[1], after[0]) - np.arctan2(before[1], before[0])
    azimuth = np.arctan2(position_m[1], position_m[0]) + turn
    level_m += distance_m * (level_after - level)
    return (
        float(level_m * np.cos(azimuth)),
        float(level_m * np.sin(azimuth)),
        float(position_m[2] + distance_m * (after[2] - before[2])),
    )
