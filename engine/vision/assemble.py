"""Tracks made paths: stitched over gaps, cut at the picture's sides, pieces joined, gaps filled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from engine.vision.edges import split_at_edges
from engine.vision.joining import join_cheapest
from engine.vision.paths import Path, centres_of, relevance, smoothed, surely_person
from engine.vision.track import LOST_S, TrackState

Array = NDArray[np.float64]

_LEAST_S, _LEAST_STEPS, _LEAST_SEEN = 0.28, 4, 0.3
"""Duration (in seconds, or in pictures where they are few), sightings and their share of the rows
from which a path is a thing and no flicker."""
_GOES_SIZES, _GOES_WIDTHS, _GROWS = 0.6, 0.025, 0.35
"""Way from which a thing goes somewhere, in its own sizes and in widths of the picture, whichever
is more; and growth (a ratio's logarithm: 0.35 is 1.4 times as high) by which it comes near."""
_STIRS_S, _STIRS_SIZE, _STIRS_SEEN, _STIRS_SIZES = 1.5, 0.08, 0.7, 0.1
"""What stirs in place counts if it lasts, is large (in widths of the picture) and almost always
seen, and moves by more than a box wobbles (in its own sizes)."""
_DRIFT_SEEN = 0.8
_NEAR_ROWS, _FITTED_ROWS, _WHOLE = 20, 8, 0.7
"""Rows at a path's end; how many of them tell where it goes; share of the usual area there from
which it is not partly hidden."""
_LEAST_DRIFT_S, _LEAST_DRIFT, _DRIFT_SIGMAS = 1.2, 0.12, 4.0
"""Duration, way (in sizes) and steadiness from which a slow path goes somewhere."""
_TURN_GAP_S, _TURN_ROWS = 0.1, 3
"""Gap over which what was lost may have turned sharply, as at a bounce; rows that tell how fast it
was."""
_COMMON_ROWS, _COMMON_SHARE = 5, 0.6
"""Rows at the same times, and their share of the smaller one's, from which two paths compare."""
_COMPANION_GAP, _MOST_WANDER, _STILL_WANDER, _WANDER_OF_WAY = 0.12, 0.16, 0.05, 0.12
"""Pieces of one thing lie this near each other (in sizes of the larger) and keep their offset: it
may wander a little where the thing stands, and more the farther it goes, up to a limit."""


def make_paths(tracks: Sequence[TrackState], width: int, height: int) -> list[Path]:
    """Paths of the objects of one shot, most relevant first."""
    paths = [_path(track) for track in tracks]
    paths = _stitch(paths, width)
    paths = [piece for path in paths for piece in split_at_edges(path, width)]
    paths = _join_companions(paths)
    paths = [smoothed(_filled(p)) for p in paths if _lasts(p)]
    paths = [p for p in paths if _moves(p, width)]
    return sorted(paths, key=lambda p: -relevance(p, width, height))


def _path(track: TrackState) -> Path:
    rows = track.sightings
    labels: dict[str, float] = {}
    for row in rows:
        if row.seen:
            labels[row.label] = labels.get(row.label, 0.0) + row.confidence
    boxes = np.array([row.box for row in rows], dtype=np.float64)
    return Path(
        times_s=np.array([row.time_s for row in rows], dtype=np.float64),
        boxes=boxes,
        smooth=boxes,
        confidence=np.array([row.confidence for row in rows], dtype=np.float64),
        seen=np.array([row.seen for row in rows], dtype=bool),
        person_scores=np.array([r.person for r in rows if r.person is not None], dtype=np.float64),
        labels=tuple(labels.items()),
        named=not set(labels) <= {"person", "object"},
        colour=track.colour,
        points=np.array([row.point or _centre(row.box) for row in rows], dtype=np.float64),
        speed=np.array([row.speed for row in rows], dtype=np.float64),
    )


def _centre(box: tuple[float, float, float, float]) -> tuple[float, float]:
    return 0.5 * (box[0] + box[2]), 0.5 * (box[1] + box[3])


def _lasts(path: Path) -> bool:
    """Long and often enough seen to be a thing rather than a flicker."""
    step_s = float(np.median(np.diff(path.times_s))) if len(path.times_s) > 1 else 1.0
    hits = int(path.seen.sum())
    return (
        path.duration_s >= min(_LEAST_S, _LEAST_STEPS * step_s)
        and hits >= _LEAST_STEPS
        and float(path.seen.mean()) > _LEAST_SEEN
    )


def _moves(path: Path, width: int) -> bool:
    """Whether it goes somewhere, or lasts and is well visible while it stirs in place."""
    extent = float(np.linalg.norm(np.ptp(path.centres, axis=0)))
    size = float(np.sqrt(np.median(np.prod(path.sizes, axis=1))))
    growth = float(np.ptp(np.log(np.maximum(path.sizes[:, 1], 1.0))))
    goes = extent > max(_GOES_SIZES * size, _GOES_WIDTHS * width)
    stirs = (
        path.duration_s > _STIRS_S
        and size > _STIRS_SIZE * width
        and float(path.seen.mean()) > _STIRS_SEEN
        and extent > _STIRS_SIZES * size
    )
    return goes or growth > _GROWS or stirs or _drifts(path, size)


def _drifts(path: Path, size: float) -> bool:
    """Whether it is a person who moves or grows slowly but steadily, as one far away does."""
    if (
        path.duration_s < _LEAST_DRIFT_S
        or path.seen.mean() < _DRIFT_SEEN
        or not surely_person(path)
    ):
        return False
    values = np.column_stack([path.centres / size, np.log(np.maximum(path.sizes[:, 1], 1.0))])
    slope, offset = np.polyfit(path.times_s, values, 1)
    off = values - np.outer(path.times_s, slope) - offset
    net = np.abs(slope) * path.duration_s
    return bool(np.any((net > _LEAST_DRIFT) & (net > _DRIFT_SIGMAS * off.std(axis=0))))


def _stitch(paths: list[Path], width: int) -> list[Path]:
    """Join a path to one that starts where it was heading when it was lost, the likeliest first."""

    def cost(early: Path, late: Path) -> float | None:
        gap_s = float(late.times_s[0] - early.times_s[-1])
        if not 0.0 < gap_s <= LOST_S:
            return None
        found = _stitch_cost(early, late, gap_s, width)
        return found if found < 1.0 else None

    return join_cheapest(sorted(paths, key=lambda p: p.times_s[0]), cost, _concatenate)


def _stitch_cost(early: Path, late: Path, gap_s: float, width: int) -> float:
    before, after = _whole_rows(early, end=True), _whole_rows(late, end=False)
    a, b = _size(early.boxes[before]), _size(late.boxes[after])
    middle_s = 0.5 * float(early.times_s[-1] + late.times_s[0])
    apart = _extrapolate(early, before, middle_s) - _extrapolate(late, after, middle_s)
    miss = float(np.linalg.norm(apart))
    if gap_s <= _TURN_GAP_S:
        miss = min(miss, _beyond_speed(early, late, gap_s))
    reach = 0.8 * max(a, b) + 0.1 * width * gap_s
    colour = 0.5
    if early.colour is not None and late.colour is not None:
        colour = 1.0 - float(np.minimum(early.colour, late.colour).sum())
    return float(0.6 * miss / reach + 0.35 * abs(np.log(b / a)) / np.log(2.0) + 0.5 * colour)


def _beyond_speed(early: Path, late: Path, gap_s: float) -> float:
    """How much farther apart two ends are than either goes meanwhile, be it after a bounce."""
    ends = centres_of(early.boxes[-_TURN_ROWS:]), centres_of(late.boxes[:_TURN_ROWS])
    times = early.times_s[-_TURN_ROWS:], late.times_s[:_TURN_ROWS]
    speeds = [
        float(np.linalg.norm(np.diff(end, axis=0), axis=1).sum() / (t[-1] - t[0]))
        for end, t in zip(ends, times, strict=True)
        if len(t) > 1
    ]
    apart = float(np.linalg.norm(ends[1][0] - ends[0][-1]))
    return max(0.0, apart - max(speeds, default=0.0) * gap_s)


def _whole_rows(path: Path, *, end: bool) -> NDArray[np.intp]:
    """Rows next to an end of a path in which it is not partly hidden: of its usual size there."""
    count = len(path.times_s)
    near = (
        np.arange(max(0, count - _NEAR_ROWS), count) if end else np.arange(min(_NEAR_ROWS, count))
    )
    area = np.prod(path.boxes[near, 2:] - path.boxes[near, :2], axis=1)
    whole = near[area >= _WHOLE * np.median(area)]
    return whole[-_FITTED_ROWS:] if end else whole[:_FITTED_ROWS]


def _size(boxes: Array) -> float:
    return float(np.sqrt(np.prod(boxes[:, 2:] - boxes[:, :2], axis=1)).mean())


def _extrapolate(path: Path, rows: NDArray[np.intp], time_s: float) -> Array:
    """Where the centre is at another time, by a straight line through some rows."""
    times, centres = path.times_s[rows], centres_of(path.boxes[rows])
    if len(times) < 3:
        return centres.mean(axis=0)
    slope, offset = np.polyfit(times - times[0], centres, 1)
    return offset + slope * (time_s - times[0])


def _concatenate(a: Path, b: Path) -> Path:
    labels = dict(a.labels)
    for label, weight in b.labels:
        labels[label] = labels.get(label, 0.0) + weight
    return replace(
        a,
        times_s=np.concatenate([a.times_s, b.times_s]),
        boxes=np.concatenate([a.boxes, b.boxes]),
        smooth=np.concatenate([a.smooth, b.smooth]),
        points=np.concatenate([a.points, b.points]),
        speed=np.concatenate([a.speed, b.speed]),
        confidence=np.concatenate([a.confidence, b.confidence]),
        seen=np.concatenate([a.seen, b.seen]),
        person_scores=np.concatenate([a.person_scores, b.person_scores]),
        labels=tuple(labels.items()),
        colour=a.colour if a.colour is not None else b.colour,
    )


def _join_companions(paths: list[Path]) -> list[Path]:
    """Join paths that always go side by side: they are pieces of one thing, the largest first."""
    known = {
        number: (-float(np.median(np.prod(path.sizes, axis=1))), number, path)
        for number, path in enumerate(paths)
    }
    count, strangers = len(known), set[tuple[int, int]]()
    while (pair := _companions(sorted(known.values(), key=lambda k: k[:2]), strangers)) is not None:
        (_, i, whole), (_, j, piece) = pair
        del known[i], known[j]
        joined = _union(whole, piece)
        known[count] = (-float(np.median(np.prod(joined.sizes, axis=1))), count, joined)
        count += 1
    return [path for _, _, path in sorted(known.values(), key=lambda k: k[:2])]


_Ranked = tuple[float, int, Path]


def _companions(
    ranked: Sequence[_Ranked], strangers: set[tuple[int, int]]
) -> tuple[_Ranked, _Ranked] | None:
    """The first two of the ranked paths that are companions; those that are not are noted."""
    for one, other in combinations(ranked, 2):
        if (one[1], other[1]) in strangers:
            continue
        if _are_companions(one[2], other[2]):
            return one, other
        strangers.add((one[1], other[1]))
    return None


def _are_companions(whole: Path, piece: Path) -> bool:
    if whole.times_s[-1] < piece.times_s[0] or piece.times_s[-1] < whole.times_s[0]:
        return False
    common, a, b = np.intersect1d(whole.times_s, piece.times_s, return_indices=True)
    if len(common) < _COMMON_ROWS or len(common) < _COMMON_SHARE * len(piece.times_s):
        return False
    boxes, others = whole.boxes[a], piece.boxes[b]
    size = np.sqrt(np.prod(boxes[:, 2:] - boxes[:, :2], axis=1))
    across = np.maximum(others[:, 0] - boxes[:, 2], boxes[:, 0] - others[:, 2])
    down = np.maximum(others[:, 1] - boxes[:, 3], boxes[:, 1] - others[:, 3])
    gap = np.maximum(np.maximum(across, down), 0.0)
    offset = (centres_of(others) - centres_of(boxes)) / size[:, None]
    wander = float(np.linalg.norm(offset.std(axis=0)))
    travel = float(np.linalg.norm(np.ptp(centres_of(others), axis=0))) / float(np.median(size))
    steady = wander < min(_MOST_WANDER, _STILL_WANDER + _WANDER_OF_WAY * travel)
    return float(np.median(gap / size)) < _COMPANION_GAP and steady


def _union(whole: Path, piece: Path) -> Path:
    _, a, b = np.intersect1d(whole.times_s, piece.times_s, return_indices=True)
    boxes = whole.boxes.copy()
    boxes[a, :2] = np.minimum(boxes[a, :2], piece.boxes[b, :2])
    boxes[a, 2:] = np.maximum(boxes[a, 2:], piece.boxes[b, 2:])
    return replace(whole, boxes=boxes, smooth=boxes)


def _filled(path: Path) -> Path:
    """Rows that were only predicted become straight lines between those that were measured."""
    known = path.seen | (path.confidence > 0.0)
    boxes = path.boxes.copy()
    for column in range(4):
        boxes[~known, column] = np.interp(
            path.times_s[~known], path.times_s[known], path.boxes[known, column]
        )
    confidence = np.where(known, path.confidence, 0.3)
    return replace(path, boxes=boxes, confidence=confidence)
