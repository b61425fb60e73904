"""Who stands while the camera turns: going across the picture, and staying where they are.

Judged from look to look against the camera's own motion, which takes what stands from one picture
to the next. What keeps its place in the picture is what the camera follows: that goes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from engine.vision.camera import Matrix
from engine.vision.traces import Trace

Array = NDArray[np.float64]

_STANDS, _CARRIED, _TIMES = 0.4, 0.8, 3.0
"""In its own sizes a second: slower than this against the ground it stands, faster than this, and
so many times faster, in the picture the camera carries it."""
_SAME_MOMENT_S = 0.03


@dataclass(frozen=True)
class CameraWay:
    """How the camera moved through some pictures: times (n,), and what takes each of them to the
    same reference, (3, 3) matrices of pixels."""

    times_s: Array
    to_reference: Sequence[Matrix]

    def carried(self, point: Array, start_s: float, end_s: float) -> Array | None:
        """Where a point (2,) of the ground at one time is at another; None where nobody knows."""
        rows = [int(np.argmin(np.abs(self.times_s - t))) for t in (start_s, end_s)]
        apart_s = np.abs(self.times_s[rows] - (start_s, end_s))
        if apart_s.max() > _SAME_MOMENT_S:
            return None
        matrix = np.linalg.inv(self.to_reference[rows[1]]) @ self.to_reference[rows[0]]
        there = matrix @ np.append(point, 1.0)
        return np.asarray(there[:2] / there[2])


def is_carried(trace: Trace, ways: Sequence[CameraWay]) -> bool:
    """Whether a thing goes across the picture only because the camera does."""
    boxes = np.asarray(trace.boxes, dtype=np.float64)
    middles = 0.5 * (boxes[:, :2] + boxes[:, 2:])
    sizes = np.sqrt(np.maximum(np.prod(boxes[:, 2:] - boxes[:, :2], axis=1), 1.0))
    own, shown = [], []
    for a, b in pairwise(range(len(boxes))):
        start_s, end_s = trace.times_s[a], trace.times_s[b]
        known = (way.carried(middles[a], start_s, end_s) for way in ways)
        ground = next((place for place in known if place is not None), None)
        if ground is not None and end_s > start_s:
            per_s = 1.0 / (sizes[a] * (end_s - start_s))
            own.append((middles[b] - ground) * per_s)
            shown.append((middles[b] - middles[a]) * per_s)
    if not own:
        return False
    # medians: a parallax, or a wrong transform, may spoil some steps
    goes = float(np.linalg.norm(np.median(own, axis=0)))
    seems = float(np.linalg.norm(np.mean(shown, axis=0)))
    return goes < _STANDS and seems > max(_CARRIED, _TIMES * goes)
