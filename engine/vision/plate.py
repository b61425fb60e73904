"""The empty scene behind what moves: the usual value of every pixel, freed of slow movers.

The median over a block of pictures is the background wherever something covers a pixel for less
than half of the time. In a short shot someone far away who walks slowly covers the ground longer
than that and would become background. Such places give themselves away: they are small and
upright, and values there change for good in the middle of the block, not for a moment. They are
filled in from what lies around them, and of all the values that were seen there the one nearest
to that filling is taken for the background.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.vision.opencv import cv2

Image = NDArray[np.uint8]

_LEAST_CHANGE = 22
"""Difference (of 255) between the quartiles over time, from which a place is doubtful."""
_LARGEST_SHARE = 0.02
"""Doubtful places larger than this share of the picture stay as they are: nothing around them
tells what is behind."""
_CLEAR_CHANGE, _LEAST_CLEAR_PX = 60, 15
"""Someone changes at least so many pixels by as much as this."""
_MOST_CHANGES = 3.0
"""How often a pixel may change to and fro."""
_LEAST_KNOWN = 0.93
"""Share of a place where the ground must have been seen at some time."""
_CLOSE_PX = 7
_MARGIN_PX = 3
_INPAINT_RADIUS_PX = 3.0
_LIKE = 40
"""Largest difference of a seen value from the filling; beyond it the filling itself is taken."""


def clean_plate(stack: NDArray[np.uint8], *, doubt: bool) -> tuple[Image, NDArray[np.float32]]:
    """Background and how much pixels usually differ from it.

    Parameters
    ----------
    stack : (n, height, width, 3) uint8
        Pictures spread over a block, aligned to each other.
    doubt : bool
        Whether to look for slow movers in it; without, the background is the plain median.

    Returns
    -------
    background : (height, width, 3) uint8
    spread : (height, width) float32
        Median absolute difference (largest of the channels, of 255).
    """
    low, middle = len(stack) // 4, len(stack) // 2
    high = len(stack) - 1 - low
    ranked = np.partition(stack, (low, middle, high) if doubt else middle, axis=0)
    median = np.ascontiguousarray(ranked[middle])
    deviation = np.stack([_largest(cv2.absdiff(layer, median)) for layer in stack])
    spread = np.partition(deviation, middle, axis=0)[middle].astype(np.float32)
    if not doubt:
        return median, spread
    change = _largest(cv2.absdiff(ranked[high], ranked[low]))
    doubtful = _doubtful(change)
    if doubtful.any():
        filling = cv2.inpaint(median, doubtful, _INPAINT_RADIUS_PX, cv2.INPAINT_TELEA)
        usual = float(np.median(spread[doubtful == 0]))
        count, labels = cv2.connectedComponents(doubtful, connectivity=8)
        for label in range(1, count):
            place = np.nonzero(labels == label)
            behind = _behind(stack[:, place[0], place[1]], change[place], filling[place])
            if behind is not None:
                median[place] = behind
                spread[place] = np.minimum(spread[place], usual)
    return median, spread


def _largest(image: Image) -> NDArray[np.uint8]:
    """Largest of the three channels."""
    red, green, blue = cv2.split(image)
    return np.asarray(cv2.max(cv2.max(red, green), blue))


def _doubtful(change: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """255 in small, upright places inside the picture whose value changes, and around them."""
    height, width = change.shape
    mask = (cv2.blur(change, (3, 3)) > _LEAST_CHANGE).astype(np.uint8) * 255
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (_CLOSE_PX, _CLOSE_PX))
    mask = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, kernel)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    out = np.zeros_like(mask)
    for index in range(1, count):
        x, y, w, h, _ = stats[index]
        inside = x > _MARGIN_PX and y > _MARGIN_PX
        inside &= x + w < width - _MARGIN_PX and y + h < height - _MARGIN_PX
        if inside and h >= w and w * h < _LARGEST_SHARE * change.size:
            points = cv2.findNonZero((labels == index).astype(np.uint8))
            cv2.fillConvexPoly(out, cv2.convexHull(points), 255)
    margin = np.ones((2 * _MARGIN_PX + 1, 2 * _MARGIN_PX + 1), np.uint8)
    return cv2.dilate(out, margin)


def _behind(
    seen: NDArray[np.uint8], change: NDArray[np.uint8], wanted: NDArray[np.uint8]
) -> NDArray[np.uint8] | None:
    """Background (m, 3) of a place of which `seen` (n, m, 3) was seen; None if nobody was there.

    Someone stands out clearly, passes each pixel once, and nearly everywhere the ground is seen
    before or after; edges that tremble change to and fro, and texture does not fit the filling.
    """
    changed = change > _LEAST_CHANGE
    if np.count_nonzero(change > _CLEAR_CHANGE) < _LEAST_CLEAR_PX:
        return None
    bright = seen[:, changed].sum(axis=2, dtype=np.int16)
    ranked = np.sort(bright, axis=0)
    low = len(ranked) // 4
    above = bright > (ranked[low] + ranked[len(ranked) - 1 - low]) // 2
    if float(np.median(np.count_nonzero(above[1:] != above[:-1], axis=0))) > _MOST_CHANGES:
        return None
    away = np.abs(seen.astype(np.int16) - wanted.astype(np.int16)).max(axis=2)
    best, every = away.argmin(axis=0), np.arange(seen.shape[1])
    known = away[best, every] <= _LIKE
    if known.mean() < _LEAST_KNOWN:
        return None
    return np.where(known[:, None], seen[best, every], wanted)
