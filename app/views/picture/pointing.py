"""Pointing at the picture: a box is dragged to where the object is, or drawn to be followed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF, QRectF

from app.views.picture.overlay import Boxes, Placed
from engine.project.model import Track

START_PX = 5.0
"""How far the pointer goes before a press is a drag."""
LEAST_BOX_PX = 8.0


@dataclass
class BoxDrag:
    """A track's box on its way. `area` is where it was, in the widget."""

    track: Track
    area: QRectF
    start: QPointF
    here: QPointF

    @property
    def is_drag(self) -> bool:
        """Whether it went far enough to be meant."""
        return bool((self.here - self.start).manhattanLength() >= START_PX)

    @property
    def shown(self) -> QRectF:
        """Where the box is now."""
        return self.area.translated(self.here - self.start)

    def shift_px(self, placed: Placed) -> tuple[float, float]:
        """How far it went, in pixels of the video."""
        moved = self.here - self.start
        return (
            moved.x() * placed.video.width / placed.area.width(),
            moved.y() * placed.video.height / placed.area.height(),
        )


def video_point(placed: Placed, point: QPointF) -> tuple[float, float]:
    """A place in the widget in pixels of the video, kept inside the picture."""
    x = (point.x() - placed.area.left()) * placed.video.width / placed.area.width()
    y = (point.y() - placed.area.top()) * placed.video.height / placed.area.height()
    return (
        float(np.clip(x, 0.0, placed.video.width)),
        float(np.clip(y, 0.0, placed.video.height)),
    )


def shifted(boxes: Boxes, time_s: float, shift_px: tuple[float, float], reach_s: float) -> Boxes:
    """Boxes with those around a time moved along, by a raised cosine's share of the shift.

    What a hand has moved is as sure as its share, the box at the time itself wholly.
    """
    away = (boxes[:, 0] - time_s) / reach_s
    share = np.where(np.abs(away) < 1.0, 0.5 + 0.5 * np.cos(np.pi * away), 0.0)
    moved = boxes.copy()
    moved[:, 1:5] += share[:, None] * np.array([*shift_px, *shift_px])
    moved[:, 5] = np.maximum(moved[:, 5], share)
    return moved
