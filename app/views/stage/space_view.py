"""The stage from the side, or from anywhere: a drawn projection that needs no OpenGL."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QMouseEvent, QPainter, QPen, QPixmap

from app import theme
from app.selection import Selection
from app.views.stage.camera import Camera, fitted_camera
from app.views.stage.canvas import StageCanvas
from app.views.stage.space_ground import paint_space
from engine.project.model import Track
from engine.vision.geometry import scene_geometry

MARGIN_PX = 40.0
_DEG_PER_PX = 0.4
_AROUND_M = ((2.0, 0.0, 1.0), (-1.5, 0.0, -1.2), (0.0, 1.8, 0.0), (0.0, -1.8, 0.0))
"""The listener's surroundings, always in sight."""


class SpaceView(StageCanvas):
    """From the right side (drags lift and move ahead), or freely: drag the ground to turn it.

    The middle button (or Ctrl) moves the picture.
    """

    projection: Camera

    def __init__(self, selection: Selection, kind: Literal["side", "free"]) -> None:
        super().__init__(selection)
        self.kind = kind
        self._shifts = False
        side = Camera(yaw_deg=90.0, perspective=False)
        self.projection = side if kind == "side" else Camera(yaw_deg=-30.0, pitch_deg=28.0)
        self.setAccessibleName("Stage, side view" if kind == "side" else "Stage, 3D view")
        self.setToolTip(
            "From the right: drag to move ahead and up"
            if kind == "side"
            else "Drag the ground to turn, with Ctrl or the middle button to move; wheel: zoom"
        )

    def fit(self) -> None:
        """Show the listener and all trajectories."""
        self._fitted = True
        paths = [track.trajectory.positions_m for track in self._objects()]
        positions = np.concatenate([np.array(_AROUND_M), *paths])
        self.projection = fitted_camera(
            self.projection, positions, self.width(), self.height(), MARGIN_PX
        )
        self.redraw()

    def pan_by(self, step_px: QPointF) -> None:
        if self.kind == "side" or self._shifts:
            self.projection = self.projection.moved(step_px.x(), step_px.y())
        else:
            self.projection = self.projection.turned(
                -step_px.x() * _DEG_PER_PX, step_px.y() * _DEG_PER_PX
            )

    def zoom_at(self, point: QPointF, factor: float) -> None:
        self.projection = self.projection.zoomed(point, factor)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        middle = event.button() == Qt.MouseButton.MiddleButton
        self._shifts = middle or bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        super().mousePressEvent(event)

    def ground_picture(self, tracks: Sequence[Track]) -> QPixmap:
        fov_deg = scene_geometry(self._project.video, self._project.scene).shown_field_deg

        def paint(painter: QPainter) -> None:
            area = QRectF(self.rect())
            paint_space(painter, area, self.projection, self._monitor, fov_deg, coarse=self.coarse)
            self.paint_paths(painter, tracks)

        key = (self.projection, self._monitor, fov_deg, self.coarse)
        return self._ground.picture(self, key, tracks, paint)

    def paint_sources(
        self, painter: QPainter, tracks: Sequence[Track], positions_m: NDArray[np.float64]
    ) -> None:
        """How high each source is, too: a line down to the plane of the ears."""
        feet = self.projection.points(positions_m * (1.0, 1.0, 0.0))
        places = self.projection.points(positions_m)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        for track, foot, place in zip(tracks, feet.tolist(), places.tolist(), strict=True):
            colour = theme.mix(theme.colours().field, theme.legible(track.colour), 0.55)
            painter.setPen(QPen(colour, 1, Qt.PenStyle.DotLine))
            painter.drawLine(QPointF(*place), QPointF(*foot))
            painter.fillRect(QRectF(foot[0] - 2, foot[1] - 2, 4, 4), colour)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        super().paint_sources(painter, tracks, positions_m)
