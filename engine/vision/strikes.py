"""Strikes of hands and tools: motion downwards that ends at once, or turns back.

A hammer, a drumstick or a knife is not followed as a thing of its own: it is a part of whoever
swings it, who stays where they are. What tells of the hit is motion: downward flow (dense, less the
picture's own) swells while the tool falls; the moment it lands, that is gone, and the rebound goes
up. So a strike is where downward less upward flow of the last fifth of a second stands clear above
that of the next. This is looked at in six parts of the picture that overlap, so that two hands do
not hide each other, and told of the nearest thing that keeps to its place. What runs through the
picture strikes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from engine.jobs import Progress
from engine.media.ahead import ahead
from engine.media.decode import read_video_frames
from engine.project.model import Contact, Video
from engine.vision.merge import roams, runs
from engine.vision.opencv import cv2
from engine.vision.paths import Path
from engine.vision.repeats import is_same

Image = NDArray[np.uint8]
Array = NDArray[np.float64]

WIDTH = 256
"""Pictures are looked at this wide (pixels)."""
_CELLS = (64, 36)
_PARTS = (3, 2)
"""Columns and rows of parts of the picture; each overlaps half of the next."""
_SIDE_S = 0.2
"""How long before and after a moment the flow is averaged."""
_SHARE, _PERCENTILE, _AROUND_S = 0.35, 97.0, 10.0
"""A strike drops by this share of the greatest drops within some seconds around."""
_APART_S = 0.12
_LEAST_DROP = 0.06
"""Downward flow, in widths a second over the picture (root of the mean square), that must end."""
_LEAST_STRIKES = 3
_NEAR = 0.2
"""How far from a thing, in widths of the picture, its tool may strike."""
_LARGE, _LASTS_S = 0.05, 3.0
"""Share of the picture, and duration, from which somebody who moves about may swing a tool."""
_CLEAR = 0.7
"""Share of sightings from which something that runs is no accident of what flickers."""
_HABIT = (0.4, 0.92)
"""Shares of new pictures between which repeated ones are a habit of the file."""


def find_strikes(
    video: Video, paths: Sequence[Path], size: tuple[int, int], progress: Progress
) -> list[tuple[Contact, ...]]:
    """Strikes of every path (n,); none of those that go somewhere has any.

    Raises
    ------
    MediaError
        If the video cannot be read.
    CancelledError
        From `progress`.
    """
    found: list[tuple[Contact, ...]] = [() for _ in paths]
    staying = [index for index, path in enumerate(paths) if _may_strike(path, size)]
    if not staying:
        return found
    passing = [p for p in paths if runs(p, size[0]) and p.seen.mean() > _CLEAR]
    meter = StrikeMeter([paths[index] for index in staying], size, passing)
    start_s = max(0.0, min(float(paths[i].times_s[0]) for i in staying) - 0.2)
    end_s = max(float(paths[i].times_s[-1]) for i in staying) + 0.2
    pictures: Iterator[tuple[float, Image]] = read_video_frames(
        video.path, max_width=WIDTH, start_s=start_s, end_s=end_s, gray=True
    )
    for number, (time_s, gray) in enumerate(ahead(pictures)):
        meter.add(time_s, gray)
        if number % 8 == 0:
            progress("looking for strikes", min(0.99, time_s / video.duration_s))
    for index, contacts in zip(staying, meter.contacts(), strict=True):
        found[index] = contacts
    return found


def _may_strike(path: Path, size: tuple[int, int]) -> bool:
    """Whether it keeps to its place, or is large, lasts, and never runs."""
    if not roams(path, size[0]):
        return True
    area = float(np.median(np.prod(path.sizes, axis=1))) / (size[0] * size[1])
    return area > _LARGE and path.duration_s > _LASTS_S and not runs(path, size[0])


def with_strikes(contacts: Sequence[Contact], strikes: Sequence[Contact]) -> tuple[Contact, ...]:
    """Contacts of a path, and those strikes that are none of them, in order of time."""
    new = [s for s in strikes if all(abs(s.time_s - c.time_s) > _APART_S for c in contacts)]
    return tuple(sorted((*contacts, *new), key=lambda contact: contact.time_s))


class StrikeMeter:
    """Measures vertical flow in the parts of the picture, picture by picture.

    Parameters
    ----------
    paths : sequence of Path
        Those that keep to their place.
    size : (width, height) in pixels of the paths' boxes
    passing : sequence of Path
        What runs through the picture; the flow inside is left out.
    """

    def __init__(
        self, paths: Sequence[Path], size: tuple[int, int], passing: Sequence[Path] = ()
    ) -> None:
        self._paths, self._passing, self._size = paths, passing, size
        self._dis = cv2.DISOpticalFlow_create(cv2.DISOPTICAL_FLOW_PRESET_ULTRAFAST)
        self._dis.setFinestScale(1)
        self._before: tuple[float, Image] | None = None
        self._times: list[float] = []
        self._new: list[bool] = []
        self._rows: list[Array] = []

    def add(self, time_s: float, gray: Image) -> None:
        """The next (height, width) picture."""
        gray = np.ascontiguousarray(gray)
        if self._before is not None and time_s > self._before[0]:
            last_s, last = self._before
            flow = self._dis.calc(last, gray, None)
            down = cv2.resize(flow[..., 1], _CELLS, interpolation=cv2.INTER_AREA)
            down = (down - np.median(flow[..., 1])) / ((time_s - last_s) * gray.shape[1])
            for part in self._parts_passing(last_s, time_s):
                down[part] = 0.0
            self._times.append(time_s)
            self._new.append(not is_same(last, gray))
            self._rows.append(_moments(down.astype(np.float64)))
        self._before = (time_s, gray)

    def contacts(self) -> list[tuple[Contact, ...]]:
        """Strikes of every path, as impacts with a strength from 0 to 1."""
        nothing: list[tuple[Contact, ...]] = [() for _ in self._paths]
        new = np.asarray(self._new, dtype=bool)
        if new.sum() < 4:
            return nothing
        if not _HABIT[0] < new.mean() < _HABIT[1]:
            new[:] = True
        times, rows = np.asarray(self._times)[new], np.stack(self._rows)[new]
        step_s = float(np.median(np.diff(times)))
        side = max(1, round(_SIDE_S / step_s))
        drops = np.maximum(_drop(np.sqrt(rows[..., 0]) - np.sqrt(rows[..., 3]), side), 0.0)
        whole = np.sqrt(np.sum(drops**2, axis=1))
        great = _greatest(times, whole)
        great[great < _LEAST_DROP] = np.inf
        found: list[list[Contact]] = [[] for _ in self._paths]
        for index in _peaks(times, whole / great, _SHARE):
            before = rows[max(0, index - side + 1) : index + 1, int(np.argmax(drops[index]))]
            owner = self._owner(float(times[index]), before.sum(axis=0))
            if owner is not None:
                strength = float(np.clip(whole[index] / great[index], 0.1, 1.0))
                at_s = float(times[index]) + 0.5 * step_s  # between this picture and the next
                found[owner].append(Contact(time_s=at_s, kind="impact", strength=strength))
        return [tuple(some) if len(some) >= _LEAST_STRIKES else () for some in found]

    def _parts_passing(self, last_s: float, time_s: float) -> Iterator[tuple[slice, slice]]:
        """Where something passes by from one picture to the next."""
        for path in self._passing:
            if path.times_s[0] <= time_s <= path.times_s[-1]:
                rows = np.abs(path.times_s[:, None] - (last_s, time_s)).argmin(axis=0)
                yield _cells_of(np.concatenate(_hull(path.smooth[rows])), self._size)

    def _owner(self, time_s: float, moments: Array) -> int | None:
        """The path nearest to where something came down; None where none is near."""
        place = moments[1:3] / max(float(moments[0]), 1e-12) * np.array(self._size)
        best, nearest = None, _NEAR * self._size[0]
        for index, path in enumerate(self._paths):
            if not path.times_s[0] - 2 * _SIDE_S <= time_s <= path.times_s[-1] + 2 * _SIDE_S:
                continue
            box = path.smooth[int(np.argmin(np.abs(path.times_s - time_s)))]
            away = float(
                np.linalg.norm(np.maximum(0.0, np.maximum(box[:2] - place, place - box[2:])))
            )
            if away < nearest:
                best, nearest = index, away
        return best


def _hull(boxes: Array) -> tuple[Array, Array]:
    """Corners (2,) and (2,) of the box around boxes (n, 4)."""
    return boxes[:, :2].min(axis=0), boxes[:, 2:].max(axis=0)


def _moments(down: Array) -> Array:
    """(parts, 4): power of the downward flow over the picture, that times x and y (shares of the
    picture's size), and power of the upward flow, in every part of the picture."""
    height, width = down.shape
    falls, rises = np.maximum(down, 0.0) ** 2, np.minimum(down, 0.0) ** 2
    x, y = (np.arange(width) + 0.5) / width, (np.arange(height) + 0.5) / height
    fields = np.stack([falls, falls * x, falls * y[:, None], rises])
    columns, rows = _PARTS
    across, down_px = width // (columns + 1), height // (rows + 1)
    return np.array(
        [
            fields[:, r * down_px : (r + 2) * down_px, c * across : (c + 2) * across].sum((1, 2))
            for r in range(rows)
            for c in range(columns)
        ]
    ) / (width * height)


def _cells_of(box: Array, size: tuple[int, int]) -> tuple[slice, slice]:
    scale, last = np.array(_CELLS) / np.array(size), np.array(_CELLS) - 1
    low = np.clip(np.floor(box[:2] * scale) - 1, 0, last).astype(int)  # flow spreads a little
    high = np.clip(np.ceil(box[2:] * scale) + 1, low + 1, last + 1).astype(int)
    return slice(low[1], high[1]), slice(low[0], high[0])


def _drop(values: Array, side: int) -> Array:
    """Mean of the last `side` rows (n, k), this one with them, less that of the next.

    The nearer a row, the more it counts (triangular weights), so that short falls end sharply.
    """
    weights = np.arange(side, 0, -1, dtype=np.float64) / (0.5 * side * (side + 1))
    padded = np.pad(values, ((side, side), (0, 0)), mode="edge")
    count = len(values)
    before = sum(w * padded[side - k : side - k + count] for k, w in enumerate(weights))
    after = sum(w * padded[side + 1 + k : side + 1 + k + count] for k, w in enumerate(weights))
    return np.asarray(before) - np.asarray(after)


def _greatest(times_s: Array, drops: Array) -> Array:
    """The greatest drops (n,) but for a few, within some seconds around every moment."""
    first = np.searchsorted(times_s, times_s - _AROUND_S)
    last = np.searchsorted(times_s, times_s + _AROUND_S, side="right")
    seconds = np.floor(times_s)
    out = np.empty(len(drops))
    for second in np.unique(seconds):
        rows = np.flatnonzero(seconds == second)
        out[rows] = np.percentile(drops[first[rows[0]] : last[rows[-1]]], _PERCENTILE)
    return out


def _peaks(times_s: Array, drops: Array, least: float) -> list[int]:
    """Indices of the greatest drops above `least`, none near a greater one, in order of time."""
    kept: list[int] = []
    for index in np.argsort(-drops, kind="stable"):
        if drops[index] <= least:
            break
        if all(abs(times_s[index] - times_s[other]) > _APART_S for other in kept):
            kept.append(int(index))
    return sorted(kept)
