"""The stage seen from above: metres to pixels and back. Front is up, left is left."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSizeF

from engine.project.model import Project

MARGIN_PX = 44.0
MINIMUM_PX_PER_M = 0.5
MAXIMUM_PX_PER_M = 800.0
_RINGS_M = (0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0)


@dataclass(frozen=True)
class Projection:
    """Where the listener is drawn, and how large a metre is."""

    listener_x: float = 200.0
    listener_y: float = 200.0
    px_per_m: float = 40.0

    def point(self, x_m: float, y_m: float) -> QPointF:
        """Pixel of a position."""
        return QPointF(self.listener_x - y_m * self.px_per_m, self.listener_y - x_m * self.px_per_m)

    def points(self, positions_m: NDArray[np.float64]) -> NDArray[np.float64]:
        """(n, 2) pixels of (n, 3) positions."""
        return np.stack(
            [
                self.listener_x - positions_m[:, 1] * self.px_per_m,
                self.listener_y - positions_m[:, 0] * self.px_per_m,
            ],
            axis=-1,
        )

    def shift_m(
        self, step_px: QPointF, position_m: tuple[float, float, float]
    ) -> tuple[float, float, float]:
        """By how much a thing moves when it is dragged by some pixels."""
        return -step_px.y() / self.px_per_m, -step_px.x() / self.px_per_m, 0.0

    def metres(self, point: QPointF) -> tuple[float, float]:
        """x (front) and y (left) in metres of a pixel."""
        return (
            (self.listener_y - point.y()) / self.px_per_m,
            (self.listener_x - point.x()) / self.px_per_m,
        )

    def zoomed(self, at: QPointF, factor: float) -> Projection:
        """Zoomed with the place under `at` held."""
        scale = min(max(self.px_per_m * factor, MINIMUM_PX_PER_M), MAXIMUM_PX_PER_M)
        change = scale / self.px_per_m
        return Projection(
            at.x() + (self.listener_x - at.x()) * change,
            at.y() + (self.listener_y - at.y()) * change,
            scale,
        )

    def moved(self, dx: float, dy: float) -> Projection:
        """Shifted by pixels."""
        return replace(self, listener_x=self.listener_x + dx, listener_y=self.listener_y + dy)

    @property
    def ring_step_m(self) -> float:
        """Distance between range rings: round, and at least 60 px."""
        return next((step for step in _RINGS_M if step * self.px_per_m >= 60.0), _RINGS_M[-1])


def fitted(project: Project, size: QSizeF) -> Projection:
    """Projection that shows the listener and every trajectory."""
    corners = [(-1.2, -1.8), (2.0, 1.8)]
    for track in project.tracks:
        if track.kind == "object":
            positions = track.trajectory.positions_m
            corners.append((float(positions[:, 0].min()), float(positions[:, 1].min())))
            corners.append((float(positions[:, 0].max()), float(positions[:, 1].max())))
    low_x, low_y = np.min(corners, axis=0)
    high_x, high_y = np.max(corners, axis=0)
    room = QRectF(0, 0, size.width(), size.height()).adjusted(
        MARGIN_PX, MARGIN_PX, -MARGIN_PX, -MARGIN_PX
    )
    scale = min(room.width() / (high_y - low_y), room.height() / (high_x - low_x))
    scale = min(max(scale, MINIMUM_PX_PER_M), 120.0)
    return Projection(
        room.center().x() + (low_y + high_y) / 2 * scale,
        room.center().y() + (low_x + high_x) / 2 * scale,
        scale,
    )
