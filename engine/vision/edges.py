"""Paths cut in two where one thing left the picture and another came in there.

A tracker that loses a car at the picture's side finds the next one that enters there, and takes it
for the same. Traffic leaves where other traffic enters, so what comes back is another thing.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from engine.vision.paths import Path

Array = NDArray[np.float64]

_EDGE_ROWS = 5
_LEAST_WAY = 0.2
_LEAST_PACE = 0.03
"""Slower than this share of the picture's width per second nothing leaves or enters."""
_NEAR_EDGE = 0.14
"""Share of the width from the side within which wide things turn back only if they are two."""
_WIDE = 1.2
_LEAST_TURN_WAY = 0.25


def split_at_edges(path: Path, width: int) -> list[Path]:
    """Pieces of a path that left at one side of the picture and came back from there."""
    cut = _cut_at_side(path, width) or _cut_at_turn(path, width)
    if cut is None:
        return [path]
    pieces = [part_of(path, slice(0, cut)), part_of(path, slice(cut, None))]
    return [part for piece in pieces for part in split_at_edges(piece, width)]


def _cut_at_side(path: Path, width: int) -> int | None:
    """Row at which it shows least while it touches the side that it left and came back from."""
    left, right = path.boxes[:, 0] <= 0.006 * width + 1, path.boxes[:, 2] >= 0.994 * width - 1
    for side, touches in ((-1.0, left & ~right), (1.0, right & ~left)):
        runs = np.flatnonzero(np.diff(np.concatenate([[0], touches.astype(int), [0]])))
        for start, end in zip(runs[::2], runs[1::2], strict=True):
            if start < _EDGE_ROWS or end > len(touches) - _EDGE_ROWS:
                continue
            out = _pace(path, slice(max(0, start - 12), start + 1))
            back = _pace(path, slice(end - 1, end + 12))
            ways = [float(np.ptp(_columns(b))) for b in np.split(path.boxes, [start, end])]
            far = min(ways[0], ways[2]) > _LEAST_WAY * width
            if far and side * out > _LEAST_PACE * width and side * back < -_LEAST_PACE * width:
                visible = path.boxes[start:end, 2] - path.boxes[start:end, 0]
                return int(start + np.argmin(visible)) + 1
    return None


def _cut_at_turn(path: Path, width: int) -> int | None:
    """Row at which a wide thing turns back near a side, behind what hides the very edge.

    Vehicles come and go behind posts and parked cars; balls turn at walls, but are not wide.
    """
    columns = _columns(path.boxes)
    sizes = np.maximum(path.boxes[:, 2:] - path.boxes[:, :2], 1.0)
    for side in (-1.0, 1.0):
        turn = int(np.argmax(side * columns))
        if turn < _EDGE_ROWS or turn > len(columns) - 1 - _EDGE_ROWS:
            continue
        gap = path.boxes[turn, 0] if side < 0 else width - path.boxes[turn, 2]
        ways = [side * (columns[turn] - end) for end in (columns[0], columns[-1])]
        wide = min(_aspect(sizes[: turn + 1]), _aspect(sizes[turn:])) > _WIDE
        if wide and gap < _NEAR_EDGE * width and min(ways) > _LEAST_TURN_WAY * width:
            return turn + 1
    return None


def _aspect(sizes: Array) -> float:
    """Usual width over height, of the larger half of sizes (n, 2)."""
    area = sizes[:, 0] * sizes[:, 1]
    large = sizes[area >= np.median(area)]
    return float(np.median(large[:, 0] / large[:, 1]))


def _pace(path: Path, rows: slice) -> float:
    """Speed to the right, px/s."""
    times, columns = path.times_s[rows], _columns(path.boxes[rows])
    return float(np.polyfit(times - times[0], columns, 1)[0]) if len(times) > 2 else 0.0


def _columns(boxes: Array) -> Array:
    """Columns (n,) of the centres of boxes (n, 4)."""
    return np.asarray(0.5 * (boxes[:, 0] + boxes[:, 2]))


def part_of(path: Path, rows: slice) -> Path:
    """Some rows of a path; what was asked of the whole goes with each piece."""
    return replace(
        path,
        times_s=path.times_s[rows],
        boxes=path.boxes[rows],
        smooth=path.smooth[rows],
        confidence=path.confidence[rows],
        seen=path.seen[rows],
        points=path.points[rows],
        speed=path.speed[rows],
    )
