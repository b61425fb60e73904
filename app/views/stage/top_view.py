"""The stage from above: front is up, left is left."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPixmap

from app.selection import Selection
from app.views.stage import painting
from app.views.stage.canvas import StageCanvas
from app.views.stage.ground_painting import degree_chips, paint_ground, ring_chips
from app.views.stage.projection import Projection, fitted
from app.words import tr
from engine.project.model import Track

_HANDLE_PX = 25.0
"""How far the head's handle is from its middle."""
_GRIP_PX = 8.0
_HEAD_PX = 14.0
_SNAP_DEG = 15.0


class TopView(StageCanvas):
    """Range rings in metres around the listener; drag the ground to pan.

    The dot before the listener's nose turns the head: Shift in steps of 15 degrees, a double click
    to the front.
    """

    projection: Projection
    keeps_height = True
    head_turned = Signal(float)
    """Degrees to the left."""

    def __init__(self, selection: Selection) -> None:
        super().__init__(selection)
        self.projection = Projection()
        self._yaw_deg = 0.0
        self._turning = False
        self.setAccessibleName(tr("Stage, top view"))

    def fit(self) -> None:
        """Show the listener and all trajectories."""
        self._fitted = True
        self.projection = fitted(self._project, QSizeF(self.size()))
        self.redraw()

    def pan_by(self, step_px: QPointF) -> None:
        self.projection = self.projection.moved(step_px.x(), step_px.y())

    def zoom_at(self, point: QPointF, factor: float) -> None:
        self.projection = self.projection.zoomed(point, factor)

    def set_head(self, yaw_deg: float) -> None:
        """Show where the listener looks."""
        self._yaw_deg = yaw_deg
        self.redraw()

    def handle_place(self) -> QPointF:
        """Pixel of the head's handle."""
        yaw = np.radians(self._yaw_deg)
        away = QPointF(-float(np.sin(yaw)), -float(np.cos(yaw)))
        return self.projection.point(0, 0) + away * _HANDLE_PX

    def _on_handle(self, point: QPointF) -> bool:
        away = point - self.handle_place()
        return bool(np.hypot(away.x(), away.y()) <= _GRIP_PX)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        left = event.button() == Qt.MouseButton.LeftButton
        if left and self._on_handle(event.position()):
            self._turning = True
        else:
            super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if not self._turning:
            super().mouseMoveEvent(event)
            if not event.buttons() and self._on_handle(event.position()):
                self.setCursor(Qt.CursorShape.PointingHandCursor)
            return
        away = event.position() - self.projection.point(0, 0)
        yaw_deg = float(np.degrees(np.arctan2(-away.x(), -away.y())))
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            yaw_deg = _SNAP_DEG * round(yaw_deg / _SNAP_DEG)
        self.head_turned.emit(round(yaw_deg, 1))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._turning:
            self._turning = False
        else:
            super().mouseReleaseEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if self._on_handle(event.position()):
            self.head_turned.emit(0.0)
        else:
            super().mouseDoubleClickEvent(event)

    def what_is_at(self, point: QPointF) -> str:
        away = point - self.projection.point(0, 0)
        on_head = max(abs(away.x()), abs(away.y())) <= _HEAD_PX
        return "head" if on_head or self._on_handle(point) else super().what_is_at(point)

    def ground_picture(self, tracks: Sequence[Track]) -> QPixmap:
        def paint(painter: QPainter) -> None:
            paint_ground(painter, QRectF(self.rect()), self.projection, coarse=self.coarse)
            painting.paint_loudspeakers(painter, self.projection, self._monitor)
            painting.paint_head(painter, self.projection, self._yaw_deg)
            painting.paint_head_handle(
                painter, self.projection, self.handle_place(), turned=bool(self._yaw_deg)
            )
            self.paint_paths(painter, tracks)

        key = (self.projection, self._monitor, self.coarse, self._yaw_deg)
        return self._ground.picture(self, key, tracks, paint)

    def taken_areas(self) -> list[QRectF]:
        area = QRectF(self.rect())
        degrees = degree_chips(area, self.projection.point(0, 0))
        chips = [chip for chip, _ in (*degrees, *ring_chips(area, self.projection))]
        speakers = painting.loudspeaker_places(self.projection, self._monitor)
        return [*chips, *(QRectF(p.x() - 10, p.y() - 10, 20, 20) for p, _ in speakers)]
