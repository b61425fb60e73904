"""Strikes of hands and tools: motion downwards inside a thing that ends at once.

A hammer, a drumstick or a knife is not followed as a thing of its own: it is a part of whoever
swings it, who stays where they are. What tells of the hit is motion inside that box: the part that
goes down (dense flow, less the picture's own) swells while the tool falls and is gone the moment it
lands. So a strike is where the downward flow of the last fifth of a second stands clear above that
of the next.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from engine.jobs import Progress
from engine.media.decode import read_video_frames
from engine.project.model import Contact, Video
from engine.vision.merge import roams
from engine.vision.opencv import cv2
from engine.vision.paths import Path

Image = NDArray[np.uint8]
Array = NDArray[np.float64]

WIDTH = 256
"""Pictures are looked at this wide (pixels)."""
_CELLS = (48, 27)
_SIDE_S = 0.2
"""How long before and after a moment the downward flow is averaged."""
_SHARE, _PERCENTILE = 0.2, 97.0
"""A strike drops by this share of the greatest drops of its film."""
_APART_S = 0.15
_LEAST_DROP = 0.05
"""Downward flow, in widths a second over the picture (root of the mean square), that must end."""
_LEAST_STRIKES = 3
_PAD = 0.15
"""Boxes are this much larger, for the tool that sticks out of them."""


def find_strikes(
    video: Video, paths: Sequence[Path], size: tuple[int, int], progress: Progress
) -> list[tuple[Contact, ...]]:
    """Strikes of every path (n,); only those that keep to their place can have any.

    Raises
    ------
    MediaError
        If the video cannot be read.
    CancelledError
        From `progress`.
    """
    found: list[tuple[Contact, ...]] = [() for _ in paths]
    staying = [index for index, path in enumerate(paths) if not roams(path, size[0])]
    if not staying:
        return found
    meter = StrikeMeter([paths[index] for index in staying], size)
    start_s = max(0.0, min(float(paths[i].times_s[0]) for i in staying) - 0.2)
    end_s = max(float(paths[i].times_s[-1]) for i in staying) + 0.2
    pictures: Iterator[tuple[float, Image]] = read_video_frames(
        video.path, max_width=WIDTH, start_s=start_s, end_s=end_s, gray=True
    )
    for number, (time_s, gray) in enumerate(pictures):
        meter.add(time_s, gray)
        if number % 8 == 0:
            progress("looking for strikes", min(0.99, time_s / video.duration_s))
    for index, contacts in zip(staying, meter.contacts(), strict=True):
        found[index] = contacts
    return found


def with_strikes(contacts: Sequence[Contact], strikes: Sequence[Contact]) -> tuple[Contact, ...]:
    """Contacts of a path, and those strikes that are none of them, in order of time."""
    new = [s for s in strikes if all(abs(s.time_s - c.time_s) > _APART_S for c in contacts)]
    return tuple(sorted((*contacts, *new), key=lambda contact: contact.time_s))


class StrikeMeter:
    """Measures downward flow inside paths, picture by picture.

    Parameters
    ----------
    paths : sequence of Path
        Those that keep to their place.
    size : (width, height) in pixels of the paths' boxes
    """

    def __init__(self, paths: Sequence[Path], size: tuple[int, int]) -> None:
        self._paths = paths
        self._size = size
        self._dis = cv2.DISOpticalFlow_create(cv2.DISOPTICAL_FLOW_PRESET_ULTRAFAST)
        self._dis.setFinestScale(1)
        self._before: tuple[float, Image] | None = None
        self._times: list[float] = []
        self._down: list[Array] = []

    def add(self, time_s: float, gray: Image) -> None:
        """The next (height, width) picture."""
        gray = np.ascontiguousarray(gray)
        if self._before is not None and time_s > self._before[0]:
            span_s = time_s - self._before[0]
            flow = self._dis.calc(self._before[1], gray, None)
            down = flow[..., 1] - np.median(flow[..., 1])
            down = cv2.resize(down, _CELLS, interpolation=cv2.INTER_AREA)
            power = np.maximum(down / (span_s * gray.shape[1]), 0.0).astype(np.float64) ** 2
            self._times.append(time_s)
            self._down.append(self._in_paths(power, time_s))
        self._before = (time_s, gray)

    def contacts(self) -> list[tuple[Contact, ...]]:
        """Strikes of every path, as impacts with a strength from 0 to 1."""
        found: list[list[Contact]] = [[] for _ in self._paths]
        if len(self._times) < 4:
            return [() for _ in self._paths]
        times = np.asarray(self._times)
        step_s = float(np.median(np.diff(times)))
        side = max(1, round(_SIDE_S / step_s))
        rows = np.stack(self._down)  # (n, paths + 1)
        drops = np.stack([_drop(np.sqrt(column), side) for column in rows.T], axis=1)
        whole = drops[:, -1]
        great = float(np.percentile(whole, _PERCENTILE))
        if great < _LEAST_DROP:
            return [() for _ in self._paths]
        for index in _peaks(times, whole, _SHARE * great):
            owner = int(np.argmax(drops[index, :-1]))
            strength = float(np.clip(whole[index] / great, 0.1, 1.0))
            at_s = float(times[index]) + 0.5 * step_s  # between this picture and the next
            found[owner].append(Contact(time_s=at_s, kind="impact", strength=strength))
        if sum(len(some) for some in found) < _LEAST_STRIKES:
            return [() for _ in self._paths]
        return [tuple(some) for some in found]

    def _in_paths(self, power: Array, time_s: float) -> Array:
        """Mean power inside every path, and inside them all; over the whole picture's cells."""
        seen = np.zeros(power.shape, dtype=bool)
        values = np.zeros(len(self._paths) + 1)
        for index, path in enumerate(self._paths):
            if not path.times_s[0] - 0.1 <= time_s <= path.times_s[-1] + 0.1:
                continue
            box = path.smooth[int(np.argmin(np.abs(path.times_s - time_s)))]
            part = _cells_of(box, self._size)
            values[index] = power[part].sum() / power.size
            seen[part] = True
        values[-1] = power[seen].sum() / power.size
        return values


def _cells_of(box: Array, size: tuple[int, int]) -> tuple[slice, slice]:
    pad = _PAD * (box[2:] - box[:2])
    scale = np.array(_CELLS) / np.array(size)
    low = np.clip(np.floor((box[:2] - pad) * scale), 0, np.array(_CELLS) - 1).astype(int)
    high = np.clip(np.ceil((box[2:] + pad) * scale), low + 1, _CELLS).astype(int)
    return slice(low[1], high[1]), slice(low[0], high[0])


def _drop(values: Array, side: int) -> Array:
    """Mean of the last `side` values, this one with them, less that of the next (n,).

    The nearer a value, the more it counts (triangular weights), so that short falls end sharply.
    """
    weights = np.arange(side, 0, -1, dtype=np.float64) / (0.5 * side * (side + 1))
    padded = np.pad(values, side, mode="edge")
    count = len(values)
    before = sum(w * padded[side - k : side - k + count] for k, w in enumerate(weights))
    after = sum(w * padded[side + 1 + k : side + 1 + k + count] for k, w in enumerate(weights))
    return np.asarray(before) - np.asarray(after)


def _peaks(times_s: Array, drops: Array, least: float) -> list[int]:
    """Indices of the greatest drops above `least`, none near a greater one, in order of time."""
    kept: list[int] = []
    for index in np.argsort(-drops, kind="stable"):
        if drops[index] <= least:
            break
        if all(abs(times_s[index] - times_s[other]) > _APART_S for other in kept):
            kept.append(int(index))
    return sorted(kept)
