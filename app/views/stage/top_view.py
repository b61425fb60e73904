"""The stage from above: front is up, left is left."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSizeF
from PySide6.QtGui import QPainter, QPixmap

from app.selection import Selection
from app.views.stage import painting
from app.views.stage.canvas import StageCanvas
from app.views.stage.projection import Projection, fitted
from engine.project.model import Track


class TopView(StageCanvas):
    """Range rings in metres around the listener; drag the ground to pan."""

    projection: Projection

    def __init__(self, selection: Selection) -> None:
        super().__init__(selection)
        self.projection = Projection()
        self.setAccessibleName("Stage, top view")

    def fit(self) -> None:
        """Show the listener and all trajectories."""
        self._fitted = True
        self.projection = fitted(self._project, QSizeF(self.size()))
        self.redraw()

    def pan_by(self, step_px: QPointF) -> None:
        self.projection = self.projection.moved(step_px.x(), step_px.y())

    def zoom_at(self, point: QPointF, factor: float) -> None:
        self.projection = self.projection.zoomed(point, factor)

    def ground_picture(self, tracks: Sequence[Track]) -> QPixmap:
        def paint(painter: QPainter) -> None:
            painting.paint_ground(painter, QRectF(self.rect()), self.projection)
            painting.paint_loudspeakers(painter, self.projection, self._monitor)
            painting.paint_head(painter, self.projection)
            self.paint_paths(painter, tracks)

        key = (self.projection, self._monitor, self.coarse)
        return self._ground.picture(self, key, tracks, paint)

    def taken_areas(self) -> list[QRectF]:
        area = QRectF(self.rect())
        return [chip for chip, _ in painting.degree_chips(area, self.projection.point(0, 0))]
