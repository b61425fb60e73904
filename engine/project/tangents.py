"""Curved paths: cubic Hermite curves between keyframes, by the velocities that a hand has given.

A keyframe without a velocity is a corner. A segment both of whose ends are corners is a straight
line; at the corner of another one the velocity is that of the straight line (the cubic of
C. Hermite; its handles as a Bezier curve are a third of the segment's length in time away).
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from engine.project.paths import Keyframe

Floats = NDArray[np.float64]
PIECES_PER_S = 50.0
LEAST_PIECES, MOST_PIECES = 8, 64
"""Straight pieces of a curved segment: their corners lie on the curve. With the most of them they
leave it by less than 1/2500 of the segment's reach."""


def is_curved(before: Keyframe, after: Keyframe) -> bool:
    """Whether the path between two keyframes is no straight line."""
    return before.velocity_mps is not None or after.velocity_mps is not None


def polyline(keyframes: Sequence[Keyframe]) -> tuple[Floats, Floats]:
    """(n,) seconds and (n, 3) metres: straight pieces for a whole path, keyframes among them."""
    times: list[Floats] = []
    places: list[Floats] = []
    for before, after in pairwise(keyframes):
        length_s = after.time_s - before.time_s
        pieces = 1
        if is_curved(before, after):
            pieces = int(np.clip(np.ceil(PIECES_PER_S * length_s), LEAST_PIECES, MOST_PIECES))
        shares = np.arange(pieces) / pieces
        times.append(before.time_s + shares * length_s)
        places.append(_along(before, after, shares))
    times.append(np.array([keyframes[-1].time_s]))
    places.append(_place(keyframes[-1])[None])
    return np.concatenate(times), np.concatenate(places)


def velocity_within(
    before: Keyframe, after: Keyframe, time_s: float
) -> tuple[float, float, float] | None:
    """Velocity (m/s) at a time between two keyframes; None where the path is straight there.

    With it a keyframe can be put in at that time without changing the curve, but towards a
    corner: that one looks at its new neighbour.
    """
    if not is_curved(before, after):
        return None
    length_s = after.time_s - before.time_s
    u = (time_s - before.time_s) / length_s
    start, end, v_start, v_end = _ends(before, after)
    slope = (
        (6 * u * u - 6 * u) * (start - end)
        + length_s * ((3 * u * u - 4 * u + 1) * v_start + (3 * u * u - 2 * u) * v_end)
    ) / length_s
    x, y, z = (float(value) for value in slope)
    return x, y, z


def _along(before: Keyframe, after: Keyframe, shares: Floats) -> Floats:
    """(n, 3) places at shares (0..1) of the time between two keyframes."""
    start, end, v_start, v_end = _ends(before, after)
    length_s, u = after.time_s - before.time_s, shares[:, None]
    if not is_curved(before, after):
        return np.asarray(start + u * (end - start))
    return np.asarray(
        (2 * u**3 - 3 * u**2 + 1) * start
        + (u**3 - 2 * u**2 + u) * length_s * v_start
        + (3 * u**2 - 2 * u**3) * end
        + (u**3 - u**2) * length_s * v_end
    )


def _ends(before: Keyframe, after: Keyframe) -> tuple[Floats, Floats, Floats, Floats]:
    """Places and velocities at both ends of a segment."""
    start, end = _place(before), _place(after)
    even = (end - start) / (after.time_s - before.time_s)
    first = even if before.velocity_mps is None else np.array(before.velocity_mps)
    last = even if after.velocity_mps is None else np.array(after.velocity_mps)
    return start, end, first, last


def _place(keyframe: Keyframe) -> Floats:
    return np.array([keyframe.x_m, keyframe.y_m, keyframe.z_m])
