"""Traces of a learned detector's boxes: their labels, and pieces of one thing joined."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from engine.vision.joining import join_cheapest

Array = NDArray[np.float64]

_GROUPS = (
    frozenset({"car", "truck", "bus", "train", "motorcycle", "van"}),
    frozenset({"bicycle", "motorcycle"}),
    frozenset({"cat", "dog", "horse", "sheep", "cow", "bear"}),
)
"""Labels that one thing is taken for in turn."""
_LONGEST_GAP_S = 1.3
_ROWS = 5
"""Sightings that tell how a trace ends or begins."""
_GATE = 0.8
_GONE_S = 0.9
"""Time after which who was last seen at the side, going out, is gone."""
AT_SIDE = 0.06
"""How near the side of the picture a thing goes out or comes in, in widths of it."""
_END_LOOKS = 4
"""Looks that tell which way a thing goes where it is first or last seen."""


@dataclass(frozen=True)
class Trace:
    """One object through a shot: rows of time, box (pixels), score and label, in order of time."""

    times_s: tuple[float, ...]
    boxes: tuple[tuple[float, float, float, float], ...]
    scores: tuple[float, ...]
    labels: tuple[str, ...]

    def votes(self) -> dict[str, float]:
        """The sum of its scores for every label."""
        count: dict[str, float] = {}
        for label, score in zip(self.labels, self.scores, strict=True):
            count[label] = count.get(label, 0.0) + score
        return count

    @cached_property
    def label(self) -> str:
        """The label with most votes."""
        votes = self.votes()
        return max(votes, key=lambda one: votes[one])


def related(one: str, other: str) -> bool:
    """Whether one thing is taken for both in turn."""
    return one == other or any(one in group and other in group for group in _GROUPS)


def stitch(traces: Sequence[Trace], width: int) -> list[Trace]:
    """Traces with those joined that begin where another was heading when it was lost."""

    def cost(early: Trace, late: Trace) -> float | None:
        gap_s = late.times_s[0] - early.times_s[-1]
        if not 0.0 < gap_s <= _LONGEST_GAP_S or went_for_good(early, late, width):
            return None
        found = _stitch_cost(early, late, gap_s, width)
        return found if found < _GATE else None

    return join_cheapest(sorted(traces, key=lambda t: t.times_s[0]), cost, _joined)


def went_for_good(early: Trace, late: Trace, width: int) -> bool:
    """Whether one went out by a side long enough before the other came in there to be gone.

    Who turns round at the side of the picture is lost for a look or two.
    """
    gone = late.times_s[0] - early.times_s[-1] > _GONE_S
    return gone and passed_each_other(early, late, width)


def passed_each_other(early: Trace, late: Trace, width: int) -> bool:
    """Whether one went out by a side of the picture before the other came in there: two things.

    A path of motion goes on from one to the other where both are seen at the same place.
    """
    if late.times_s[0] <= early.times_s[-1]:
        return False
    end, start = early.boxes[-1], late.boxes[0]
    margin = AT_SIDE * width
    left = max(end[0], start[0]) <= margin
    right = min(end[2], start[2]) >= width - margin
    out, back = (
        _way_across(trace.boxes[-_END_LOOKS:] if first else trace.boxes[:_END_LOOKS])
        for trace, first in ((early, True), (late, False))
    )
    return (right and out > 0.0 > back) or (left and out < 0.0 < back)


def _way_across(boxes: Sequence[tuple[float, float, float, float]]) -> float:
    """How far to the right a box's centre goes."""
    first, last = boxes[0], boxes[-1]
    return 0.5 * (last[0] + last[2] - first[0] - first[2])


def _stitch_cost(early: Trace, late: Trace, gap_s: float, width: int) -> float:
    """0 where one goes on as the other, from `_GATE` on where they are two."""
    if not related(early.label, late.label):
        return 10.0 * _GATE
    end, start = np.asarray(early.boxes[-_ROWS:]), np.asarray(late.boxes[:_ROWS])
    sizes = [float(np.sqrt(np.median(np.prod(b[:, 2:] - b[:, :2], axis=1)))) for b in (end, start)]
    ahead = _extrapolated(early.times_s[-_ROWS:], end, late.times_s[0])
    back = _extrapolated(late.times_s[:_ROWS], start, early.times_s[-1])
    miss = 0.5 * (
        float(np.linalg.norm(ahead - _centres(start)[0]))
        + float(np.linalg.norm(back - _centres(end)[-1]))
    )
    reach = 0.5 * (sizes[0] + sizes[1]) * 0.7 + 0.04 * width * gap_s
    ratio = abs(float(np.log(sizes[1] / sizes[0]))) / float(np.log(1.8))
    return 0.7 * miss / reach + 0.4 * ratio


def _extrapolated(times_s: Sequence[float], boxes: Array, time_s: float) -> Array:
    times, centres = np.asarray(times_s), _centres(boxes)
    if len(times) < 3:
        return centres[-1 if time_s > times[-1] else 0]
    slope, offset = np.polyfit(times - times[0], centres, 1)
    return np.asarray(offset + slope * (time_s - times[0]))


def _centres(boxes: Array) -> Array:
    return 0.5 * (boxes[:, :2] + boxes[:, 2:])


def _joined(early: Trace, late: Trace) -> Trace:
    return Trace(
        early.times_s + late.times_s,
        early.boxes + late.boxes,
        early.scores + late.scores,
        early.labels + late.labels,
    )


def overlaps(
    boxes: Array | Sequence[Sequence[float]], others: Array | Sequence[Sequence[float]]
) -> Array:
    """Intersection over union (n, m) of boxes (n, 4) and (m, 4)."""
    a, b = np.asarray(boxes, dtype=np.float64), np.asarray(others, dtype=np.float64)
    low = np.maximum(a[:, None, :2], b[None, :, :2])
    high = np.minimum(a[:, None, 2:], b[None, :, 2:])
    common = np.prod(np.maximum(high - low, 0.0), axis=2)
    areas = [np.prod(np.maximum(one[:, 2:] - one[:, :2], 0.0), axis=1) for one in (a, b)]
    return np.asarray(common / np.maximum(areas[0][:, None] + areas[1][None] - common, 1e-9))
