"""Click and follow: a thing shown once is followed both ways until it is lost, a cut or the end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from engine.errors import MediaError
from engine.jobs import Progress, silent_progress
from engine.media.decode import read_video_frames
from engine.media.probe import probe_video
from engine.media.spherical import Projection
from engine.project.model import Mapping, Video
from engine.vision.click_box import box_of_click
from engine.vision.correlation import CorrelationTracker
from engine.vision.depth import GeometryDepth, steady
from engine.vision.follow_path import NAME, SURE, path_of_click
from engine.vision.geometry import (
    USUAL_FOV_DEG,
    PictureGeometry,
    is_spherical,
    picture_geometry,
)
from engine.vision.opencv import cv2
from engine.vision.paths import local_fit
from engine.vision.round_pictures import rolled
from engine.vision.shots import CutDetector

Image = NDArray[np.uint8]
Array = NDArray[np.float64]

_WIDTH_PX = 480
_AHEAD_S = 0.5
"""How far the first look goes, to tell from what moves where the thing ends."""
_BLOCK_S = 1.5
"""Pictures held at once when going backwards."""
_LEAST_SURE = 0.2
_LOST_PICTURES = 6
"""So many unsure pictures in a row, and the thing is lost."""
_SMOOTH_S = 0.08


class Tracker(Protocol):
    """Follows one box from picture to picture."""

    name: str

    def start(self, image: Image, box: Array) -> None:
        """Learn what is in the box (4,) of an RGB picture."""

    def step(self, image: Image) -> tuple[Array, float]:
        """The box on the next picture, and how sure it is, 0 to 1."""


class NanoTracker:
    """NanoTrack, a Siamese network, through OpenCV; needs its two ONNX files on disk."""

    name = "NanoTrack"

    def __init__(self, weights: Path) -> None:
        """`weights`: the backbone's file; the head's lies beside it under 'head' for 'backbone'."""
        head = weights.with_name(weights.name.replace("backbone", "head"))
        for file in (weights, head):
            if not file.is_file():
                raise MediaError("the tracker's weights are not there", place=file)
        if head == weights:
            raise MediaError(
                "this is not NanoTrack's backbone", place=weights,
                remedy="give the file with 'backbone' in its name",
            )  # fmt: skip
        self._files = (str(weights), str(head))

    def start(self, image: Image, box: Array) -> None:
        parameters = cv2.TrackerNano_Params()
        parameters.backbone, parameters.neckhead = self._files
        self._tracker: Any = cv2.TrackerNano_create(parameters)
        x0, y0, x1, y1 = (round(float(v)) for v in box)
        bgr = np.ascontiguousarray(image[..., ::-1])
        self._tracker.init(bgr, (x0, y0, max(2, x1 - x0), max(2, y1 - y0)))

    def step(self, image: Image) -> tuple[Array, float]:
        _, (x, y, across, down) = self._tracker.update(np.ascontiguousarray(image[..., ::-1]))
        box = np.array([x, y, x + across, y + down], dtype=np.float64)
        return box, float(self._tracker.getTrackingScore())


@dataclass(frozen=True)
class Followed:
    """One followed thing. `boxes` (n, 6): time_s, x0, y0, x1, y1 (full-resolution pixels),
    confidence 0..1; `positions_m` (n, 3) at the same times."""

    boxes: Array
    positions_m: Array
    tracker: str
    began: str
    """Why it was not followed further back: 'start', 'cut' or 'lost'."""
    ended: str
    """Why not further on: 'end', 'cut' or 'lost'."""


def follow(
    path: str | Path,
    time_s: float,
    shown: tuple[float, ...],
    *,
    weights: Path | None = None,
    mapping: Mapping = "cylinder",
    projection: Projection = "auto",
    horizontal_fov_deg: float = USUAL_FOV_DEG,
    progress: Progress = silent_progress,
) -> Followed:
    """Follow what is at a point (x, y) or in a box (x0, y0, x1, y1) of the picture at `time_s`.

    Pixels are those of the full-size picture. `weights` names NanoTrack's backbone; without it a
    correlation filter follows, and where that is unsure, the segmentation of what moves.

    Raises
    ------
    MediaError
        If the video cannot be read, or the point or box lies outside its picture.
    CancelledError
        From `progress`.
    """
    video = probe_video(path, projection)
    _check_shown(shown, video)
    if not 0.0 <= time_s <= video.duration_s:
        raise _no_picture(time_s, video.duration_s, path)
    tracker_of: Callable[[], Tracker] = (
        CorrelationTracker if weights is None else lambda: NanoTracker(weights)
    )
    half_s = 0.5 / float(video.rate)
    progress("looking at what was shown", 0.0)
    scale = min(_WIDTH_PX, video.width) / video.width
    place = np.array(shown, dtype=np.float64) * scale
    source = _Source(video, _columns_aside(video, place, scale))
    place[::2] -= source.aside_px
    first = list(source.pictures(max(0.0, time_s - half_s), time_s + _AHEAD_S))
    if not first:
        raise _no_picture(time_s, video.duration_s, path)
    box = place if len(place) == 4 else box_of_click([p for _, p in first], (place[0], place[1]))
    start_s, size = first[0][0], (first[0][1].shape[1], first[0][1].shape[0])
    rows, began, ended = _both_ways(source, tracker_of, box, start_s, progress)
    name = tracker_of().name
    if weights is None and float(rows[:, 5].mean()) < SURE:
        aside = np.array([source.aside_px, 0.0, source.aside_px, 0.0])
        moving = path_of_click(video, start_s, box + aside, size[0], progress)
        if moving is not None:
            rows, name = moving, NAME
            began = "end" if moving[0, 0] < half_s else "lost"
            ended = "end" if moving[-1, 0] > video.duration_s - 3 * half_s else "lost"
    positions = _positions(rows, size, picture_geometry(video, mapping, horizontal_fov_deg))
    rows[:, 1:5] = _inside(rows[:, 1:5], size, video) / scale
    return Followed(rows, positions, name, "start" if began == "end" else began, ended)


def _both_ways(
    source: _Source,
    tracker_of: Callable[[], Tracker],
    box: Array,
    start_s: float,
    progress: Progress,
) -> tuple[Array, str, str]:
    """Rows (n, 6) of what is in a box at a time, followed on and back, and why each way ended."""

    def told(stage: str, whole: float) -> Callable[[float], None]:
        return lambda t: progress(stage, min(0.99, abs(t - start_s) / max(whole, 1e-6)))

    video = source.video
    onwards, ended = _go(
        tracker_of(), box, source.pictures(start_s, None), told("following on", video.duration_s)
    )
    before = source.backwards(start_s + 0.25 / float(video.rate))
    backwards, began = _go(tracker_of(), box, before, told("following back", start_s))
    rows = _smooth(np.array([*reversed(backwards[1:]), *onwards]))
    rows[:, [1, 3]] += source.aside_px
    return rows, began, ended


def _inside(boxes: Array, size: tuple[int, int], video: Video) -> Array:
    """Boxes (n, 4) cut at the picture's sides; all around, columns go on behind the listener."""
    least, most = np.zeros(4), np.array([*size, *size], dtype=np.float64)
    if is_spherical(video):
        least[::2], most[::2] = -np.inf, np.inf
    return np.clip(boxes, least, most)


def _no_picture(time_s: float, duration_s: float, path: str | Path) -> MediaError:
    return MediaError(
        f"there is no picture at {time_s:g} s",
        place=path,
        remedy=f"give a time from 0 to {duration_s:.2f} s",
    )


def _check_shown(shown: tuple[float, ...], video: Video) -> None:
    """Refuse what is not in the picture; in a film all around columns go on for a turn."""
    path, width, height = video.path, video.width, video.height
    xs, ys = shown[::2], shown[1::2]
    beyond = width if is_spherical(video) else 0
    inside = all(-beyond <= x <= width + beyond for x in xs)
    inside = inside and all(0 <= y <= height for y in ys)
    if len(shown) not in (2, 4) or not inside:
        raise MediaError(
            f"{', '.join(f'{v:g}' for v in shown)} is not in the picture of {width} x {height}",
            place=path,
            remedy="give x,y or x0,y0,x1,y1 in pixels from the upper left corner",
        )
    if len(shown) == 4 and (xs[1] - xs[0] < 4 or ys[1] - ys[0] < 4):
        raise MediaError("the box is smaller than 4 pixels", place=path, remedy="draw a larger one")


@dataclass(frozen=True)
class _Source:
    """A film's pictures; one all around has its sides `aside_px` columns further to the right."""

    video: Video
    aside_px: int = 0

    def pictures(self, start_s: float, end_s: float | None) -> Iterator[tuple[float, Image]]:
        """From one time to another, in order."""
        path = self.video.path
        for time_s, image in read_video_frames(
            path, max_width=_WIDTH_PX, start_s=start_s, end_s=end_s
        ):
            yield time_s, rolled(image, self.aside_px) if self.aside_px else image

    def backwards(self, end_s: float) -> Iterator[tuple[float, Image]]:
        """Those before `end_s`, latest first, a block held at a time."""
        while end_s > 0.0:
            start_s = max(0.0, end_s - _BLOCK_S)
            block = [(t, p) for t, p in self.pictures(start_s, end_s) if start_s <= t < end_s]
            yield from reversed(block)
            end_s = start_s


def _columns_aside(video: Video, place: Array, scale: float) -> int:
    """Columns by which a film all around is turned, so that what is shown is in its middle."""
    if not is_spherical(video):
        return 0
    return round(float(place[::2].mean()) - 0.5 * video.width * scale)


def _go(
    tracker: Tracker,
    box: Array,
    pictures: Iterator[tuple[float, Image]],
    told: Callable[[float], None],
) -> tuple[list[tuple[float, ...]], str]:
    """Rows (time_s, box, confidence) one way from a first picture, and why they end."""
    rows: list[tuple[float, ...]] = []
    cuts, unsure = CutDetector(), 0
    for number, (time_s, picture) in enumerate(pictures):
        if cuts.is_cut(picture):
            return _without_unsure(rows, unsure), "cut"
        if not rows:
            tracker.start(picture, box)
            rows.append((time_s, *box, 1.0))
            continue
        found, sure = tracker.step(picture)
        unsure = unsure + 1 if sure < _LEAST_SURE or _outside(found, picture) else 0
        rows.append((time_s, *found, sure))
        if unsure >= _LOST_PICTURES:
            return _without_unsure(rows, unsure), "lost"
        if number % 4 == 0:
            told(time_s)
    return _without_unsure(rows, unsure), "end"


def _without_unsure(rows: list[tuple[float, ...]], unsure: int) -> list[tuple[float, ...]]:
    return rows[: len(rows) - unsure] if unsure else rows


def _outside(box: Array, picture: Image) -> bool:
    """Whether the middle of a box has left the picture."""
    x, y = 0.5 * (box[:2] + box[2:])
    return not (0 <= x <= picture.shape[1] and 0 <= y <= picture.shape[0])


def _smooth(rows: Array) -> Array:
    if len(rows) < 5:
        return rows
    smooth = local_fit(rows[:, 0], rows[:, 1:5], np.ones(len(rows)), _SMOOTH_S, order=2)
    return np.column_stack([rows[:, 0], smooth, rows[:, 5]])


def _positions(rows: Array, size: tuple[int, int], geometry: PictureGeometry) -> Array:
    """Lifted positions (n, 3) of boxes in pixels of a picture of `size`."""
    width, height = size
    boxes = rows[:, 1:5]
    depth = GeometryDepth(geometry.rows_per_unit(size))
    raw_m = depth.distances_m(geometry.levelled(boxes, size), "object", width, height)
    distances_m = steady(rows[:, 0], raw_m, np.maximum(rows[:, 5], 0.05), "object")
    middle = 0.5 * (boxes[:, :2] + boxes[:, 2:])
    return geometry.lift(middle, distances_m, size)
