"""How wide sources are, and what that leaves of their direction."""

from __future__ import annotations

import numba
import numpy as np

from engine.realtime.snapshot import Floats, MotionPlan, Snapshot

POINT_UNTIL_DEG = 90.0
"""From this width on nothing is left of the point."""
_WIDEST_DEG = 360.0


def width_focus(width_deg: Floats) -> Floats:
    """First-order focus of a source that fills a cap: cos^2 of a quarter of its width.

    That is the length of the energy vector of a sound spread evenly over the cap.
    """
    return np.asarray(np.cos(np.radians(width_deg) / 4.0) ** 2)


def nearest_m(motion: MotionPlan) -> float:
    """How near to the head's centre a path comes; infinity where it is not of numbers."""
    start = np.asarray(motion.positions_m, dtype=np.float64)
    if not np.isfinite(start).all():
        return np.inf
    step = np.diff(start, axis=0)
    length = np.maximum(np.sum(step**2, axis=1), 1e-12)
    share = np.clip(-np.sum(start[:-1] * step, axis=1) / length, 0.0, 1.0)
    between = start[:-1] + share[:, None] * step
    return float(np.linalg.norm(np.concatenate([start, between]), axis=1).min())


@numba.njit(cache=True, nogil=True)
def point_share(width_deg):
    """Share of a source's power that its width leaves to the point it comes from."""
    return max(1.0 - width_deg / POINT_UNTIL_DEG, 0.0)


class Widths:
    """How wide the sources of a snapshot are over time.

    Parameters
    ----------
    snapshot : Snapshot

    Attributes
    ----------
    present : bool
        Whether any has a width.
    """

    def __init__(self, snapshot: Snapshot) -> None:
        curves = [(n, s.width_deg) for n, s in enumerate(snapshot.sources) if s.width_deg]
        self._members = np.array([n for n, _ in curves], dtype=np.int64)
        counts = [0, *(len(curve.values) for _, curve in curves)]
        self._bounds = np.cumsum(counts, dtype=np.int64)
        self._times = np.concatenate([np.zeros(0), *(c.times_samples for _, c in curves)])
        self._values = np.concatenate([np.zeros(0), *(c.values for _, c in curves)])
        self.present = bool(curves)

    def fill(self, times_samples: Floats, out: Floats) -> None:
        """Write widths in degrees at (times,) scene samples to `out` (times, sources)."""
        fill_widths(times_samples, self._members, self._bounds, self._times, self._values, out)

    def narrow(self, times_samples: Floats, focus: Floats, room: Floats) -> None:
        """Multiply `focus` (times, sources) by what widths leave of it; `room` is as large."""
        if self.present:
            self.fill(times_samples, room)
            narrow_focus(room, focus)


@numba.njit(cache=True, nogil=True)
def fill_widths(times, members, bounds, curve_times, values, out):
    """Compiled part of `Widths.fill`: straight lines between points, held outside them.

    Points of member i lie from ``bounds[i]`` to ``bounds[i + 1]``.
    """
    out[:] = 0.0
    for i in range(len(members)):
        first, last = bounds[i], bounds[i + 1]
        for n in range(len(times)):
            behind, ahead = first, last
            while behind < ahead:
                middle = (behind + ahead) // 2
                if curve_times[middle] <= times[n]:
                    behind = middle + 1
                else:
                    ahead = middle
            width = values[max(behind - 1, first)]
            if first < behind < last:
                since = times[n] - curve_times[behind - 1]
                share = since / (curve_times[behind] - curve_times[behind - 1])
                width += share * (values[behind] - width)
            out[n, members[i]] = min(max(width, 0.0), _WIDEST_DEG)


@numba.njit(cache=True, nogil=True)
def narrow_focus(widths, focus):
    """focus *= `width_focus` of widths; both are (times, sources)."""
    for n in range(len(widths)):
        for s in range(widths.shape[1]):
            if widths[n, s] > 0.0:
                focus[n, s] *= np.cos(np.radians(widths[n, s]) / 4.0) ** 2
