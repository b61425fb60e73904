"""A box put right by hand: kept beside the boxes, so that new ones can be put right by it, too."""

from __future__ import annotations

import math

from engine.errors import ProjectError
from engine.project.value import Value


class BoxCorrection(Value, frozen=True, kw_only=True):
    """Where a hand says that a track's box is: at `time_s` (s), in pixels of the video.

    Boxes up to `reach_s` away are pulled along, less and less.
    """

    time_s: float
    x0: float
    y0: float
    x1: float
    y1: float
    reach_s: float = 0.75


def check_box_correction(correction: BoxCorrection, where: str = "box correction") -> None:
    """Refuse a correction that is no box at a time.

    Raises
    ------
    ProjectError
        If a number is not finite, the time is negative, or the box is turned inside out.
    """
    c = correction
    numbers = (c.time_s, c.x0, c.y0, c.x1, c.y1, c.reach_s)
    fine = all(math.isfinite(value) for value in numbers) and c.time_s >= 0.0 and c.reach_s > 0.0
    if not fine or c.x1 <= c.x0 or c.y1 <= c.y0:
        raise ProjectError(f"{where} is no box at a time: {numbers}", remedy="draw it again")


def with_correction(
    corrections: tuple[BoxCorrection, ...], new: BoxCorrection
) -> tuple[BoxCorrection, ...]:
    """Corrections in the order in which they were made, a new one in place of that of its time."""
    return (*(c for c in corrections if abs(c.time_s - new.time_s) > 1e-3), new)
