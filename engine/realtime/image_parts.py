"""What is read of every image in a hop: one part of most, two of those that step or jump.

An image that passes from one shell of air into the next is heard in both for a hop, cross-faded;
one whose delay jumps is heard where it was and where it is. Parts are sorted by the walls their
sound met, and by shell.
"""

from __future__ import annotations

import numba
import numpy as np

from engine.realtime.delay_line import JUMP_SAMPLES, SAFE_MATH, goes_on, is_jump
from engine.realtime.room_plan import EarlyPlan, Floats

_INAUDIBLE = 1e-7
_NOWHERE_M = 1e9
_OUTSIDE = 0.125
"""An image that leaves a shell is heard in it for a little longer, in steps."""


class ImageParts:
    """Room for the parts of a plan's images.

    Attributes
    ----------
    images : (2 * images,) int64
        What each is a part of.
    paths : (2 * images, 4) float64
        Delay at the hop's start, its slope there, delay at its end, its slope; in samples.
    airs : (2 * images, 2) float64
        Of the low-pass for what is left beside whole steps, at the hop's start and end.
    gains : (2 * images, 2) float64
    order : (2 * images,) int64
        Parts by surface and shell; those of group ``surface * shells + shell`` lie from
        ``bounds[group]`` to ``bounds[group + 1]``.
    """

    def __init__(self, plan: EarlyPlan) -> None:
        most = 2 * len(plan.sources)
        groups = len(plan.sections) * plan.shells
        self._plan = plan
        self.images = np.zeros(most, dtype=np.int64)
        self._groups = np.zeros(most, dtype=np.int64)
        self.paths, self.airs = np.zeros((most, 4)), np.zeros((most, 2))
        self.gains = np.zeros((most, 2))
        self.order = np.zeros(most, dtype=np.int64)
        self.bounds = np.zeros(groups + 1, dtype=np.int64)

    def arrange(self, delays: Floats, distances: Floats, gains: tuple[Floats, Floats]) -> None:
        """Find the parts of a hop.

        Parameters
        ----------
        delays, distances : (4, images) float64
            At the edges before, at the start, at the end and after the hop; samples and metres.
        gains : two (images,) float64
            At the hop's start and end.
        """
        plan = self._plan
        arrange_parts(
            delays, distances, gains[0], gains[1], plan.dull, plan.surfaces, plan.shells,
            plan.air.step_m, plan.air.late_samples, plan.air.bend, self.images, self._groups,
            self.paths, self.airs, self.gains, self.order, self.bounds,
        )  # fmt: skip


@numba.njit(forceinline=True)
def _follow(before, d0, d1, after):
    """Slopes of the delay at the hop's start and end, and whether it jumps in between."""
    earlier, step, later = d0 - before, d1 - d0, after - d1
    slow = abs(earlier) <= JUMP_SAMPLES and abs(step) <= JUMP_SAMPLES
    if slow and abs(later) <= JUMP_SAMPLES:
        return 0.5 * (d1 - before), 0.5 * (after - d0), False
    s0 = 0.5 * (d1 - before) if goes_on(earlier, step) else step
    s1 = 0.5 * (after - d0) if goes_on(later, step) else step
    return s0, s1, is_jump(before, d0, d1, after)


@numba.njit(forceinline=True)
def _dull_way(metres, dull):
    """How much air is on the way; none to a source that is nowhere."""
    return metres * dull if metres < _NOWHERE_M else 0.0


@numba.njit(forceinline=True)
def _bent(metres, step_m, bend):
    """Of the three-point low-pass, `metres` beyond whole steps."""
    r = min(max(metres, -_OUTSIDE * step_m), (1.0 + _OUTSIDE) * step_m)
    return (bend[0] + bend[1] * r) * r


@numba.njit(forceinline=True)
def _add(part, image, group, shell, path, metres, levels, air, tables):
    """Part number `part`."""
    images, groups, paths, airs, gains = tables
    step_m, late, bend = air
    images[part], groups[part] = image, group
    early = shell * late  # what the filters of all shells within add
    row = paths[part]
    row[0], row[1], row[2], row[3] = path[0] - early, path[1], path[2] - early, path[3]
    airs[part, 0] = _bent(metres[0] - shell * step_m, step_m, bend)
    airs[part, 1] = _bent(metres[1] - shell * step_m, step_m, bend)
    gains[part, 0], gains[part, 1] = levels


@numba.njit(forceinline=True)
def _sort(count, groups, order, bounds):
    """Sort by counting: parts of a group stay in their order."""
    bounds[:] = 0
    for part in range(count):
        bounds[groups[part] + 1] += 1
    for group in range(len(bounds) - 1):
        bounds[group + 1] += bounds[group]
    for part in range(count):
        order[bounds[groups[part]]] = part
        bounds[groups[part]] += 1
    for group in range(len(bounds) - 1, 0, -1):
        bounds[group] = bounds[group - 1]
    bounds[0] = 0


@numba.njit(cache=True, nogil=True, fastmath=SAFE_MATH)
def arrange_parts(
    delays, distances, gains_0, gains_1, dull, surfaces, shells, step_m, late, bend, images,
    groups, paths, airs, gains, order, bounds,
):  # fmt: skip
    """Fill what `ImageParts` has, of the images that are heard.

    Parameters
    ----------
    delays, distances : (4, images) float64
    gains_0, gains_1, dull : (images,) float64
    surfaces : (images,) int32
    shells : int
    step_m : float
    late : float
        See `AirSteps`.
    bend : (2,) float64
    """
    air, tables = (step_m, late, bend), (images, groups, paths, airs, gains)
    part, per_m = 0, 1.0 / step_m
    for i in range(len(surfaces)):
        start, end = gains_0[i], gains_1[i]
        if not (abs(start) >= _INAUDIBLE or abs(end) >= _INAUDIBLE):
            continue
        d0, d1 = delays[1, i], delays[2, i]
        s0, s1, jumps = _follow(delays[0, i], d0, d1, delays[3, i])
        m0, m1 = _dull_way(distances[1, i], dull[i]), _dull_way(distances[2, i], dull[i])
        inner, outer = min(int(m0 * per_m), shells - 1), min(int(m1 * per_m), shells - 1)
        base = surfaces[i] * shells
        path, metres = (d0, s0, d1, s1), (m0, m1)
        if inner == outer and not jumps:
            _add(part, i, base + inner, inner, path, metres, (start, end), air, tables)
            part += 1
            continue
        if jumps:
            path, metres = (d0, 0.0, d0, 0.0), (m0, m0)
        _add(part, i, base + inner, inner, path, metres, (start, 0.0), air, tables)
        if jumps:
            path, metres = (d1, 0.0, d1, 0.0), (m1, m1)
        _add(part + 1, i, base + outer, outer, path, metres, (0.0, end), air, tables)
        part += 2
    _sort(part, groups, order, bounds)
