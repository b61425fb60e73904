"""Boxes of a learned detector to traces: Kalman prediction and assignment in two stages.

After ByteTrack (Zhang et al., "ByteTrack: Multi-Object Tracking by Associating Every Detection
Box", ECCV 2022): sure boxes are given to all traces first; doubtful ones then to the traces that
were still seen a moment ago. Doubtful boxes begin nothing. Since films need not be read in one
direction, a trace is afterwards followed back from its beginning through doubtful boxes, too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from engine.plugins import Detection
from engine.vision.assignment import assign
from engine.vision.kalman import BoxFilter
from engine.vision.traces import Trace, overlaps, related, stitch

Array = NDArray[np.float64]

TRACKER = "Kalman + Hungarian, two stages, both ways (after ByteTrack)"
SURE = 0.4
"""Score from which a box is believed on its own."""
_BEGIN = 0.45
_LOST_S = 0.5
"""How long a trace waits for boxes after its last."""
_RECENT_S = 0.5
"""How long after its last box a trace takes doubtful ones."""
_GATE_SURE, _GATE_DOUBTFUL = 0.8, 0.35
_NEW_LABEL = 0.25
"""What another label costs; another one of the same group costs a quarter of it."""
_TRUST_SIZE = 0.75
_REACH, _REACH_NEW = 0.7, 2.0
"""How far from where it is expected a box may be, in its sizes."""
_MOST_RATIO = 2.0
"""How much larger or smaller it may be."""
_ANIMALS = frozenset(
    {"cat", "dog", "horse", "sheep", "cow", "bear", "elephant", "zebra", "giraffe"}
)
_STAYS, _STAYED = 0.4, 0.1
"""Overlap with its last box from which an animal may have stayed there, and what that costs."""
_SAME_IOU = 0.55
"""Boxes that overlap more are one thing under two names."""
_LEAST_SURE_HITS = 2


@dataclass
class _Open:
    filter: BoxFilter
    rows: list[tuple[float, Detection]] = field(default_factory=list)

    @property
    def last_s(self) -> float:
        return self.rows[-1][0]

    @property
    def label(self) -> str:
        return self.rows[-1][1].label


def distinct(detections: Sequence[Detection]) -> list[Detection]:
    """Detections without those that a surer one of any label lies upon."""
    kept: list[Detection] = []
    for one in sorted(detections, key=lambda d: -d.confidence):
        if not kept or overlaps([k.box for k in kept], [one.box]).max() <= _SAME_IOU:
            kept.append(one)
    return kept


def associate(
    seen: Sequence[tuple[float, Sequence[Detection]]], width: int, height: int
) -> list[Trace]:
    """Traces of one shot.

    Parameters
    ----------
    seen : sequence of (time_s, detections)
        In order of time; boxes in pixels of a picture of `width` by `height`.
    """
    rows = [(time_s, distinct(found)) for time_s, found in seen]
    open_, ended, free = _forwards(rows, width, height)
    whole = [t for t in (*ended, *open_) if _is_real(t)]
    whole.sort(key=lambda t: t.rows[0][0])
    for trace in whole:
        _back(trace, free, width)
    return stitch([_closed(trace) for trace in whole], width)


_Free = dict[float, list[Detection]]


def _forwards(
    seen: Sequence[tuple[float, list[Detection]]], width: int, height: int
) -> tuple[list[_Open], list[_Open], _Free]:
    """Traces still open at the end, those that ended, and the doubtful boxes nobody took."""
    open_: list[_Open] = []
    ended: list[_Open] = []
    free: _Free = {}
    for time_s, found in seen:
        for trace in open_:
            trace.filter.predict(time_s)
        sure = [d for d in found if d.confidence >= SURE]
        doubtful = [d for d in found if d.confidence < SURE]
        pairs, rest, new = _assign(open_, sure, _GATE_SURE, width)
        recent = [t for t in rest if time_s - t.last_s <= _RECENT_S]
        more, _, unused = _assign(recent, doubtful, _GATE_DOUBTFUL, width)
        for trace, detection in pairs + more:
            trace.filter.correct(detection.box, _TRUST_SIZE)
            trace.rows.append((time_s, detection))
        for detection in new:
            if detection.confidence >= _BEGIN:
                start = BoxFilter(detection.box, time_s, (0.0, 0.0), width)
                open_.append(_Open(start, [(time_s, detection)]))
        free[time_s] = unused
        over = [t for t in open_ if _is_over(t, time_s, width, height)]
        ended += over
        open_ = [t for t in open_ if not any(t is o for o in over)]
    return open_, ended, free


def _is_over(trace: _Open, time_s: float, width: int, height: int) -> bool:
    unseen_s = time_s - trace.last_s
    x0, y0, x1, y1 = trace.filter.box
    outside = x1 < 0.02 * width or x0 > 0.98 * width or y1 < 0 or y0 > height
    return unseen_s > _LOST_S or (outside and unseen_s > 0.0)


def _is_real(trace: _Open) -> bool:
    return sum(d.confidence >= SURE for _, d in trace.rows) >= _LEAST_SURE_HITS


def _back(trace: _Open, free: _Free, width: int) -> None:
    """Follow a trace back from its beginning through boxes that nobody took."""
    rows = trace.rows[:6]
    if len(rows) < 2:
        return
    # time runs backwards here: the filter only knows times that grow
    filter_ = BoxFilter(rows[-1][1].box, -rows[-1][0], (0.0, 0.0), width)
    for time_s, detection in reversed(rows[:-1]):
        filter_.predict(-time_s)
        filter_.correct(detection.box, _TRUST_SIZE)
    start_s = rows[0][0]
    back = _Open(filter_, [rows[0]])
    for time_s in sorted((t for t in free if t < start_s), reverse=True):
        if back.last_s - time_s > _RECENT_S:
            break
        filter_.predict(-time_s)
        pairs, _, unused = _assign([back], free[time_s], _GATE_DOUBTFUL, width)
        if pairs:
            detection = pairs[0][1]
            filter_.correct(detection.box, _TRUST_SIZE)
            back.rows.append((time_s, detection))
            free[time_s] = unused
    trace.rows = [*reversed(back.rows[1:]), *trace.rows]


def _assign(
    traces: Sequence[_Open], detections: Sequence[Detection], gate: float, width: int
) -> tuple[list[tuple[_Open, Detection]], list[_Open], list[Detection]]:
    """Cheapest pairs below the gate, and the traces and detections left over."""
    if not traces or not detections:
        return [], list(traces), list(detections)
    cost = _costs(traces, detections, width)
    rows, columns = assign(np.minimum(cost, 10.0))
    good = [(r, c) for r, c in zip(rows, columns, strict=True) if cost[r, c] < gate]
    used_traces, used = {r for r, _ in good}, {c for _, c in good}
    return (
        [(traces[r], detections[c]) for r, c in good],
        [t for i, t in enumerate(traces) if i not in used_traces],
        [d for i, d in enumerate(detections) if i not in used],
    )


def _costs(traces: Sequence[_Open], detections: Sequence[Detection], width: int) -> Array:
    """(traces, detections): 0 where a box is as predicted, from 1 on where it is another's.

    An animal may also be where it was: its limbs and tail shake its box, and so what is predicted.
    """
    others = np.array([d.box for d in detections], dtype=np.float64)
    names = np.array([[_label_cost(t.label, d.label) for d in detections] for t in traces])
    cost = names + _box_costs(traces, np.array([t.filter.box for t in traces]), others)
    last = np.array([t.rows[-1][1].box for t in traces], dtype=np.float64)
    alive = np.array([[t.label in _ANIMALS] for t in traces])
    stays = alive & (overlaps(last, others) >= _STAYS)
    again = _STAYED + names + _box_costs(traces, last, others)
    return np.where(stays, np.minimum(cost, again), cost)


def _box_costs(traces: Sequence[_Open], boxes: Array, others: Array) -> Array:
    """What it costs (traces, detections) that the traces, expected in boxes, are in others."""
    apart = 0.5 * np.linalg.norm(
        (boxes[:, None, :2] + boxes[:, None, 2:]) - (others[None, :, :2] + others[None, :, 2:]),
        axis=2,
    )
    sizes, other_sizes = _sizes(boxes), _sizes(others)
    ratio = np.abs(np.log(other_sizes[None] / sizes[:, None])) / np.log(_MOST_RATIO)
    reach = np.sqrt(sizes[:, None] * other_sizes[None])
    # one that was seen once may go at any speed; later its way is known
    reach = reach * np.array([[_REACH_NEW if len(t.rows) < 3 else _REACH] for t in traces])
    shape = 0.6 * (1.0 - overlaps(boxes, others)) + 0.4 * apart / reach
    return np.where((apart > reach) | (ratio > 1.0), 10.0, shape + 0.1 * ratio)


def _label_cost(one: str, other: str) -> float:
    if one == other:
        return 0.0
    return 0.25 * _NEW_LABEL if related(one, other) else _NEW_LABEL


def _sizes(boxes: Array) -> Array:
    """(n,) geometric mean of width and height of boxes (n, 4), at least a pixel."""
    return np.sqrt(np.maximum(np.prod(boxes[:, 2:] - boxes[:, :2], axis=1), 1.0))


def _closed(trace: _Open) -> Trace:
    return Trace(
        tuple(time_s for time_s, _ in trace.rows),
        tuple(d.box for _, d in trace.rows),
        tuple(d.confidence for _, d in trace.rows),
        tuple(d.label for _, d in trace.rows),
    )
