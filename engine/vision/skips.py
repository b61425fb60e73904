"""Pictures that a camera skipped without telling: what goes on smoothly leaps there for a moment.

A recorder that drops a picture and stamps the rest evenly makes everything go twice as far, or
three times, from one picture to the next, and on as before. For a contact that is a push in the
back and a stop at once. But a contact changes the velocity, and a skipped picture does not: so
where motion is the same before and after a leap along its own way, more time has passed there than
the clock says, and the leap is as long as that time. A picture shown twice is the same the other
way round.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

_AROUND = 3
"""Steps before and after that tell how it goes; their median bears another leap among them."""
_LEAP, _LEAST_REST = 1.5, 0.4
"""Length of a step, in steps that were due, from which pictures were skipped, and below which one
was shown again."""
_MOST_SKIPPED = 6.0
_AS_BEFORE, _ASIDE = 0.35, 0.3
"""How much the velocity may differ before and after, and how far (in steps due) the leap may end
beside its way."""
_LEAST_STEP_PX, _LEAST_SIGMAS = 1.2, 4.0
"""Steps below which nothing can be told, in pixels and in what a position trembles by."""
_REST_S = 1e-3


def motion_clock(
    times_s: Array, points: Array, seen: NDArray[np.bool_], jitter_px: float
) -> tuple[Array, NDArray[np.bool_]]:
    """Times by which what is followed goes on smoothly, and which sightings tell where it is.

    Parameters
    ----------
    times_s, points, seen : (n,), (n, 2) and (n,) arrays
        A path; points in pixels.
    jitter_px : float
        Standard deviation of a point.

    Returns
    -------
    (n,) array, (n,) array of bool
        The same times where nothing was skipped, else longer by what was; and `seen` without
        pictures that were shown again.
    """
    rows = np.flatnonzero(seen)
    if len(rows) < 2 * _AROUND + 2:
        return times_s, seen
    steps_s, steps_px = np.diff(times_s[rows]), np.diff(points[rows], axis=0)
    lengths = np.array([_due(steps_s, steps_px, i, jitter_px) for i in range(len(steps_s))])
    if np.all(lengths == 1.0):
        return times_s, seen
    added_s = np.zeros(len(times_s))
    added_s[rows[1:]] = np.maximum(steps_s * lengths, _REST_S) - steps_s
    told = seen.copy()
    told[rows[1:][lengths < _LEAST_REST]] = False
    return np.asarray(times_s + np.cumsum(added_s)), told


def _due(steps_s: Array, steps_px: Array, index: int, jitter_px: float) -> float:
    """How many steps one was in truth: 1 where nothing was skipped, or nothing can be told."""
    before, after = slice(max(0, index - _AROUND), index), slice(index + 1, index + 1 + _AROUND)
    if index < _AROUND or len(steps_s[after]) < _AROUND:
        return 1.0
    speeds = steps_px / steps_s[:, None]
    early, late = np.median(speeds[before], axis=0), np.median(speeds[after], axis=0)
    usual = 0.5 * (early + late)
    due_px = usual * steps_s[index]
    length_px = float(np.linalg.norm(due_px))
    if length_px < max(_LEAST_STEP_PX, _LEAST_SIGMAS * jitter_px):
        return 1.0
    if np.linalg.norm(late - early) > _AS_BEFORE * np.linalg.norm(usual):
        return 1.0
    times = float(steps_px[index] @ due_px) / length_px**2
    aside = float(np.linalg.norm(steps_px[index] - times * due_px)) / length_px
    plain = _LEAST_REST <= times < _LEAP
    if plain or not -_LEAST_REST <= times <= _MOST_SKIPPED or aside > _ASIDE * max(1.0, times):
        return 1.0
    return times
