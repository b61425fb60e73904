"""A moment of their own for movers that would never be in front: what is seen shall be heard.

A mixer who follows one mover lets go of it when it has passed, to let another be heard for once.
So one that crosses the picture, but always behind others, takes a moment where it is near: never
from one that is in front from its first sight to its last, never around the point where that one
is nearest itself, and never all that it has.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Indices = NDArray[np.intp]

_MOMENT_S = 1.5
_KEEPS_S, _KEEPS = 1.6, 0.4
"""Unbroken time, and share of all its time, that is left to each of those in front."""
_AROUND_S = 0.4
"""Time before and after its nearest point that one in front never gives away."""
_WHOLE = 0.9
"""Share of its time from which one is in front all the while, and stays so."""
_LEAST_WAY_DEG = 8.0
"""A moment in which it hardly moves tells nothing."""


def with_moments(
    front: Indices, levels: Array, azimuth_deg: Array, waiting: Sequence[int], step_s: float
) -> Indices:
    """Who is in front when those `waiting` have got a moment each, where there is one.

    Parameters
    ----------
    front : (n,) array
        Index of the mover in front at each time, `step_s` apart.
    levels, azimuth_deg : (movers, n) arrays
        Level of each mover (-inf where it is not there) and its azimuth without jumps.
    waiting : sequence of int
        Movers that get a moment, those that matter most first, if they never are in front.
    """
    front = front.copy()
    count = round(_MOMENT_S / step_s)
    for index in waiting:
        if _longest(np.isfinite(levels[index]) & (front == index)) >= count:
            continue
        fits = [
            (worth, start)
            for start in range(front.size - count + 1)
            if np.isfinite(levels[index, start : start + count]).all()
            and np.ptp(azimuth_deg[index, start : start + count]) >= _LEAST_WAY_DEG
            and (worth := _worth(front, levels, index, slice(start, start + count), step_s))
            > -np.inf
        ]
        if fits:
            start = max(fits)[1]
            front[start : start + count] = index
    return front


def _worth(front: Indices, levels: Array, index: int, moment: slice, step_s: float) -> float:
    """How well a moment suits a mover, in dB; -inf where one in front cannot give it away."""
    around = round(_AROUND_S / step_s)
    lost = 0.0
    for other in set(front[moment].tolist()) - {index}:
        leads = (front == other) & np.isfinite(levels[other])
        if not leads[moment].any():
            continue
        nearest = int(np.argmax(np.where(leads, levels[other], -np.inf)))
        left = leads.copy()
        left[moment] = False
        there = np.isfinite(levels[other])
        if leads.sum() >= _WHOLE * there.sum():
            return -np.inf
        inside = moment.start - around <= nearest < moment.stop + around
        if inside or _longest(left) < max(_KEEPS_S / step_s, _KEEPS * there.sum()):
            return -np.inf
        given = levels[other, moment][leads[moment]]
        lost = max(lost, 0.5 * float(np.mean(given) - levels[other, nearest]) + 6.0)
    return float(np.mean(levels[index, moment])) - lost


def _longest(where: NDArray[np.bool_]) -> int:
    """Length of the longest run of True in (n,)."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], where.astype(np.int8), [0]])))
    return int(np.max(edges[1::2] - edges[::2], initial=0))
