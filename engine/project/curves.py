"""Automation curves in pieces: cut out, taken along, laid over, opened and closed in time.

A curve is points (time_s, value) in strictly increasing time with straight lines between them and
level ends; an empty one rests at a value that its parameter has by itself.
"""

from __future__ import annotations

import numpy as np

from engine.project.model import Curve

EDGE_S = 1e-3
"""How steep a step is; points that come closer are one."""


def value_at(curve: Curve, time_s: float, rest: float) -> float:
    """The curve's value at a time in seconds; `rest` for an empty one."""
    if not curve:
        return rest
    times_s, values = zip(*curve, strict=True)
    return float(np.interp(time_s, times_s, values))


def has_points(curve: Curve, from_s: float, to_s: float) -> bool:
    """Whether a curve is drawn within a span."""
    return any(from_s <= time_s <= to_s for time_s, _ in curve)


def piece_of(curve: Curve, from_s: float, to_s: float, rest: float) -> Curve:
    """The curve within a span, with a point at either end of it."""
    inner = [point for point in curve if from_s + EDGE_S < point[0] < to_s - EDGE_S]
    ends = [(time_s, value_at(curve, time_s, rest)) for time_s in (from_s, to_s)]
    return (ends[0], *inner, ends[1])


def cut_out(curve: Curve, from_s: float, to_s: float, rest: float) -> Curve:
    """The curve with a straight line in place of what is drawn within a span."""
    if not has_points(curve, from_s, to_s):
        return curve
    ends = [(time_s, value_at(curve, time_s, rest)) for time_s in (from_s, to_s)]
    return tidy([*_outside(curve, from_s, to_s), *ends])


def laid_over(curve: Curve, piece: Curve, rest: float) -> Curve:
    """The curve with a piece in place of what it was there; a step leads in, another one out."""
    from_s, to_s = piece[0][0], piece[-1][0]
    steps = [
        (time_s, value_at(curve, time_s, rest))
        for time_s in (from_s - EDGE_S, to_s + EDGE_S)
        if time_s >= 0.0
    ]
    return tidy([*_outside(curve, from_s - EDGE_S, to_s + EDGE_S), *steps, *piece])


def closed(curve: Curve, from_s: float, to_s: float, rest: float) -> Curve:
    """The curve without a span of time: what is behind it comes earlier."""
    if not curve or to_s <= from_s or from_s >= curve[-1][0]:
        return curve
    before = [point for point in curve if point[0] < from_s]
    behind = [(time_s - (to_s - from_s), value) for time_s, value in curve if time_s > to_s]
    joint = [(from_s, value_at(curve, from_s, rest))] if from_s > 0.0 else []
    step_s = EDGE_S if joint else 0.0
    joint.append((from_s + step_s, value_at(curve, to_s + step_s, rest)))
    return tidy([*before, *joint, *behind])


def opened(curve: Curve, at_s: float, length_s: float, rest: float) -> Curve:
    """The curve with a level stretch of time put in: what is behind it comes later."""
    if not curve or length_s <= 0.0 or at_s >= curve[-1][0]:
        return curve
    before = [point for point in curve if point[0] < at_s]
    behind = [(time_s + length_s, value) for time_s, value in curve if time_s >= at_s]
    level = value_at(curve, at_s, rest)
    stretch = [(at_s, level), (at_s + length_s, level)] if before else []
    return tidy([*before, *stretch, *behind])


def tidy(points: list[tuple[float, float]]) -> Curve:
    """Points in time order; of those closer than half a step the later one wins."""
    kept: list[tuple[float, float]] = []
    for time_s, value in sorted(points, key=lambda point: point[0]):
        if kept and time_s - kept[-1][0] < EDGE_S / 2:
            kept.pop()
        kept.append((max(0.0, time_s), value))
    return tuple(kept)


def _outside(curve: Curve, from_s: float, to_s: float) -> list[tuple[float, float]]:
    return [point for point in curve if point[0] < from_s or point[0] > to_s]
