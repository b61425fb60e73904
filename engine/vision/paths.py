"""Paths: where each object is through a shot, smoothed; how much it matters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from engine.vision.scene_light import SceneLook

Array = NDArray[np.float64]

_SMOOTH_CENTRE_S = 0.11
_LIVELY = 4.0
"""What goes a fifth of the picture's width in a second is as lively as counts."""
_SMOOTH_SIZE_S = 0.2
_MOST_OBJECTS, _MORE_PER_MINUTE = 12, 6
_ROWS_AT_ONCE = 256
"""Rows that are fitted together."""


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
    named: bool = False
    """Whether a detector that knows objects by their looks gave the labels."""
    acts: bool = False
    """Whether it is known to stir, be it in its place (see `engine.vision.join_names`)."""
    doubted: bool = False
    """Whether a network looked at it and saw nothing like a vehicle."""
    bodiless: bool = False
    """Whether a network looked at it, recognised things elsewhere, and saw nobody in it."""
    parts: tuple[Path, ...] = ()
    """What it was joined from (see `engine.vision.merge`)."""
    sideless: bool = False
    """Whether its picture shows everything all around: no side cuts it off, columns go on there."""

    @property
    def duration_s(self) -> float:
        return float(self.times_s[-1] - self.times_s[0])

    @property
    def centres(self) -> Array:
        return 0.5 * (self.smooth[:, :2] + self.smooth[:, 2:])

    @property
    def sizes(self) -> Array:
        return self.smooth[:, 2:] - self.smooth[:, :2]


@dataclass(frozen=True)
class Followed:
    """Paths of all shots in pixels of a picture of `size` (width, height), where shots start,
    what the user should know, what followed them, and how each shot looks."""

    paths: tuple[Path, ...]
    size: tuple[int, int]
    shots_s: tuple[float, ...]
    notes: tuple[str, ...]
    tracker: str
    looks: tuple[SceneLook, ...] = ()
    moving_shots: tuple[bool, ...] = ()
    """Of every shot, whether the camera travels or pans; empty where that is not known."""


def relevance(path: Path, width: int, height: int) -> float:
    """How much an object matters: how long, how large, how far and how lively it moves."""
    area = float(np.median(np.prod(path.sizes, axis=1))) / (width * height)
    travel = float(np.linalg.norm(np.ptp(path.centres, axis=0))) / width
    lively = float(np.mean(path.speed[path.seen])) / width
    sure = float(path.seen.mean() * path.confidence[path.seen].mean())
    moves = min(1.0, 0.03 + travel) * min(1.0, 0.2 + _LIVELY * lively)
    return path.duration_s**0.5 * moves * max(area, 1e-5) ** 0.35 * sure


def most_objects(duration_s: float) -> int:
    """How many objects a film of this length may have: a dozen, six more for a further minute."""
    return _MOST_OBJECTS + int(_MORE_PER_MINUTE * max(0.0, duration_s - 60.0) / 60.0)


def without_least(paths: Sequence[Path], most: int, size: tuple[int, int]) -> list[Path]:
    """Paths less those that cannot be among the `most` relevant ones; their order stays.

    So a film's memory does not grow with everything that ever moved in it. Named ones stay.
    """
    unnamed = [(-relevance(p, *size), i) for i, p in enumerate(paths) if not p.named]
    dropped = {index for _, index in sorted(unnamed)[most:]}
    return [path for index, path in enumerate(paths) if index not in dropped]


def surely_person(path: Path) -> bool:
    """Whether the people detector said so again and again."""
    scores = path.person_scores
    return len(scores) >= 5 and float(np.mean(scores > 0.2)) > 0.6


def smoothed(path: Path, calm: float = 1.0) -> Path:
    """Path with `smooth` boxes: jitter killed, quick turns of the centre kept.

    `calm` lengthens the windows of time.
    """
    centres = centres_of(path.boxes)
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
    out = np.array(values)
    starts = np.searchsorted(times_s, times_s - 2.5 * sigma_s)
    ends = np.searchsorted(times_s, times_s + 2.5 * sigma_s, side="right")
    fitted = np.flatnonzero(ends - starts > order + 1)
    for first in range(0, len(fitted), _ROWS_AT_ONCE):
        rows = fitted[first : first + _ROWS_AT_ONCE]
        widest = int((ends[rows] - starts[rows]).max())
        near = starts[rows, None] + np.arange(widest)  # (rows, n)
        inside = near < ends[rows, None]
        near = np.minimum(near, len(times_s) - 1)
        away = (times_s[near] - times_s[rows, None]) / sigma_s
        w = np.where(inside, np.exp(-0.5 * away**2) * weight[near], 0.0)
        power = away[..., None] ** np.arange(order + 1)  # (rows, n, order + 1)
        weighted = (power * w[..., None]).transpose(0, 2, 1)
        normal = weighted @ power + 1e-9 * np.eye(order + 1)
        out[rows] = np.linalg.solve(normal, weighted @ values[near])[:, 0]
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
    if path.sideless:
        left, right = np.zeros_like(left), np.zeros_like(right)
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


def centres_of(boxes: Array) -> Array:
    """Centres (n, 2) of boxes (n, 4)."""
    return 0.5 * (boxes[:, :2] + boxes[:, 2:])
