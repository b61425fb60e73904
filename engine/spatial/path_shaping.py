"""Paths as a whole: mirrored, reversed, stretched, moved, smoothed, and ready-made ones.

Functions take and give (n,) times in seconds, strictly increasing, and (n, 3) positions in metres,
x to the front, y to the left, z up.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from engine.coordinates import to_cartesian, to_spherical

Path = tuple[NDArray[np.float64], NDArray[np.float64]]
_SMOOTHING_STEP_S = 0.02
_ORBIT_STEP_DEG = 10.0
_PASSING_STEPS = 33


def mirrored(times_s: ArrayLike, positions_m: ArrayLike, axis: int) -> Path:
    """The path on the other side: axis 0 swaps front and back, 1 left and right, 2 up and down."""
    times, positions = _arrays(times_s, positions_m)
    flipped = positions.copy()
    flipped[:, axis] *= -1.0
    return times, flipped


def reversed_in_time(times_s: ArrayLike, positions_m: ArrayLike) -> Path:
    """The same way back, within the same time."""
    times, positions = _arrays(times_s, positions_m)
    return (times[0] + times[-1] - times)[::-1], positions[::-1].copy()


def stretched(times_s: ArrayLike, positions_m: ArrayLike, factor: float) -> Path:
    """Slower (factor above 1) or faster from the first moment on."""
    times, positions = _arrays(times_s, positions_m)
    return times[0] + (times - times[0]) * factor, positions


def offset(
    times_s: ArrayLike,
    positions_m: ArrayLike,
    by_m: tuple[float, float, float] = (0.0, 0.0, 0.0),
    by_s: float = 0.0,
) -> Path:
    """Moved in space and time; no time becomes negative."""
    times, positions = _arrays(times_s, positions_m)
    return times + max(by_s, -float(times[0])), positions + np.array(by_m)


def turned(
    times_s: ArrayLike, positions_m: ArrayLike, left_deg: float, up_deg: float = 0.0
) -> Path:
    """Turned about the listener: azimuths to the left, elevations up to the zenith and no farther.

    The distances stay as they are.
    """
    times, positions = _arrays(times_s, positions_m)
    azimuth_deg, elevation_deg, distance_m = to_spherical(positions).T
    raised_deg = np.clip(elevation_deg + up_deg, -90.0, 90.0)
    return times, np.asarray(to_cartesian(azimuth_deg + left_deg, raised_deg, distance_m))


def scaled(times_s: ArrayLike, positions_m: ArrayLike, factor: float) -> Path:
    """Farther from the listener (factor above 1) or nearer, in the same directions."""
    times, positions = _arrays(times_s, positions_m)
    return times, positions * factor


def smoothed(times_s: ArrayLike, positions_m: ArrayLike, width_s: float) -> Path:
    """Without what trembles faster than `width_s` (the standard deviation of a Gaussian).

    Sampled evenly for it; the first and the last position stay where they are, since both ends
    are continued by their point mirror images.
    """
    times, positions = _arrays(times_s, positions_m)
    if len(times) < 3 or width_s <= 0.0:
        return times, positions
    count = max(3, int(np.ceil((times[-1] - times[0]) / _SMOOTHING_STEP_S)) + 1)
    even = np.linspace(times[0], times[-1], count)
    step_s = even[1] - even[0]
    reach = min(count - 1, max(1, int(np.ceil(3.0 * width_s / step_s))))
    window = np.exp(-0.5 * (np.arange(-reach, reach + 1) * step_s / width_s) ** 2)
    window /= window.sum()
    columns = []
    for column in positions.T:
        sampled = np.interp(even, times, column)
        before = 2.0 * sampled[0] - sampled[reach:0:-1]
        behind = 2.0 * sampled[-1] - sampled[-2 : -reach - 2 : -1]
        columns.append(np.convolve(np.concatenate([before, sampled, behind]), window, "valid"))
    return even, np.stack(columns, axis=-1)


def fly_by(
    from_s: float,
    to_s: float,
    *,
    nearest_m: float = 2.0,
    reach_m: float = 20.0,
    height_m: float = 0.0,
    to_the_right: bool = True,
) -> Path:
    """Straight past the listener's front, nearest in the middle of the time.

    Points lie closer where it is near, where its direction changes fast.
    """
    share = np.sinh(np.linspace(-2.0, 2.0, _PASSING_STEPS)) / np.sinh(2.0)
    sign = -1.0 if to_the_right else 1.0
    positions = np.stack(
        [np.full_like(share, nearest_m), sign * reach_m * share, np.full_like(share, height_m)],
        axis=-1,
    )
    return from_s + (share + 1.0) / 2.0 * (to_s - from_s), positions


def orbit(
    from_s: float,
    to_s: float,
    *,
    distance_m: float = 3.0,
    elevation_deg: float = 0.0,
    start_azimuth_deg: float = 0.0,
    turns: float = 1.0,
) -> Path:
    """Round the listener at one distance; turns above 0 go to the left first."""
    steps = max(2, math.ceil(abs(turns) * 360.0 / _ORBIT_STEP_DEG) + 1)
    azimuth = start_azimuth_deg + np.linspace(0.0, 360.0 * turns, steps)
    positions = to_cartesian(azimuth, np.full(steps, elevation_deg), distance_m)
    return np.linspace(from_s, to_s, steps), positions


def approach(
    from_s: float,
    to_s: float,
    *,
    far_m: float = 20.0,
    near_m: float = 1.0,
    azimuth_deg: float = 0.0,
    elevation_deg: float = 0.0,
) -> Path:
    """Straight towards the listener at even speed (away from them with near and far swapped)."""
    ends = to_cartesian([azimuth_deg] * 2, [elevation_deg] * 2, [far_m, near_m])
    return np.array([from_s, to_s]), np.asarray(ends)


def _arrays(times_s: ArrayLike, positions_m: ArrayLike) -> Path:
    return np.asarray(times_s, dtype=np.float64), np.asarray(positions_m, dtype=np.float64)
