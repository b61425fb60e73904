"""Pictures of everything all around, read so that nothing ends at their sides.

An equirectangular picture's left and right side are one line behind the listener. What stands on it
is in two halves, and what goes across it leaves on one side and comes in at the other. So such a
picture is looked at with its first columns once more at its right end: there everything is whole
somewhere. What is then found twice is one (`engine.vision.close_paths`). Other films are read as
they are.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.media.decode import read_video_frames
from engine.project.model import Video
from engine.vision.geometry import is_spherical

Image = NDArray[np.uint8]
Array = NDArray[np.float64]

_SHARE = 4
"""One part in so many of the picture comes once more: a quarter of a turn."""


def read_pictures(video: Video, **how: Any) -> Iterator[tuple[float, Image]]:
    """Every picture of a film, as `engine.media.decode.read_video_frames` gives them with `how`.

    Those of a film all around go on by a quarter of a turn at their right side; `max_width` is
    that of one turn.

    Raises
    ------
    MediaError
        If the file cannot be read or holds no picture that decodes.
    """
    pictures = read_video_frames(video.path, **how)
    return _going_on(pictures) if is_spherical(video) else pictures


def _going_on(pictures: Iterator[tuple[float, Image]]) -> Iterator[tuple[float, Image]]:
    for time_s, image in pictures:
        yield time_s, np.concatenate([image, image[:, : image.shape[1] // _SHARE]], axis=1)


def turn_px(width: int) -> int:
    """Columns of one turn in a picture, `width` wide, that goes on by a quarter."""
    quarters, rest = divmod(width, _SHARE + 1)
    return _SHARE * quarters + rest


def rolled(image: Image, columns: int) -> Image:
    """A picture all around with its sides elsewhere: column `columns` comes first."""
    return np.ascontiguousarray(np.roll(image, -columns, axis=1))


def in_turn(boxes: Array, turn: float) -> Array:
    """Boxes (n, 4) brought into the one turn from column 0 on, by their middles."""
    out = boxes.copy()
    middle = 0.5 * (boxes[:, 0] + boxes[:, 2])
    out[:, [0, 2]] -= (turn * np.floor(middle / turn))[:, None]
    return out


def on_the_turn_of(rows: Array, other: Array, turn: float) -> Array:
    """Rows (n, 6) of time_s, box and confidence, so many turns on that they lie by the others.

    They are compared where they are nearest in time; `other` (m, 6) stays.
    """
    if not len(rows) or not len(other):
        return rows
    nearest = np.abs(rows[:, None, 0] - other[None, :, 0]).argmin(axis=1)
    at = int(np.abs(rows[:, 0] - other[nearest, 0]).argmin())
    here, there = (0.5 * (one[1] + one[3]) for one in (rows[at], other[nearest[at]]))
    out = rows.copy()
    out[:, [1, 3]] += turn * np.round((there - here) / turn)
    return out
