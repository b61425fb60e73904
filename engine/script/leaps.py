"""Where somebody on legs is in the air: over a fence, off a wall; no foot strikes the ground there.

A leap rises and comes down about as things fall. Heights in a picture are misjudged as distances
are, so that one may seem slower than it was (see `engine.script.motion`); what rises for longer
goes uphill.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from engine.project.model import Contact, Track
from engine.script.motion import G_M_PER_S2, SLOWEST_FALL

Array = NDArray[np.float64]

LEAST_M, LEAST_DEG = 0.25, 6.0
"""Rises lower than this, or seen under less, are the body's own bobbing, or the tracker's."""
ALOFT = 0.2
"""Share of the rise above which the feet have left the ground."""
_REACH_S = 0.9
"""How far before and after its highest moment it leaves the ground and lands, at the most."""
_STEP_S = 0.02
_SMOOTH = 9


def leaps_s(track: Track) -> list[tuple[float, float]]:
    """When it leaps: pairs of seconds at which it leaves the ground and lands, in order."""
    times = np.arange(track.start_s, track.end_s, _STEP_S)
    if len(times) < 2 * _SMOOTH:
        return []
    places = track.trajectory.at(times)
    height_m = np.convolve(places[:, 2], np.ones(_SMOOTH) / _SMOOTH, "valid")
    times = times[_SMOOTH // 2 :][: len(height_m)]
    far_m = np.hypot(places[:, 0], places[:, 1])[_SMOOTH // 2 :]
    least_m = np.maximum(LEAST_M, far_m * np.tan(np.radians(LEAST_DEG)))
    inner = height_m[1:-1]
    tops = np.flatnonzero((inner >= height_m[:-2]) & (inner > height_m[2:])) + 1
    found: list[tuple[float, float]] = []
    for top in sorted(tops.tolist(), key=lambda row: -height_m[row]):
        leap = _leap(times, height_m, top, float(least_m[top]))
        if leap is not None and all(leap[1] <= a or leap[0] >= b for a, b in found):
            found.append(leap)
    return sorted(found)


def _leap(times: Array, height_m: Array, top: int, least_m: float) -> tuple[float, float] | None:
    """The leap whose highest moment is in a row; None where it is none."""
    before = (times < times[top]) & (times >= times[top] - _REACH_S)
    after = (times > times[top]) & (times <= times[top] + _REACH_S)
    if not before.any() or not after.any():
        return None
    ground_m = max(float(height_m[before].min()), float(height_m[after].min()))
    rise_m = float(height_m[top]) - ground_m
    if rise_m < least_m:
        return None
    low = height_m <= ground_m + ALOFT * rise_m
    start_s, end_s = float(times[before & low][-1]), float(times[after & low][0])
    longest_s = SLOWEST_FALL * float(np.sqrt(2.0 * rise_m / G_M_PER_S2))
    return (start_s, end_s) if end_s - start_s <= 2.0 * longest_s else None


def grounded(contacts: Sequence[Contact], leaps: Sequence[tuple[float, float]]) -> list[Contact]:
    """The contacts less those that would be made in the air."""
    return [c for c in contacts if not any(a < c.time_s < b for a, b in leaps)]
