"""Boxes pulled to where a hand says one of them is; those near it in time come along."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from engine.project.box_correction import BoxCorrection

Array = NDArray[np.float64]

LEAST_SIZE_PX = 1.0
_NEAR_S = 0.1
"""A correction farther from every box than this is not of this track any more."""


def pulled(
    boxes: Array, time_s: float, shift_px: tuple[float, float, float, float], reach_s: float
) -> Array:
    """Boxes with the edges of those around a time moved, by a raised cosine's share of the shift.

    What a hand has moved is as sure as its share, the box at the time itself wholly.

    Parameters
    ----------
    boxes : (n, 6) time_s, x0, y0, x1, y1 (pixels), confidence
    shift_px : how far the left, top, right and bottom edge go at `time_s`
    reach_s : seconds from `time_s` from which boxes stay
    """
    away = (boxes[:, 0] - time_s) / reach_s
    share = np.where(np.abs(away) < 1.0, 0.5 + 0.5 * np.cos(np.pi * away), 0.0)
    moved = boxes.copy()
    moved[:, 1:5] += share[:, None] * np.array(shift_px)
    for low, high in ((1, 3), (2, 4)):
        thin = moved[:, high] - moved[:, low] < LEAST_SIZE_PX
        moved[thin, low] = 0.5 * (moved[thin, low] + moved[thin, high] - LEAST_SIZE_PX)
        moved[thin, high] = moved[thin, low] + LEAST_SIZE_PX
    moved[:, 5] = np.maximum(moved[:, 5], share)
    return moved


def corrected(boxes: Array, corrections: Sequence[BoxCorrection]) -> Array:
    """Boxes (n, 6) put right by all corrections in the order they were made."""
    for one in corrections:
        nearest = int(np.argmin(np.abs(boxes[:, 0] - one.time_s)))
        if abs(float(boxes[nearest, 0]) - one.time_s) > _NEAR_S:
            continue
        shift = np.array([one.x0, one.y0, one.x1, one.y1]) - boxes[nearest, 1:5]
        left, top, right, bottom = (float(value) for value in shift)
        boxes = pulled(boxes, one.time_s, (left, top, right, bottom), one.reach_s)
    return boxes
