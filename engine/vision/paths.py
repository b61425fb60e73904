"""Tracks made fit for use: stitched over gaps, pieces joined, gaps filled, boxes smoothed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from engine.vision.track import LOST_S, TrackState

Array = NDArray[np.float64]

_LEAST_S = 0.28
_SMOOTH_CENTRE_S = 0.11
_EDGE_ROWS = 5
_LEAST_WAY = 0.2
_LEAST_PACE = 0.03
"""Slower than this share of the picture's width per second nothing leaves or enters."""
_LIVELY = 4.0
"""What goes a fifth of the picture's width in a second is as lively as counts."""
_SMOOTH_SIZE_S = 0.2
_LEAST_DRIFT_S, _LEAST_DRIFT, _DRIFT_SIGMAS = 1.2, 0.12, 4.0
"""Duration, way (in sizes) and steadiness from which a slow path goes somewhere."""


@dataclass(frozen=True)
class Path:
    """One object through a shot, a row a picture. Boxes in pixels of the analysed picture.

    `boxes` (n, 4) are as measured, `smooth` (n, 4) as used afterwards; `seen` (n,) tells measured
    rows from interpolated ones. `person` is the mean HOG score (NaN if never asked), `votes` how
    often it was asked. `labels` counts a foreign detector's labels.
    """

    times_s: Array
    boxes: Array
    smooth: Array
    confidence: Array
    seen: NDArray[np.bool_]
    person_scores: Array
    labels: tuple[tuple[str, float], ...]
    colour: NDArray[np.float32] | None
    points: Array
    """(n, 2) centres of mass, finer than a pixel; box centres where they are not known."""
    speed: Array
    """(n,) how fast what is inside moves, px/s by optical flow; 0 where that is not known."""
    parts: tuple[Path, ...] = ()
    """What it was joined from (see `engine.vision.merge`)."""

    @property
    def duration_s(self) -> float:
        return float(self.times_s[-1] - self.times_s[0])

    @property
    def centres(self) -> Array:
        return 0.5 * (self.smooth[:, :2] + self.smooth[:, 2:])

    @property
    def sizes(self) -> Array:
        return self.smooth[:, 2:] - self.smooth[:, :2]


def make_paths(tracks: Sequence[TrackState], width: int, height: int) -> list[Path]:
    """Paths of the objects of one shot, most relevant first."""
    paths = [_path(track) for track in tracks]
    paths = _stitch(paths, width)
    paths = [piece for path in paths for piece in split_at_edges(path, width)]
    paths = _join_companions(paths)
    paths = [smoothed(_filled(p)) for p in paths if _lasts(p)]
    paths = [p for p in paths if _moves(p, width)]
    return sorted(paths, key=lambda p: -relevance(p, width, height))


def relevance(path: Path, width: int, height: int) -> float:
    """How much an object matters: how long, how large, how far and how lively it moves."""
    area = float(np.median(np.prod(path.sizes, axis=1))) / (width * height)
    travel = float(np.linalg.norm(np.ptp(path.centres, axis=0))) / width
    lively = float(np.mean(path.speed[path.seen])) / width
    sure = float(path.seen.mean() * path.confidence[path.seen].mean())
    moves = min(1.0, 0.03 + travel) * min(1.0, 0.2 + _LIVELY * lively)
    return path.duration_s**0.5 * moves * max(area, 1e-5) ** 0.35 * sure


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
        colour=track.colour,
        points=np.array(
            [row.blob.centroid if row.blob else _centre(row.box) for row in rows], dtype=np.float64
        ),
        speed=np.array(
            [np.linalg.norm(row.blob.flow) if row.blob else 0.0 for row in rows], dtype=np.float64
        ),
    )


def _centre(box: tuple[float, float, float, float]) -> tuple[float, float]:
    return 0.5 * (box[0] + box[2]), 0.5 * (box[1] + box[3])


def _lasts(path: Path) -> bool:
    """Long and often enough seen to be a thing rather than a flicker."""
    step_s = float(np.median(np.diff(path.times_s))) if len(path.times_s) > 1 else 1.0
    hits = int(path.seen.sum())
    return path.duration_s >= min(_LEAST_S, 4 * step_s) and hits >= 4 and path.seen.mean() > 0.3


def _moves(path: Path, width: int) -> bool:
    """Whether it goes somewhere, or lasts and is well visible while it stirs in place."""
    extent = float(np.linalg.norm(np.ptp(path.centres, axis=0)))
    size = float(np.sqrt(np.median(np.prod(path.sizes, axis=1))))
    growth = float(np.ptp(np.log(np.maximum(path.sizes[:, 1], 1.0))))
    goes = extent > max(0.6 * size, 0.025 * width)
    stirs = (
        path.duration_s > 1.5 and size > 0.08 * width and path.seen.mean() > 0.7
        and extent > 0.1 * size
    )  # fmt: skip
    return goes or growth > 0.35 or stirs or _drifts(path, size)


def _drifts(path: Path, size: float) -> bool:
    """Whether it is a person who moves or grows slowly but steadily, as one far away does."""
    if path.duration_s < _LEAST_DRIFT_S or path.seen.mean() < 0.8 or not surely_person(path):
        return False
    values = np.column_stack([path.centres / size, np.log(np.maximum(path.sizes[:, 1], 1.0))])
    slope, offset = np.polyfit(path.times_s, values, 1)
    off = values - np.outer(path.times_s, slope) - offset
    net = np.abs(slope) * path.duration_s
    return bool(np.any((net > _LEAST_DRIFT) & (net > _DRIFT_SIGMAS * off.std(axis=0))))


def surely_person(path: Path) -> bool:
    """Whether the people detector said so again and again."""
    scores = path.person_scores
    return len(scores) >= 5 and float(np.mean(scores > 0.2)) > 0.6


def _stitch(paths: list[Path], width: int) -> list[Path]:
    """Join a path to one that starts where it was heading when it was lost."""
    paths = sorted(paths, key=lambda p: p.times_s[0])
    while True:
        best: tuple[float, int, int] | None = None
        for i, early in enumerate(paths):
            for j, late in enumerate(paths):
                gap = late.times_s[0] - early.times_s[-1]
                if i == j or not 0.0 < gap <= LOST_S:
                    continue
                cost = _stitch_cost(early, late, float(gap), width)
                if cost < 1.0 and (best is None or cost < best[0]):
                    best = (cost, i, j)
        if best is None:
            return paths
        _, i, j = best
        joined = _concatenate(paths[i], paths[j])
        paths = [p for k, p in enumerate(paths) if k not in (i, j)] + [joined]


def _stitch_cost(early: Path, late: Path, gap_s: float, width: int) -> float:
    size_a = early.boxes[-4:, 2:] - early.boxes[-4:, :2]
    size_b = late.boxes[:4, 2:] - late.boxes[:4, :2]
    a, b = float(np.sqrt(np.prod(size_a, 1)).mean()), float(np.sqrt(np.prod(size_b, 1)).mean())
    ahead = _extrapolate(early, late.times_s[0], end=True)
    back = _extrapolate(late, early.times_s[-1], end=False)
    start, end = _centres(late.boxes)[0], _centres(early.boxes)[-1]
    miss = 0.5 * (np.linalg.norm(ahead - start) + np.linalg.norm(back - end))
    reach = 0.8 * max(a, b) + 0.1 * width * gap_s
    colour = 0.5
    if early.colour is not None and late.colour is not None:
        colour = 1.0 - float(np.minimum(early.colour, late.colour).sum())
    return float(0.6 * miss / reach + 0.35 * abs(np.log(b / a)) / np.log(2.0) + 0.5 * colour)


def _extrapolate(path: Path, time_s: float, *, end: bool) -> Array:
    part = slice(-8, None) if end else slice(0, 8)
    times, centres = path.times_s[part], _centres(path.boxes)[part]
    if len(times) < 3:
        return centres[-1 if end else 0]
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


def split_at_edges(path: Path, width: int) -> list[Path]:
    """Pieces of a path that left at one side of the picture and came back from there.

    What comes back is taken for another thing: traffic leaves where other traffic enters.
    """
    left, right = path.boxes[:, 0] <= 0.006 * width + 1, path.boxes[:, 2] >= 0.994 * width - 1
    for side, touches in ((-1.0, left & ~right), (1.0, right & ~left)):
        runs = np.flatnonzero(np.diff(np.concatenate([[0], touches.astype(int), [0]])))
        for start, end in zip(runs[::2], runs[1::2], strict=True):
            if start < _EDGE_ROWS or end > len(touches) - _EDGE_ROWS:
                continue
            out = _pace(path, slice(max(0, start - 12), start + 1))
            back = _pace(path, slice(end - 1, end + 12))
            ways = [float(np.ptp(_centres(b)[:, 0])) for b in np.split(path.boxes, [start, end])]
            far = min(ways[0], ways[2]) > _LEAST_WAY * width
            if far and side * out > _LEAST_PACE * width and side * back < -_LEAST_PACE * width:
                visible = path.boxes[start:end, 2] - path.boxes[start:end, 0]
                cut = int(start + np.argmin(visible)) + 1
                rest = _part(path, slice(cut, None))
                return [_part(path, slice(0, cut)), *split_at_edges(rest, width)]
    return [path]


def _pace(path: Path, rows: slice) -> float:
    """Speed to the right, px/s."""
    times, centres = path.times_s[rows], _centres(path.boxes)[rows, 0]
    return float(np.polyfit(times - times[0], centres, 1)[0]) if len(times) > 2 else 0.0


def _part(path: Path, rows: slice) -> Path:
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


def _join_companions(paths: list[Path]) -> list[Path]:
    """Join paths that always go side by side: they are pieces of one thing."""
    paths = sorted(paths, key=lambda p: -float(np.median(np.prod(p.sizes, axis=1))))
    for i, whole in enumerate(paths):
        for piece in paths[i + 1 :]:
            if _are_companions(whole, piece):
                rest = [p for p in paths if p is not whole and p is not piece]
                return _join_companions([*rest, _union(whole, piece)])
    return paths


def _are_companions(whole: Path, piece: Path) -> bool:
    common, a, b = np.intersect1d(whole.times_s, piece.times_s, return_indices=True)
    if len(common) < 5 or len(common) < 0.6 * len(piece.times_s):
        return False
    boxes, others = whole.boxes[a], piece.boxes[b]
    size = np.sqrt(np.prod(boxes[:, 2:] - boxes[:, :2], axis=1))
    across = np.maximum(others[:, 0] - boxes[:, 2], boxes[:, 0] - others[:, 2])
    down = np.maximum(others[:, 1] - boxes[:, 3], boxes[:, 1] - others[:, 3])
    gap = np.maximum(np.maximum(across, down), 0.0)
    offset = (_centres(others) - _centres(boxes)) / size[:, None]
    wander = float(np.linalg.norm(offset.std(axis=0)))
    travel = float(np.linalg.norm(np.ptp(_centres(others), axis=0))) / float(np.median(size))
    return float(np.median(gap / size)) < 0.12 and wander < min(0.16, 0.05 + 0.12 * travel)


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


def smoothed(path: Path, calm: float = 1.0) -> Path:
    """Path with `smooth` boxes: jitter killed, quick turns of the centre kept.

    `calm` lengthens the windows of time.
    """
    centres = _centres(path.boxes)
    sizes = path.boxes[:, 2:] - path.boxes[:, :2]
    weight = np.where(path.seen, 1.0, 0.35)
    step_s = float(np.median(np.diff(path.times_s))) if len(path.times_s) > 1 else 0.04
    sizes = np.stack(
        [median_filter(s, max(1, round(0.14 * calm / step_s))) for s in sizes.T], axis=1
    )
    sizes = local_fit(path.times_s, sizes, weight, _SMOOTH_SIZE_S * calm, order=1)
    centres = local_fit(path.times_s, centres, weight, _SMOOTH_CENTRE_S * calm, order=2)
    half = 0.5 * np.maximum(sizes, 1.0)
    return replace(path, smooth=np.concatenate([centres - half, centres + half], axis=1))


def median_filter(values: Array, reach: int) -> Array:
    """Running median over ``2 * reach + 1`` values (fewer at the ends)."""
    if reach < 1 or len(values) < 3:
        return values
    padded = np.pad(values, reach, mode="edge")
    windows = np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1)
    return np.median(windows, axis=1)


def local_fit(times_s: Array, values: Array, weight: Array, sigma_s: float, *, order: int) -> Array:
    """Smooth (n, k) values by local polynomials under a Gaussian window of time.

    Works for uneven times; a straight (order 1) or parabolic (order 2) motion passes unchanged.
    """
    out = np.empty_like(values)
    starts = np.searchsorted(times_s, times_s - 2.5 * sigma_s)
    ends = np.searchsorted(times_s, times_s + 2.5 * sigma_s, side="right")
    for i, (start, end) in enumerate(zip(starts, ends, strict=True)):
        if end - start <= order + 1:
            out[i] = values[i]
            continue
        away = (times_s[start:end] - times_s[i]) / sigma_s
        power = np.vander(away, order + 1, increasing=True)
        w = np.exp(-0.5 * away**2) * weight[start:end]
        normal = power.T @ (power * w[:, None])
        normal[np.diag_indices(order + 1)] += 1e-9
        out[i] = np.linalg.solve(normal, power.T @ (values[start:end] * w[:, None]))[0]
    return out


def amodal(path: Path, width: int, height: int) -> Array:
    """Smooth boxes (n, 4) with what the picture's edge hides put back, where its size is known.

    An object that enters shows only a part; its whole width is that of the nearest whole sight of
    it (scaled with its height), and likewise its height at the upper and lower edge.
    """
    boxes = path.smooth.copy()
    raw = path.boxes
    edge_x, edge_y = 0.006 * width + 1.0, 0.006 * height + 1.0
    left, right = raw[:, 0] <= edge_x, raw[:, 2] >= width - edge_x
    top, bottom = raw[:, 1] <= edge_y, raw[:, 3] >= height - edge_y
    sizes = path.sizes
    boxes = _grow(boxes, sizes, (left, right), (top, bottom), 0)
    return _grow(boxes, sizes, (top, bottom), (left, right), 1)


def _grow(
    boxes: Array,
    sizes: Array,
    cut: tuple[NDArray[np.bool_], NDArray[np.bool_]],
    cut_other: tuple[NDArray[np.bool_], NDArray[np.bool_]],
    axis: int,
) -> Array:
    low, high = cut
    whole = np.flatnonzero(~(low | high))
    if len(whole) == 0 or len(whole) == len(boxes):
        return boxes
    out = boxes.copy()
    for index in np.flatnonzero(low ^ high):
        near = whole[np.argsort(np.abs(whole - index))[:5]]
        size = float(np.median(sizes[near, axis]))
        if not (cut_other[0][index] or cut_other[1][index]):
            other = float(np.median(sizes[near, 1 - axis]))
            size *= float(np.clip(sizes[index, 1 - axis] / max(1.0, other), 0.5, 2.0))
        if size <= sizes[index, axis]:
            continue
        if low[index]:
            out[index, axis] = boxes[index, axis + 2] - size
        else:
            out[index, axis + 2] = boxes[index, axis] + size
    return out


def _centres(boxes: Array) -> Array:
    return 0.5 * (boxes[:, :2] + boxes[:, 2:])
