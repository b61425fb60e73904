"""What was clicked on, by what moves: where the filter is unsure, a path found by motion stands in.

A correlation filter clings to texture; what leaps or bends slips away from it. The segmentation of
what moves does not care about looks, but takes shadows and neighbours for parts of a thing. So the
filter is believed while it is sure, and else a path that covers the click and was seen all the way.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from engine import plugins
from engine.jobs import Progress
from engine.project.model import Video
from engine.vision import detect  # noqa: F401  (registers the embedded detector)
from engine.vision.follow_motion import follow_motion
from engine.vision.geometry import is_spherical
from engine.vision.paths import Path
from engine.vision.round_pictures import in_turn
from engine.vision.track import iou

Array = NDArray[np.float64]

NAME = "motion segmentation"
SURE = 0.68
"""Mean sureness from which the filter is believed."""
_LONGEST_S = 60.0
"""Longer films are not searched: it takes half their length."""
_LEAST_IOU, _LEAST_SEEN = 0.33, 0.8
_NEAR_S = 0.15


def path_of_click(
    video: Video, time_s: float, box: Array, width: int, progress: Progress
) -> Array | None:
    """Rows (n, 6) of time_s, box and confidence of what moves where a box (4,) was shown.

    Boxes are in pixels of a picture that is `width` wide. None where nothing moves there all the
    way, or the film is long.

    Raises
    ------
    MediaError
        If the video cannot be read.
    CancelledError
        From `progress`.
    """
    if video.duration_s > _LONGEST_S:
        return None
    found = follow_motion(video, plugins.create("detector", "motion", None), (), progress)
    scale = found.size[0] / width
    box = box * scale
    if is_spherical(video):
        box = in_turn(box[None], found.size[0])[0]
    path = best_path(found.paths, time_s, box, found.size[0])
    if path is None:
        return None
    return np.column_stack([path.times_s, path.smooth / scale, path.confidence])


def best_path(
    paths: Sequence[Path], time_s: float, box: Array, turn: int | None = None
) -> Path | None:
    """The path that covers a box (4,) at a time best; None where none does well enough.

    `turn` are the columns of a turn, for paths in a film all around.
    """
    best, best_iou = None, _LEAST_IOU
    for path in paths:
        row = int(np.argmin(np.abs(path.times_s - time_s)))
        if abs(float(path.times_s[row]) - time_s) > _NEAR_S or path.seen.mean() < _LEAST_SEEN:
            continue
        there = path.smooth[row]
        if turn is not None and path.sideless:
            there = in_turn(there[None], turn)[0]
        overlap = iou(there, box)
        if overlap > best_iou:
            best, best_iou = path, overlap
    return best
