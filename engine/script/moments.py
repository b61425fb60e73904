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
Mask = NDArray[np.bool_]
_Stage = tuple[Indices, Array, Array]
"""Who is in front (n,); levels and azimuths of all (movers, n)."""

_MOMENT_S = 1.5
_KEEPS_S, _KEEPS = 1.6, 0.4
"""Unbroken time, and share of all its time, that is left to each of those in front."""
_AROUND_S = 0.4
"""Time before and after its nearest point that one in front never gives away."""
_WHOLE = 0.9
"""Share of its time from which one is in front all the while, and stays so."""
_LEAST_WAY_DEG = 8.0
"""A moment in which it hardly moves tells nothing."""
_ENOUGH_DEG = 12.0
"""A way that tells where it goes; who is in front for that needs no moment of its own."""
_TELLING_DEG, _WAY_DB = 25.0, 14.0
"""A way that tells it well, and what a moment with that much of it is worth."""


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
    stage = (front, levels, azimuth_deg)
    count = round(_MOMENT_S / step_s)
    for index in waiting:
        there = np.isfinite(levels[index])
        if is_told(there & (front == index), there, azimuth_deg[index], count):
            continue
        fits = [
            (worth + _WAY_DB * min(way / _TELLING_DEG, 1.0), start)
            for start in range(front.size - count + 1)
            if np.isfinite(levels[index, start : start + count]).all()
            and (way := np.ptp(azimuth_deg[index, start : start + count])) >= _LEAST_WAY_DEG
            and (worth := _worth(stage, index, slice(start, start + count), step_s)) > -np.inf
        ]
        if fits:
            start = max(fits)[1]
            front[start : start + count] = index
    return front


def is_told(leads: Mask, there: Mask, azimuth_deg: Array, count: int) -> bool:
    """Whether one that leads at times (n,) does so for `count` of them on end, going a telling way.

    `there` (n,) is when it is in the picture.
    """
    edges = np.flatnonzero(np.diff(np.concatenate([[0], leads.astype(np.int8), [0]])))
    runs = [
        azimuth_deg[a:b] for a, b in zip(edges[::2], edges[1::2], strict=True) if b - a >= count
    ]
    if not runs:
        return False
    return max(float(np.ptp(run)) for run in runs) >= telling_deg(azimuth_deg[there])


def telling_deg(azimuth_deg: Array) -> float:
    """The way that tells where a mover goes: 12 degrees, or half of all its azimuths (n,)."""
    return min(_ENOUGH_DEG, 0.5 * float(np.ptp(azimuth_deg)))


def _worth(stage: _Stage, index: int, moment: slice, step_s: float) -> float:
    """How well a moment suits a mover, in dB; -inf where one in front cannot give it away."""
    front, levels, azimuth_deg = stage
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
        keeps = max(_KEEPS_S / step_s, _KEEPS * there.sum())
        if inside or not is_told(left, there, azimuth_deg[other], round(keeps)):
            return -np.inf
        given = levels[other, moment][leads[moment]]
        lost = max(lost, 0.5 * float(np.mean(given) - levels[other, nearest]) + 6.0)
    return float(np.mean(levels[index, moment])) - lost
