"""The one axis convention: listener at the origin, x front, y left, z up, metres.

Angles at every interface are degrees: azimuth 0 front, positive to the LEFT, (-180, 180];
elevation positive up, [-90, 90]. Other conventions (ADM x right, image columns, OpenGL) convert
at their own border.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from engine.units import wrap_degrees


def to_spherical(position_m: ArrayLike) -> NDArray[np.float64]:
    """Azimuth, elevation (degrees) and distance (metres) of cartesian positions.

    Parameters
    ----------
    position_m : (..., 3) array
        x front, y left, z up.

    Returns
    -------
    (..., 3) float64 array
        azimuth (-180, 180], elevation [-90, 90], distance >= 0. The origin gives zeros.
    """
    x, y, z = np.moveaxis(np.asarray(position_m, dtype=np.float64), -1, 0)
    horizontal = np.hypot(x, y)
    azimuth = wrap_degrees(np.degrees(np.arctan2(y, x)))
    elevation = np.degrees(np.arctan2(z, horizontal))
    return np.stack([azimuth, elevation, np.hypot(horizontal, z)], axis=-1)


def to_cartesian(
    azimuth_deg: ArrayLike, elevation_deg: ArrayLike, distance_m: ArrayLike = 1.0
) -> NDArray[np.float64]:
    """Cartesian positions (..., 3) in metres of azimuth, elevation (degrees) and distance."""
    azimuth, elevation, distance = np.broadcast_arrays(
        np.radians(np.asarray(azimuth_deg, dtype=np.float64)),
        np.radians(np.asarray(elevation_deg, dtype=np.float64)),
        np.asarray(distance_m, dtype=np.float64),
    )
    horizontal = distance * np.cos(elevation)
    return np.stack(
        [horizontal * np.cos(azimuth), horizontal * np.sin(azimuth), distance * np.sin(elevation)],
        axis=-1,
    )


def turning(yaw_deg: float, pitch_deg: float = 0.0, roll_deg: float = 0.0) -> NDArray[np.float64]:
    """(3, 3) rotation of directions: yaw to the left, pitch up, roll towards the right.

    Roll comes first and yaw last, as a head turns that yaws, then pitches, then rolls.
    """
    yaw, pitch, roll = np.radians((yaw_deg, pitch_deg, roll_deg))
    return _plane(yaw, 0, 1) @ _plane(-pitch, 2, 0) @ _plane(roll, 1, 2)


def _plane(angle: float, first: int, second: int) -> NDArray[np.float64]:
    """(3, 3) rotation by `angle` (radians) that turns axis `first` towards axis `second`."""
    matrix = np.eye(3)
    matrix[first, first] = matrix[second, second] = np.cos(angle)
    matrix[second, first] = np.sin(angle)
    matrix[first, second] = -np.sin(angle)
    return matrix


def angle_between_deg(first: ArrayLike, second: ArrayLike) -> NDArray[np.float64]:
    """Great-circle angle in degrees between direction vectors of shape (..., 3)."""
    a = np.asarray(first, dtype=np.float64)
    b = np.asarray(second, dtype=np.float64)
    cross = np.linalg.norm(np.cross(a, b), axis=-1)
    dot = np.sum(a * b, axis=-1)
    return np.asarray(np.degrees(np.arctan2(cross, dot)))
