"""Pictures that only repeat the one before: they tell of the file's rate, not of the scene.

A film at 25 pictures a second that was made into one of 30 or 50 shows some of them twice. Taken
for new pictures, everything in them stands still for a moment and then jumps, which looks like an
impact ten times a second. And those that are new come on the file's clock, not on the camera's:
up to a picture late, now more, now less.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from engine.vision.opencv import cv2

Image = NDArray[np.uint8]

_LEAST_CHANGE = 3.0
"""A picture in which no spot changes by this many of 255 levels repeats the last one. Measured:
repetitions reach 2 after encoding, new pictures of the quietest real clips 3 and far more."""
_SPOT_PX = 9
_LEAST_STEPS = 8
_LEAST_PERIOD_S = 0.002
_MOST_REPEATS = 3
"""A picture that is shown again more often is a scene that stands still."""
_LEAST_REPEATS, _LEAST_SHARE = 5, 0.12
"""That many, and so many of the new pictures, make a habit (25 shown at 30 a second: a fifth)."""


def shown_once(
    images: Sequence[Image], times_s: Sequence[float]
) -> tuple[list[Image], list[float]]:
    """Pictures of one shot less those shown again, their times on the camera's clock.

    Only where repetitions are a habit of the file: a picture now and then in which nothing moves,
    or a scene that stands still, is none.

    Parameters
    ----------
    images : sequence of (height, width, 3) uint8
    times_s : sequence of float
    """
    changes = [is_same(before, after) for before, after in pairwise(images)]
    again = np.array([False, *changes], dtype=np.bool_)
    brief = again & (_run_lengths(again) <= _MOST_REPEATS)
    if brief.sum() < max(_LEAST_REPEATS, _LEAST_SHARE * np.count_nonzero(~again)):
        return list(images), list(times_s)
    kept = [int(index) for index in np.flatnonzero(~brief)]
    times = [times_s[index] for index in kept]
    return [images[index] for index in kept], evened(times, int(brief.sum()))


def _run_lengths(flags: NDArray[np.bool_]) -> NDArray[np.int64]:
    """(n,) length of the run of equal flags that each one is in."""
    edges = np.flatnonzero(np.diff(flags)) + 1
    lengths = np.diff(np.concatenate([[0], edges, [len(flags)]]))
    return np.repeat(lengths, lengths)


def is_same(last: Image, image: Image) -> bool:
    """Whether a picture repeats the last one; both (height, width[, 3])."""
    change = cv2.blur(cv2.absdiff(last, image), (_SPOT_PX, _SPOT_PX))
    return float(change.max()) < _LEAST_CHANGE


def evened(times_s: Sequence[float], skipped: int) -> list[float]:
    """Times (n,) of the new pictures as the camera took them, where repetitions tell of it.

    That is so if pictures were skipped wherever a step is longer, and if all steps are one or the
    other of two whole numbers of the file's own: a steady clock shown on a faster one. Then the
    straight line through the times stands for them, half a picture's delay included.

    Parameters
    ----------
    skipped : int
        How many repetitions lay between them.
    """
    times = np.asarray(times_s, dtype=np.float64)
    steps = np.diff(times)
    if len(steps) < _LEAST_STEPS or not skipped:
        return list(times_s)
    short_s, long_s = float(steps.min()), float(steps.max())
    longer = steps > 0.5 * (short_s + long_s)
    period_s = long_s - short_s
    if period_s < _LEAST_PERIOD_S:
        return list(times_s)
    two_kinds = np.abs(steps - np.where(longer, long_s, short_s)).max() < 0.1 * period_s
    whole = abs(short_s / period_s - round(short_s / period_s)) < 0.1
    if not two_kinds or not whole or skipped < int(longer.sum()):
        return list(times_s)
    index = np.arange(len(times))
    line = np.clip(np.polyval(np.polyfit(index, times, 1), index), times[0], times[-1])
    steady = float(np.abs(line - times).max()) < period_s
    return [float(t) for t in line] if steady else list(times_s)
