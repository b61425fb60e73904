"""One thing a track: where a track goes on from one thing to the next, it is cut.

In quick traffic the next car may be where the last one was a look before, and at night headlights
that meet make one blob that parts again. But what goes along at speed is elsewhere a moment later,
and turns round only after it has slowed down.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from engine.vision.edges import part_of
from engine.vision.known_things import ROAD, row_overlaps
from engine.vision.paths import Path, local_fit
from engine.vision.traces import Trace

Array = NDArray[np.float64]

_ON = 0.25
"""Overlap from which what a look found is what a path of motion is on."""
_NEAR_S = 0.1
"""How far from a look a path's nearest row may be."""
_SPEED_S = 0.2
"""Time on either side over which a speed is told."""
_BRISK_SIZES, _BRISK_WIDTHS = 1.2, 0.25
"""Of its own sizes, and of widths of the picture, a second: what goes so fast one way does not go
so fast back a moment later."""
_MISS_SIZES, _MISS_WAY = 1.2, 0.5
"""How far from where it should be a thing is found: in its sizes, and shares of its way."""
_MISS_TURNED = 0.6
"""Part of that, where it would have turned round at speed."""
_TURN_S = 0.3
"""Time before and after a turn from which on it is judged."""
_WAY_S, _WAY_WIDTHS, _WAY_SIZES = 0.6, 0.12, 1.0
"""How far (in widths of the picture, and in its own sizes) what turns has come in so long, and how
far it goes afterwards."""
_SWELLS, _HIDDEN = 1.3, 0.5
"""At the turn it is so much larger than before or after, as two in one blob are; or it is seen in
no more than this share of the moments about it."""


def unchained_traces(traces: Sequence[Trace], paths: Sequence[Path], width: int) -> list[Trace]:
    """Traces of vehicles, cut where the paths of motion say that it is another one.

    Parameters
    ----------
    paths : of motion in the same shot, under a camera that stands
    """
    pieces = [piece for path in paths for piece in (path.parts or (path,))]
    found = []
    for trace in traces:
        found += _unchained(trace, pieces, width) if trace.label in ROAD else [trace]
    return found


def unchained_paths(paths: Sequence[Path], width: int) -> list[Path]:
    """Paths of motion, cut where they turn round at speed as one thing leaves another."""
    return [piece for path in paths for piece in _pieces(path, width)]


def _unchained(trace: Trace, paths: Sequence[Path], width: int) -> list[Trace]:
    boxes = np.asarray(trace.boxes, dtype=np.float64)
    speeds = [_speed_on(box, t, paths) for t, box in zip(trace.times_s, boxes, strict=True)]
    known = [row for row, speed in enumerate(speeds) if speed is not None]
    cuts = []
    for before, after in pairwise(known):
        step_s = trace.times_s[after] - trace.times_s[before]
        told = (speeds[before] or 0.0, speeds[after] or 0.0)
        if not _goes_on(boxes[[before, after]], told, step_s, width):
            steps = np.diff(trace.times_s[before : after + 1])
            cuts.append(before + 1 + int(np.argmax(steps)))
    if not cuts:
        return [trace]
    return [
        Trace(trace.times_s[a:b], trace.boxes[a:b], trace.scores[a:b], trace.labels[a:b])
        for a, b in pairwise([0, *cuts, len(speeds)])
        if b - a > 1
    ]


def _goes_on(boxes: Array, speeds: tuple[float, float], step_s: float, width: int) -> bool:
    """Whether what is in the first of two boxes (2, 4) may be in the second a step later."""
    size = float(np.sqrt(np.prod(boxes[:, 2:] - boxes[:, :2], axis=1)).max())
    made = 0.5 * float(boxes[1, 0] + boxes[1, 2] - boxes[0, 0] - boxes[0, 2])
    brisk = max(_BRISK_SIZES * size, _BRISK_WIDTHS * width)
    turned = speeds[0] * speeds[1] < 0.0 and min(map(abs, speeds)) > brisk
    share = _MISS_TURNED if turned else 1.0
    # one of the two may be another's, that passes just there
    ways = [speed * step_s for speed in speeds]
    ways += [] if turned else [float(np.mean(ways))]
    return any(
        abs(made - way) <= share * (_MISS_SIZES * size + _MISS_WAY * abs(way)) for way in ways
    )


def _speed_on(box: Array, time_s: float, paths: Sequence[Path]) -> float | None:
    """Speed to the right, px/s, of the path that is where a box (4,) is; None where none is."""
    best, speed = _ON, None
    for path in paths:
        if not path.times_s[0] - _NEAR_S <= time_s <= path.times_s[-1] + _NEAR_S:
            continue
        row = int(np.argmin(np.abs(path.times_s - time_s)))
        share = float(row_overlaps(path.boxes[row][None], box[None])[0])
        near = np.abs(path.times_s - path.times_s[row]) <= _SPEED_S
        if share > best and path.seen[row] and near.sum() > 2:
            best = share
            speed = float(np.polyfit(path.times_s[near], path.centres[near, 0], 1)[0])
    return speed


def _pieces(path: Path, width: int) -> list[Path]:
    if path.parts or len(path.times_s) < 3:
        return [path]
    for row in _turns(path):
        if _is_meeting(path, row, width):
            first, last = (part_of(path, rows) for rows in (slice(0, row), slice(row, None)))
            return [first, *_pieces(last, width)]
    return [path]


def _turns(path: Path) -> list[int]:
    """Rows at which it turns to the other side."""
    calm = local_fit(path.times_s, path.centres[:, :1], np.ones(len(path.times_s)), 0.1, order=1)
    way = np.sign(np.diff(calm[:, 0]))
    return (np.flatnonzero(way[1:] * way[:-1] < 0.0) + 1).tolist()


def _is_meeting(path: Path, row: int, width: int) -> bool:
    """Whether one thing comes to a row as another goes from there."""
    times, middles = path.times_s, path.centres[:, 0]
    turn_s = float(times[row])
    if turn_s - times[0] < _TURN_S or times[-1] - turn_s < _TURN_S:
        return False
    before, after = ((times >= turn_s - _WAY_S) & (times < turn_s),
                     (times > turn_s) & (times <= turn_s + _WAY_S))  # fmt: skip
    if not before.any() or not after.any():
        return False
    sizes = np.sqrt(np.prod(np.maximum(path.sizes, 1.0), axis=1))
    ends = [float(np.median(sizes[side])) for side in (before, after)]
    least = max(_WAY_WIDTHS * width, _WAY_SIZES * min(ends))
    came = float(middles[row] - middles[before][0])
    goes = float(middles[after][-1] - middles[row])
    if came * goes >= 0.0 or min(abs(came), abs(goes)) < least:
        return False
    about = np.abs(times - turn_s) <= 0.5 * _TURN_S
    swells = float(np.max(sizes[about])) >= _SWELLS * min(
        float(np.median(sizes[before][:3])), float(np.median(sizes[after][-3:]))
    )
    return swells or float(path.seen[about].mean()) <= _HIDDEN
